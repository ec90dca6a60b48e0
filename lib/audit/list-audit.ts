import { type AuditRow, listAuditRows } from "@/lib/db/audit";
import { database } from "@/lib/db/client";
import { type Actor, requireMay } from "@/lib/domain/actor";

export type AuditList = { rows: AuditRow[]; nextCursor: string | null };

/** Who changed what, newest first, at most 100 a page. */
export async function listAudit(request: { actor: Actor; cursor?: string; limit?: number }): Promise<AuditList> {
  requireMay(request.actor, "read");
  return listAuditRows(database(), { cursor: request.cursor, limit: Math.min(Math.max(request.limit ?? 50, 1), 100) });
}
