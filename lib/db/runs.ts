import { NotFound } from "@/lib/domain/errors";
import type { Run } from "@/lib/domain/run";
import { type Db, rowsOf, type Tx } from "./client";
import { Prisma } from "./generated/client";
import { nudge } from "./nudge";
import { isUuid } from "./page-cursor";
import { toRun } from "./run-row";

/*
 * Runs by their id and in their order, and what people ask of them. What the works write stands in run-launches.ts
 * (reconcile) and run-facts.ts (ingest); lists in run-lists.ts, the overview's questions in run-overview.ts.
 */
export * from "./run-facts";
export * from "./run-launches";
export * from "./run-lists";
export * from "./run-overview";
export * from "./run-requests";

/** A run by its id, with its kept log lines; null where there is none. */
export async function getRunById(db: Db, id: string): Promise<Run | null> {
  const row = isUuid(id) ? await db.run.findUnique({ where: { id } }) : null;
  return row && toRun(row);
}

/** Asks for a run to be stopped; the first who asks is kept. Throws NotFound. */
export async function writeStopRequest(tx: Tx, runId: string, { at, by }: { at: Date; by: string }): Promise<Run> {
  await tx.run.updateMany({ where: { id: runId, stopRequestedAt: null }, data: { stopRequestedAt: at, stopRequestedBy: by } });
  const run = await getRunById(tx, runId);
  if (!run) throw new NotFound("There is no such run: it may be older than the history that is kept.");
  await nudge(tx, "run-changed", runId);
  return run;
}

/** The bound on dueAt alone says nothing new, but with it Postgres begins at the cursor instead of at the newest run. */
function below({ at, id }: { at: Date; id: string }) {
  return { dueAt: { lte: at }, OR: [{ dueAt: { lt: at } }, { id: { lt: id } }] };
}

/** The runs of the same job that were due just after and just before this one. */
export async function listNeighbours(
  db: Db,
  { id, jobId, dueAt }: Pick<Run, "id" | "jobId" | "dueAt">,
): Promise<{ newerId: string | null; olderId: string | null }> {
  const select = { id: true };
  const [newer, older] = await Promise.all([
    db.run.findFirst({
      where: { jobId, dueAt: { gte: dueAt }, OR: [{ dueAt: { gt: dueAt } }, { id: { gt: id } }] },
      orderBy: [{ dueAt: "asc" }, { id: "asc" }],
      select,
    }),
    db.run.findFirst({ where: { jobId, ...below({ at: dueAt, id }) }, orderBy: [{ dueAt: "desc" }, { id: "desc" }], select }),
  ]);
  return { newerId: newer?.id ?? null, olderId: older?.id ?? null };
}

/** Further tasks that AWS started for the moment of a run, the first first, at most twenty, and how many there are in all. */
export async function listDuplicates(
  db: Db,
  runId: string,
): Promise<{ duplicates: { id: string; taskArn: string | null }[]; duplicateCount: number }> {
  const rows = await rowsOf<{ id: string; taskArn: string | null; all: number }>(
    db,
    Prisma.sql`
    select id, task_arn as "taskArn", (count(*) over ())::int as all from run where duplicate_of_id = ${runId}::uuid order by id limit 20`,
  );
  return { duplicates: rows.map(({ id, taskArn }) => ({ id, taskArn })), duplicateCount: rows[0]?.all ?? 0 };
}
