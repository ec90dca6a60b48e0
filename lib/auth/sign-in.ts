import { database } from "@/lib/db/client";
import { claimSignInTry, clearSignInFailures, findPersonByEmail, insertSession } from "@/lib/db/people";
import type { Role } from "@/lib/domain/actor";
import { newId } from "@/lib/domain/ids";
import { isPassword } from "@/lib/password";

/** A session ends after so long, whatever happens: a working day. */
export const sessionSeconds = 8 * 60 * 60;

export type SignedIn = { id: string; email: string; name: string; role: Role; sessionId: string };
export type SignInOutcome = { ok: true; person: SignedIn } | { ok: false; waitSeconds: number };

/**
 * Checks e-mail and password and opens a session. Each wrong password makes the next try for that e-mail, and for that
 * network address, wait longer; the wait is claimed before the password is looked at, so that tries at once count too.
 */
export async function signIn(request: { email: string; password: string; address: string | null; now?: Date }): Promise<SignInOutcome> {
  const { password, address, now = new Date() } = request;
  const email = request.email.trim().toLowerCase().slice(0, 320);
  const db = database();
  const keys = [`email:${email}`, ...(address ? [`address:${address}`] : [])];
  const waitUntil = await claimSignInTry(db, keys, now);
  if (waitUntil > now) return { ok: false, waitSeconds: Math.ceil((waitUntil.getTime() - now.getTime()) / 1000) };
  const person = await findPersonByEmail(db, email);
  const known = person && !person.disabledAt ? person : null;
  if (!(await isPassword(password.slice(0, 1024), known?.passwordHash ?? null)) || !known) return { ok: false, waitSeconds: 0 };
  await clearSignInFailures(db, keys);
  const sessionId = newId(now);
  await insertSession(db, {
    id: sessionId,
    personId: known.id,
    createdAt: now,
    expiresAt: new Date(now.getTime() + sessionSeconds * 1000),
  });
  return { ok: true, person: { id: known.id, email: known.email, name: known.name, role: known.role, sessionId } };
}
