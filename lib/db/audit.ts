import type { Actor } from "@/lib/domain/actor";
import { newId } from "@/lib/domain/ids";
import type { Db, Tx } from "./client";
import { readTimeCursor, writeTimeCursor } from "./page-cursor";
import { toJson } from "./row";

export type AuditSubject = { kind: "job" | "run" | "person"; id: string; name: string };

export type AuditRow = {
  id: string;
  at: Date;
  actorName: string;
  action: string;
  subjectKind: string;
  subjectId: string;
  subjectName: string;
  before: unknown;
  after: unknown;
};

type AuditFact = { actor: Actor; action: string; subject: AuditSubject; before: object | null; after: object | null; at: Date };

/** Writes who did what to what, in the transaction that does it. */
export async function recordAudit(tx: Tx, { actor, action, subject, before, after, at }: AuditFact): Promise<void> {
  await tx.auditEntry.create({
    data: {
      id: newId(at),
      at,
      actor: actor.id,
      actorName: actor.name,
      action,
      subjectKind: subject.kind,
      subjectId: subject.id,
      subjectName: subject.name,
      before: toJson(before),
      after: toJson(after),
    },
  });
}

/** One page of the audit, newest first. */
export async function listAuditRows(
  db: Db,
  { cursor, limit }: { cursor?: string; limit: number },
): Promise<{ rows: AuditRow[]; nextCursor: string | null }> {
  const from = cursor ? readTimeCursor(cursor) : null;
  const found = await db.auditEntry.findMany({
    // The first condition says nothing new; it lets Postgres start in the index instead of filtering from its head.
    where: from ? { at: { lte: from.at }, OR: [{ at: { lt: from.at } }, { at: from.at, id: { lt: from.id } }] } : {},
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take: limit + 1,
  });
  const rows = found.slice(0, limit).map(({ actor: _actor, ...row }) => row);
  const last = rows.at(-1);
  return { rows, nextCursor: found.length > limit && last ? writeTimeCursor(last.at, last.id) : null };
}
