import { database } from "@/lib/db/client";
import { type LastResult, type ListedJob, listJobRows } from "@/lib/db/jobs";
import { type Actor, requireMay } from "@/lib/domain/actor";
import { type Job, rateAnchorOf } from "@/lib/domain/job";
import { nextOccurrences } from "@/lib/schedule/occurrences";
import { parseExpression } from "@/lib/schedule/parse";

/** One line of the job list. */
export type JobRow = {
  job: ListedJob;
  /** The next moment by the job's own calendar; null while paused or when nothing comes any more. */
  nextAt: Date | null;
  /** One of its runs goes on. */
  running: boolean;
  last: LastResult | null;
  /** The last fifteen runs, newest first, in the short form of lib/domain/run-strip.ts. */
  strip: string;
  /** Median of the last twenty successful runs, in seconds. */
  usualSeconds: number | null;
};

export const jobListStates = ["failing", "running", "late", "paused", "out-of-sync", "never-run"] as const;
export type JobListState = (typeof jobListStates)[number];

/** `applications`: the first hundred by name; `moreApplications` says whether there are others. */
export type JobList = { rows: JobRow[]; nextCursor: string | null; total: number; applications: string[]; moreApplications: boolean };

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
  const found = await listJobRows(database(), { ...filter, limit: Math.min(Math.max(limit, 1), 100), now });
  return {
    ...found,
    rows: found.rows.map(({ anchor, ...row }) => ({ ...row, nextAt: row.job.pausedAt ? null : nextOf(row.job, anchor, now) })),
  };
}

/** The job's next moment after `now`, or null: paused, ended, or not readable. */
export function nextMoment(
  job: Pick<Job, "expression" | "timeZone" | "pausedAt" | "deletedAt"> & Parameters<typeof rateAnchorOf>[0],
  now: Date,
): Date | null {
  return job.pausedAt || job.deletedAt ? null : nextOf(job, rateAnchorOf(job), now);
}

/** Between `from` and `at` lies no moment of this calendar: for that long its next one is known. */
type Known = { from: number; at: number };

const known = new Map<string, Known>();
const mostKnown = 20_000;

/** A calendar's next moment after `now`, remembered until it is over; `anchor` is from when a rate(...) counts. */
export function nextOf({ expression, timeZone }: Pick<Job, "expression" | "timeZone">, anchor: Date, now: Date): Date | null {
  const key = `${expression} ${timeZone} ${expression.startsWith("rate") ? anchor.getTime() : ""}`;
  const before = known.get(key);
  const moment = now.getTime();
  if (before && before.from <= moment && moment < before.at) return dateOf(before.at);
  const parsed = parseExpression(expression);
  const next = parsed.ok ? nextOccurrences(parsed.schedule, timeZone, now, 1, { anchor })[0]?.at : undefined;
  const at = next?.getTime() ?? Number.POSITIVE_INFINITY;
  known.delete(key);
  known.set(key, { from: moment, at });
  if (known.size > mostKnown) for (const oldest of known.keys()) if (known.delete(oldest)) break;
  return dateOf(at);
}

const dateOf = (at: number): Date | null => (Number.isFinite(at) ? new Date(at) : null);
