import { type AuditRow, listAuditRows } from "@/lib/db/audit";
import { database } from "@/lib/db/client";
import { type Actor, may, requireMay } from "@/lib/domain/actor";

export type AuditList = { rows: AuditRow[]; nextCursor: string | null };

/**
 * Who changed what, newest first, at most 100 a page. What was changed of people (their e-mails, their roles) is for those
 * who may see the people.
 */
export async function listAudit(request: { actor: Actor; cursor?: string; limit?: number }): Promise<AuditList> {
  requireMay(request.actor, "read");
  const found = await listAuditRows(database(), { cursor: request.cursor, limit: Math.min(Math.max(request.limit ?? 50, 1), 100) });
  if (may(request.actor, "manage people")) return found;
  return { ...found, rows: found.rows.map((row) => (row.subjectKind === "person" ? { ...row, before: null, after: null } : row)) };
}
