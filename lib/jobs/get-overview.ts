import { database } from "@/lib/db/client";
import { type CalendarJob, listCalendar, listOutOfSync, type OutOfSyncJob } from "@/lib/db/jobs";
import { workerSeenAt } from "@/lib/db/pulse";
import {
  countRunsByQuarter,
  type FailedJob,
  type LateJob,
  listFailedJobs,
  listLateJobs,
  listRunningNow,
  type RunCount,
  type RunningNow,
} from "@/lib/db/runs";
import { type Actor, requireMay } from "@/lib/domain/actor";
import { rateAnchorOf } from "@/lib/domain/job";
import { nextOccurrences } from "@/lib/schedule/occurrences";
import { parseExpression } from "@/lib/schedule/parse";

/** A moment at which a job is due. */
export type ComingMoment = { at: Date; job: { id: string; slug: string; name: string; timeZone: string; expression: string } };

export type Overview = {
  /** Jobs with failed runs in the last 24 hours, most failures first, at most twenty. */
  failed: FailedJob[];
  /** Jobs whose run has not come, the longest first, at most twenty. */
  late: LateJob[];
  lateCount: number;
  /** At most fifty. */
  running: RunningNow[];
  /** The next ten moments over all jobs. */
  coming: ComingMoment[];
  /** All runs of the last 24 hours, counted by quarter of an hour and state; the quarter that is going on is the last. */
  lastDay: RunCount[];
  /** At most twenty. */
  outOfSync: OutOfSyncJob[];
  jobCount: number;
  pausedCount: number;
  workerSeenAt: Date | null;
};

const dayMs = 24 * 60 * 60 * 1000;
const quarterMs = 15 * 60 * 1000;

/** What a departure board shows: what needs somebody, what runs, what comes. */
export async function getOverview({ actor, now = new Date() }: { actor: Actor; now?: Date }): Promise<Overview> {
  requireMay(actor, "read");
  const db = database();
  const nextQuarter = new Date((Math.floor(now.getTime() / quarterMs) + 1) * quarterMs);
  const [failed, { late, lateCount }, running, lastDay, calendar, outOfSync, seenAt] = await Promise.all([
    listFailedJobs(db, new Date(now.getTime() - dayMs), 20),
    listLateJobs(db, now, 20),
    listRunningNow(db, 50),
    countRunsByQuarter(db, new Date(nextQuarter.getTime() - dayMs), nextQuarter),
    listCalendar(db),
    listOutOfSync(db, 20),
    workerSeenAt(db),
  ]);
  return {
    failed,
    late,
    lateCount,
    running,
    lastDay,
    coming: nextMoments(calendar.live, now, 10),
    outOfSync,
    jobCount: calendar.jobCount,
    pausedCount: calendar.pausedCount,
    workerSeenAt: seenAt,
  };
}

/** The next `count` moments over many jobs. Each job gives its own next ones, so no job can crowd out an earlier moment. */
export function nextMoments(jobs: CalendarJob[], now: Date, count: number): ComingMoment[] {
  const momentsOf = (job: CalendarJob, most: number) => {
    const parsed = parseExpression(job.expression);
    if (!parsed.ok) return [];
    return nextOccurrences(parsed.schedule, job.timeZone, now, most, { anchor: rateAnchorOf(job) }).map(({ at }) => ({ at, job }));
  };
  const bySoonest = (moments: { at: Date; job: CalendarJob }[]) =>
    moments.sort((a, b) => a.at.getTime() - b.at.getTime() || a.job.name.localeCompare(b.job.name)).slice(0, count);
  const soonest = bySoonest(jobs.flatMap((job) => momentsOf(job, 1)));
  return bySoonest(soonest.flatMap(({ job }) => momentsOf(job, count))).map(({ at, job: { id, slug, name, timeZone, expression } }) => ({
    at,
    job: { id, slug, name, timeZone, expression },
  }));
}
