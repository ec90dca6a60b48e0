import { cookies } from "next/headers";
import { type GetTokenParams, getToken } from "next-auth/jwt";
import { cache } from "react";
import { database } from "@/lib/db/client";
import { findLiveSession } from "@/lib/db/people";
import type { Actor } from "@/lib/domain/actor";
import { Unauthenticated } from "@/lib/domain/errors";

/**
 * The session that the browser's cookie names, or null. Only decrypted: next-auth's own getServerSession also makes a new
 * cookie each time, which nobody would send. Whether the session is still open is asked of Postgres.
 */
export async function currentSessionId(): Promise<string | null> {
  // Of the request it reads the cookies alone, in just this form.
  const request = { cookies: await cookies(), headers: {} } as unknown as GetTokenParams["req"];
  return (await getToken({ req: request }))?.sessionId ?? null;
}

/** Who acts, with the role as it is now in Postgres; null where nobody is signed in or the session has ended. Asked once per request. */
export const currentActor = cache(async (): Promise<Actor | null> => {
  const sessionId = await currentSessionId();
  return sessionId ? actorOfSession(sessionId) : null;
});

/** The person of a session that is still open; null once it ended, expired, or the person was disabled. */
export async function actorOfSession(sessionId: string, now: Date = new Date()): Promise<Actor | null> {
  const person = await findLiveSession(database(), sessionId, now);
  return person && { id: person.id, name: person.name, role: person.role };
}

/** As currentActor, but throws Unauthenticated. */
export async function requireActor(): Promise<Actor> {
  const actor = await currentActor();
  if (!actor) throw new Unauthenticated();
  return actor;
}
