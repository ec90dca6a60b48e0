import { NotFound } from "@/lib/domain/errors";
import type { Run, RunState, RunTrigger, WantedRun } from "@/lib/domain/run";
import type { Db, Tx } from "./client";
import type { Prisma } from "./generated/client";
import { nudge } from "./nudge";
import { isUuid, readTimeCursor, writeTimeCursor } from "./page-cursor";
import { boundedLimit, toJson } from "./row";
import { toRun } from "./run-row";

/*
 * Runs by their id and in their order, and what people ask of them. What the works write stands in run-launches.ts
 * (reconcile) and run-facts.ts (ingest); the overview's questions in run-overview.ts.
 */
export * from "./run-facts";
export * from "./run-launches";
export * from "./run-overview";

/** A run by its id, with its kept log lines; null where there is none. */
export async function getRunById(db: Db, id: string): Promise<Run | null> {
  const row = isUuid(id) ? await db.run.findUnique({ where: { id } }) : null;
  return row && toRun(row);
}

export type RunRequest = {
  id: string;
  jobId: string;
  environmentId: string;
  trigger: RunTrigger;
  requestedAt: Date;
  requestedBy: string;
  requestKey: string;
  repeatOfId: string | null;
  wanted: WantedRun;
};

/** Asks for a run. The same `requestKey` is the same run, however often and at once it is sent: the first row is given back. */
export async function insertRequestedRun(tx: Tx, { wanted, ...request }: RunRequest): Promise<{ run: Run; inserted: boolean }> {
  const [inserted] = await tx.run.createManyAndReturn({
    data: [{ ...request, wanted: toJson(wanted) as Prisma.InputJsonValue, dueAt: request.requestedAt }],
    skipDuplicates: true,
  });
  const row = inserted ?? (await tx.run.findUnique({ where: { requestKey: request.requestKey } }));
  if (!row) throw new NotFound("The run that was asked for with this key does not exist any more.");
  if (inserted) await nudge(tx, "run-changed", row.id);
  return { run: toRun(row), inserted: Boolean(inserted) };
}

/** Asks for a run to be stopped; the first who asks is kept. Throws NotFound. */
export async function writeStopRequest(tx: Tx, runId: string, { at, by }: { at: Date; by: string }): Promise<Run> {
  await tx.run.updateMany({ where: { id: runId, stopRequestedAt: null }, data: { stopRequestedAt: at, stopRequestedBy: by } });
  const run = await getRunById(tx, runId);
  if (!run) throw new NotFound("There is no such run: it may be older than the history that is kept.");
  await nudge(tx, "run-changed", runId);
  return run;
}

export type RunFilter = { jobId?: string; environmentId?: string; state?: RunState; cursor?: string; limit: number };
export type RunListRow = { run: Run; job: { id: string; slug: string; name: string } };

/**
 * One page of runs, the latest due first, 100 at most, without their kept log lines.
 * Throws Invalid for a cursor that is not ours.
 */
export async function listRunRows(db: Db, filter: RunFilter): Promise<{ rows: RunListRow[]; nextCursor: string | null }> {
  const { jobId, environmentId, state, cursor } = filter;
  const limit = boundedLimit(filter.limit, 100);
  const found = await db.run.findMany({
    where: { jobId, environmentId, state, ...(cursor && below(readTimeCursor(cursor))) },
    orderBy: [{ dueAt: "desc" }, { id: "desc" }],
    take: limit + 1,
    omit: { logTail: true },
    include: { job: { select: { id: true, slug: true, name: true } } },
    relationLoadStrategy: "join",
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    rows: page.map(({ job, ...row }) => ({ run: toRun(row), job })),
    nextCursor: found.length > limit && last ? writeTimeCursor(last.dueAt, last.id) : null,
  };
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

/** Further tasks that AWS started for the moment of a run, the first first. */
export async function listDuplicates(db: Db, runId: string): Promise<{ id: string; taskArn: string | null }[]> {
  return await db.run.findMany({ where: { duplicateOfId: runId }, select: { id: true, taskArn: true }, orderBy: { id: "asc" }, take: 20 });
}
