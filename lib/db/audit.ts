import type { Actor } from "@/lib/domain/actor";
import { newId } from "@/lib/domain/ids";
import type { Db, Tx } from "./client";
import { readTimeCursor, writeTimeCursor } from "./page-cursor";
import { boundedLimit, toJson } from "./row";

export type AuditSubject = { kind: string; id: string; name: string };

/** Who changed what, and how it was before and after (as JSON: moments are ISO strings). `actor` is their id. */
export type AuditRow = {
  id: string;
  at: Date;
  actor: string;
  actorName: string;
  action: string;
  subjectKind: string;
  subjectId: string;
  subjectName: string;
  before: unknown;
  after: unknown;
};

export type AuditEntry = {
  actor: Pick<Actor, "id" | "name">;
  action: string;
  subject: AuditSubject;
  before: object | null;
  after: object | null;
  at?: Date;
};

/** Notes a change in the transaction that makes it. */
export async function recordAudit(tx: Tx, { actor, action, subject, before, after, at = new Date() }: AuditEntry): Promise<void> {
  await tx.auditEntry.create({
    data: {
      ...{ id: newId(at), at, actor: actor.id, actorName: actor.name, action },
      ...{ subjectKind: subject.kind, subjectId: subject.id, subjectName: subject.name },
      ...{ before: toJson(before), after: toJson(after) },
    },
  });
}

/** One page of changes, newest first, 100 at most: all of them or those of one subject. Throws Invalid for a foreign cursor. */
export async function listAuditRows(
  db: Db,
  filter: { subject?: Pick<AuditSubject, "kind" | "id">; cursor?: string; limit: number },
): Promise<{ rows: AuditRow[]; nextCursor: string | null }> {
  const limit = boundedLimit(filter.limit, 100);
  const after = filter.cursor ? readTimeCursor(filter.cursor) : null;
  const found = await db.auditEntry.findMany({
    where: {
      ...(filter.subject && { subjectKind: filter.subject.kind, subjectId: filter.subject.id }),
      ...(after && { at: { lte: after.at }, OR: [{ at: { lt: after.at } }, { id: { lt: after.id } }] }),
    },
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take: limit + 1,
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    rows: page,
    nextCursor: found.length > limit && last ? writeTimeCursor(last.at, last.id) : null,
  };
}
