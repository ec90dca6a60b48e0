import { database } from "@/lib/db/client";
import { listJobRows } from "@/lib/db/jobs";
import { type Actor, requireMay } from "@/lib/domain/actor";
import { type Job, rateAnchorOf } from "@/lib/domain/job";
import type { RunSummary } from "@/lib/domain/run";
import { nextOccurrences } from "@/lib/schedule/occurrences";
import { parseExpression } from "@/lib/schedule/parse";

/** One line of the job list. */
export type JobRow = {
  job: Job;
  /** The next moment by the job's own calendar; null while paused or when nothing comes any more. */
  nextAt: Date | null;
  last: RunSummary | null;
  /** The last fifteen runs, newest first. */
  strip: RunSummary[];
  /** Median of the last twenty ended runs, in seconds. */
  usualSeconds: number | null;
};

export const jobListStates = ["failing", "running", "paused", "out-of-sync", "never-run"] as const;
export type JobListState = (typeof jobListStates)[number];

export type JobList = { rows: JobRow[]; nextCursor: string | null; total: number; applications: string[] };

/** One page of jobs in the order of their names, at most 100. */
export async function listJobs(request: {
  actor: Actor;
  search?: string;
  state?: JobListState;
  application?: string;
  cursor?: string;
  limit?: number;
  now?: Date;
}): Promise<JobList> {
  const { actor, now = new Date(), limit = 50, ...filter } = request;
  requireMay(actor, "read");
  const found = await listJobRows(database(), { ...filter, limit: Math.min(Math.max(limit, 1), 100) });
  return { ...found, rows: found.rows.map((row) => ({ ...row, nextAt: nextMoment(row.job, now) })) };
}

type Anchored = Parameters<typeof rateAnchorOf>[0];

/** The job's next moment after `now`, or null: paused, ended, or not readable. */
export function nextMoment(job: Pick<Job, "expression" | "timeZone" | "pausedAt" | "deletedAt"> & Anchored, now: Date): Date | null {
  if (job.pausedAt || job.deletedAt) return null;
  const parsed = parseExpression(job.expression);
  if (!parsed.ok) return null;
  return nextOccurrences(parsed.schedule, job.timeZone, now, 1, { anchor: rateAnchorOf(job) })[0]?.at ?? null;
}
