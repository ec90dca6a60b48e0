import type { Job } from "@/lib/domain/job";
import type { LaunchError, Run } from "@/lib/domain/run";
import type { Db } from "./client";
import { toJob } from "./job-row";
import { nudge } from "./nudge";
import { toJson } from "./row";
import { toRun } from "./run-row";

/** What reconcile reads and writes of the runs that people ask for. */

/**
 * Runs that were asked for, whose start was neither made nor refused, and whose retry is not later than `now`; the longest
 * waiting first. A run that shall be stopped already is not among them.
 */
export async function listRunsToStart(db: Db, environmentId: string, now: Date, limit = 200): Promise<{ run: Run; job: Job }[]> {
  const rows = await db.run.findMany({
    where: {
      ...{ environmentId, state: "requested", taskArn: null, launchedAt: null, stopRequestedAt: null },
      launchError: { equals: toJson(null) },
      OR: [{ launchRetryAt: null }, { launchRetryAt: { lte: now } }],
    },
    orderBy: [{ dueAt: "asc" }, { id: "asc" }],
    take: limit,
    include: { job: true },
    relationLoadStrategy: "join",
  });
  return rows.map(({ job, ...row }) => ({ run: toRun(row), job: toJob(job) }));
}

/** A run that shall be stopped, and the task that AWS answered when it was started, should no event have told of it yet. */
export type RunToStop = Run & { launchedTaskArn: string | null };

/** Runs that somebody wants stopped and that ECS was not told of yet, also those that were never started. */
export async function listRunsToStop(db: Db, environmentId: string, limit = 200): Promise<RunToStop[]> {
  const rows = await db.run.findMany({
    where: { environmentId, state: { in: ["requested", "starting", "running"] }, stopRequestedAt: { not: null }, stopSentAt: null },
    orderBy: [{ dueAt: "asc" }, { id: "asc" }],
    take: limit,
  });
  return rows.map((row) => ({ ...toRun(row), launchedTaskArn: row.launchedTaskArn }));
}

/** What asking AWS to start a run came to: a task, a refusal for good, or "not now". */
export type LaunchOutcome = { launchedAt: Date; launchedTaskArn: string } | { launchError: LaunchError } | { retryAt: Date };

/** Writes the outcome of a try to start a run. A start that was made is never overwritten by a failure. */
export async function writeLaunch(db: Db, runId: string, outcome: LaunchOutcome): Promise<void> {
  const columns =
    "launchedAt" in outcome
      ? { launchedAt: outcome.launchedAt, launchedTaskArn: outcome.launchedTaskArn, launchRetryAt: null }
      : "launchError" in outcome
        ? { launchError: toJson(outcome.launchError), launchRetryAt: null }
        : { launchRetryAt: outcome.retryAt };
  const { count } = await db.run.updateMany({
    where: { id: runId, launchedAt: null },
    data: { ...columns, launchAttempts: { increment: 1 } },
  });
  if (count > 0) await nudge(db, "run-changed", runId);
}

/** How often a start was tried, for the wait before the next try. */
export async function launchAttemptsOf(db: Db, runId: string): Promise<number> {
  const row = await db.run.findUnique({ where: { id: runId }, select: { launchAttempts: true } });
  return row?.launchAttempts ?? 0;
}

/** Notes that ECS was told to stop a run's task. */
export async function writeStopSent(db: Db, runId: string, { at, reason }: { at: Date; reason: string }): Promise<void> {
  const { count } = await db.run.updateMany({ where: { id: runId, stopSentAt: null }, data: { stopSentAt: at, stopReason: reason } });
  if (count > 0) await nudge(db, "run-changed", runId);
}
