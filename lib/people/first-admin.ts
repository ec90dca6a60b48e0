import type { Database } from "@/lib/db/client";
import { insertFirstPerson, setPassword } from "@/lib/db/people";
import { newId } from "@/lib/domain/ids";
import { hashPassword, newPassword } from "@/lib/password";

export type NewPassword = { email: string; password: string };

/** Makes the first admin with a random password if nobody exists yet; null where somebody does. Several workers at once make one. */
export async function makeFirstAdmin({ db, email, now }: { db: Database; email: string; now: Date }): Promise<NewPassword | null> {
  const password = newPassword();
  const made = await insertFirstPerson(db, {
    id: newId(now),
    email: email.trim().toLowerCase(),
    name: "Admin",
    role: "admin",
    passwordHash: await hashPassword(password),
  });
  return made ? { email, password } : null;
}

/** Gives a person a new random password and ends their sessions; null where nobody has that e-mail. */
export async function resetPassword({ db, email, now }: { db: Database; email: string; now: Date }): Promise<NewPassword | null> {
  const password = newPassword();
  const found = await setPassword(db, email.trim().toLowerCase(), await hashPassword(password), now);
  return found ? { email, password } : null;
}
