import { database } from "@/lib/db/client";
import { listPersonRows } from "@/lib/db/people";
import { type Actor, type Role, requireMay } from "@/lib/domain/actor";

export type PersonRow = { id: string; email: string; name: string; role: Role; disabledAt: Date | null };

export type PersonList = { rows: PersonRow[]; nextCursor: string | null; total: number };

/** One page of those who may sign in, or might, in the order of their e-mails, at most 100. Throws Invalid for a foreign cursor. */
export async function listPeople({ actor, cursor, limit = 50 }: { actor: Actor; cursor?: string; limit?: number }): Promise<PersonList> {
  requireMay(actor, "manage people");
  const { rows, ...page } = await listPersonRows(database(), { cursor, limit });
  return { ...page, rows: rows.map(({ id, email, name, role, disabledAt }) => ({ id, email, name, role, disabledAt })) };
}
