import type { Cause, LogLine, Run } from "@/lib/domain/run";
import type { Db } from "./client";
import type { Prisma } from "./generated/client";
import { nudge } from "./nudge";
import { toJson } from "./row";
import { toRun } from "./run-row";

/** What ingest reads and writes: what became of tasks. What was seen of them is written by upsert-runs.ts. */
export * from "./upsert-runs";

/** Runs that can still change: what a sweep compares with ECS. The longest due first, at most `limit`. */
export async function listActiveRuns(db: Db, environmentId: string, limit = 5000): Promise<Run[]> {
  const rows = await db.run.findMany({
    where: { environmentId, state: { in: ["requested", "starting", "running"] } },
    orderBy: [{ dueAt: "asc" }, { id: "asc" }],
    take: limit,
    omit: { logTail: true },
  });
  return rows.map(toRun);
}

/**
 * A page of ended runs whose last lines are not kept yet, the first to end first: those that ended up to `endedBefore`, behind the
 * run `after`, of all jobs but `butJobIds`, at most `limit`.
 */
export async function listRunsWithoutLogTail(
  db: Db,
  { endedBefore, after = null, butJobIds = [], limit = 100 }: WithoutLogTail,
): Promise<Run[]> {
  const since = after?.stoppedAt;
  const rows = await db.run.findMany({
    where: {
      ...{ stoppedAt: { lte: endedBefore }, logKeptAt: null, logStream: { not: null }, jobId: { notIn: butJobIds } },
      ...(after && since && { OR: [{ stoppedAt: { gt: since } }, { stoppedAt: since, id: { gt: after.id } }] }),
    },
    orderBy: [{ stoppedAt: "asc" }, { id: "asc" }],
    take: limit,
  });
  return rows.map(toRun);
}

type WithoutLogTail = { endedBefore: Date; after?: Pick<Run, "id" | "stoppedAt"> | null; butJobIds?: string[]; limit?: number };

/** Keeps nothing of a job's runs that ended up to `endedBefore` and of which nothing is kept. */
export async function giveUpLogTails(db: Db, jobId: string, { endedBefore, at }: { endedBefore: Date; at: Date }): Promise<void> {
  await db.run.updateMany({
    where: { jobId, stoppedAt: { lte: endedBefore }, logKeptAt: null, logStream: { not: null } },
    data: { logTail: [], logKeptAt: at },
  });
}

/** Keeps a run's last lines, so that its reason outlives the log. */
export async function writeLogTail(db: Db, runId: string, { tail, keptAt }: { tail: LogLine[]; keptAt: Date }): Promise<void> {
  await db.run.updateMany({ where: { id: runId }, data: { logTail: toJson(tail) as Prisma.InputJsonValue, logKeptAt: keptAt } });
  await nudge(db, "run-changed", runId);
}

/** Runs whose start AWS refused for good and that do not say so in their state yet. */
export async function listRefusedLaunches(db: Db, limit = 200): Promise<Run[]> {
  const rows = await db.run.findMany({
    where: { state: "requested", taskArn: null, launchError: { not: toJson(null) } },
    orderBy: [{ dueAt: "asc" }, { id: "asc" }],
    take: limit,
  });
  return rows.map(toRun);
}

/** Ends a run that never got a task as failed. False if it has got one, or has ended, meanwhile. */
export async function markLaunchRefused(db: Db, runId: string, cause: Cause, at: Date): Promise<boolean> {
  return await end(db, { id: runId, state: "requested", taskArn: null }, { state: "failed", cause, at });
}

/** Ends a run as stopped that somebody no longer wanted before it was started. False if it was started meanwhile. */
export async function markStoppedBeforeStart(db: Db, runId: string, cause: Cause, at: Date): Promise<boolean> {
  return await end(db, { id: runId, state: "requested", taskArn: null, launchedAt: null }, { state: "stopped", cause, at });
}

/** Ends a run whose task ECS knows no more. False if it has ended meanwhile. */
export async function markLost(db: Db, runId: string, at: Date, cause: Cause | null = null): Promise<boolean> {
  return await end(db, { id: runId, state: { in: ["requested", "starting", "running"] } }, { state: "lost", cause, at });
}

type End = { state: Run["state"]; cause: Cause | null; at: Date };

async function end(db: Db, where: Prisma.RunWhereInput, { state, cause, at }: End): Promise<boolean> {
  const { count } = await db.run.updateMany({
    where,
    data: { state, cause: toJson(cause), causeKind: cause?.kind ?? null, stoppedAt: at, seenAt: at },
  });
  if (count > 0 && typeof where.id === "string") await nudge(db, "run-changed", where.id);
  return count > 0;
}
