import { type Database, database } from "@/lib/db/client";
import { type CalendarInUse, listJobsOfCalendars, readCalendars } from "@/lib/db/job-calendars";
import { listOutOfSync, type OutOfSync } from "@/lib/db/jobs";
import { workerSeenAt } from "@/lib/db/pulse";
import {
  countRunsByQuarter,
  type FailedJobs,
  type LateJob,
  listFailedJobs,
  listLateJobs,
  listRunningNow,
  type RunCount,
  type RunningNow,
} from "@/lib/db/runs";
import { type Actor, requireMay } from "@/lib/domain/actor";
import { nextOccurrences } from "@/lib/schedule/occurrences";
import { parseExpression } from "@/lib/schedule/parse";
import { nextOf } from "./list-jobs";

/** A moment at which a job is due. */
export type ComingMoment = { at: Date; job: { id: string; slug: string; name: string; timeZone: string; expression: string } };

/**
 * Each of its lists is bounded, and says by a count how many there are in all. `failed` (jobs with bad runs in the last
 * 24 hours): those that fail still, then those that recovered, at most twenty of either, as `outOfSync` has those that AWS
 * refuses and those on the way.
 */
export type Overview = FailedJobs &
  OutOfSync & {
    /** Jobs whose run has not come, the longest first, at most twenty. */
    late: LateJob[];
    lateCount: number;
    /** At most fifty. */
    running: RunningNow[];
    runningCount: number;
    /** The next ten moments over all jobs. */
    coming: ComingMoment[];
    /** All runs of the last 24 hours, counted by quarter of an hour and state; the quarter that is going on is the last. */
    lastDay: RunCount[];
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
  const [failed, late, running, lastDay, { calendars, ...counts }, outOfSync, seenAt] = await Promise.all([
    listFailedJobs(db, new Date(now.getTime() - dayMs), 20),
    listLateJobs(db, now, 20),
    listRunningNow(db, 50),
    countRunsByQuarter(db, new Date(nextQuarter.getTime() - dayMs), nextQuarter),
    readCalendars(db),
    listOutOfSync(db, 20),
    workerSeenAt(db),
  ]);
  const coming = await nextMoments(db, calendars, now, 10);
  return { ...failed, ...late, ...running, lastDay, coming, ...outOfSync, ...counts, workerSeenAt: seenAt };
}

/**
 * The next `count` moments over all jobs. Jobs of one calendar are due together, so the calendars are asked and not the jobs;
 * of those that come first each gives its own next moments, so that none crowds out an earlier one.
 */
async function nextMoments(db: Database, calendars: readonly CalendarInUse[], now: Date, count: number): Promise<ComingMoment[]> {
  const anchorOf = ({ anchor }: CalendarInUse) => anchor ?? now; // only a rate asks for it
  const soonest = calendars
    .map((calendar) => ({ calendar, at: nextOf(calendar, anchorOf(calendar), now)?.getTime() ?? Number.POSITIVE_INFINITY }))
    .filter(({ at }) => Number.isFinite(at))
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ calendar }) => calendar);
  const jobs = soonest.length > 0 ? await listJobsOfCalendars(db, soonest, count) : [];
  return jobs
    .flatMap(({ calendar: place, ...job }) => {
      const calendar = soonest[place] as CalendarInUse;
      const { expression, timeZone } = calendar;
      const parsed = parseExpression(expression);
      if (!parsed.ok) return [];
      const moments = nextOccurrences(parsed.schedule, timeZone, now, count, { anchor: anchorOf(calendar) });
      return moments.map(({ at }) => ({ at, job: { ...job, timeZone, expression } }));
    })
    .sort((a, b) => a.at.getTime() - b.at.getTime() || a.job.name.localeCompare(b.job.name))
    .slice(0, count);
}
