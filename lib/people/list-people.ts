import { database } from "@/lib/db/client";
import { listPeople as listPersonRows } from "@/lib/db/people";
import { type Actor, type Role, requireMay } from "@/lib/domain/actor";

export type PersonRow = { id: string; email: string; name: string; role: Role; disabledAt: Date | null };

/** Everybody who may sign in, in the order of their e-mails, at most 200. */
export async function listPeople({ actor }: { actor: Actor }): Promise<PersonRow[]> {
  requireMay(actor, "manage people");
  const people = await listPersonRows(database(), 200);
  return people.map(({ id, email, name, role, disabledAt }) => ({ id, email, name, role, disabledAt }));
}
