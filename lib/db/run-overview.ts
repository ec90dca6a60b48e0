import type { RunState, RunSummary } from "@/lib/domain/run";
import type { Db } from "./client";
import { Prisma } from "./generated/client";
import { isLate } from "./job-lists";
import { summaryOfRun, toSummary, usualSeconds } from "./run-summary";

type JobName = { id: string; slug: string; name: string };

/** A job that failed lately: how often, how it failed last, and whether it has succeeded since. */
export type FailedJob = { job: JobName; failures: number; last: RunSummary; recovered: boolean };

/**
 * Jobs with runs that failed, were missed or lost since a moment: most failures first, then the latest. A second task for
 * the same moment is not counted: the moment has its run.
 */
export async function listFailedJobs(db: Db, since: Date, limit: number): Promise<FailedJob[]> {
  const rows = await db.$queryRaw<{ id: string; slug: string; name: string; failures: number; last: unknown; recovered: boolean }[]>`
    select j.id, j.slug, j.name, f.failures, last.run as last,
      exists (
        select from run s where s.job_id = j.id and s.state = 'succeeded' and s.due_at > last.due_at and s.duplicate_of_id is null
      ) as recovered
    from (
      select job_id, count(*)::int as failures from run
      where state in ('failed', 'lost', 'missed') and coalesce(stopped_at, due_at) >= ${since} and duplicate_of_id is null
      group by job_id
    ) f
    join job j on j.id = f.job_id and j.deleted_at is null
    cross join lateral (
      select r.due_at, ${summaryOfRun} as run from run r
      where r.job_id = j.id and r.state in ('failed', 'lost', 'missed') and r.duplicate_of_id is null
      order by r.due_at desc, r.id desc limit 1
    ) last
    order by f.failures desc, last.due_at desc, j.id limit ${limit}`;
  return rows.map(({ failures, last, recovered, ...job }) => ({ job, failures, last: toSummary(last), recovered }));
}

/** A job whose moment has passed without its run, and until when a start for it may still come. */
export type LateJob = { job: JobName & { timeZone: string }; expectedAt: Date; expectBy: Date };

/** Jobs that are late, the longest first, at most `limit`, and how many there are of them in all. */
export async function listLateJobs(db: Db, now: Date, limit: number): Promise<{ late: LateJob[]; lateCount: number }> {
  const rows = await db.$queryRaw<
    { id: string; slug: string; name: string; timeZone: string; expectedAt: Date; expectBy: Date; all: number }[]
  >`
    select j.id, j.slug, j.name, j.time_zone as "timeZone", j.expected_at as "expectedAt", j.expect_by as "expectBy", count(*) over ()::int as all
    from job j where ${isLate(now)} and j.deleted_at is null
    order by j.expected_at, j.id limit ${limit}`;
  return {
    late: rows.map(({ expectedAt, expectBy, all: _all, ...job }) => ({ job, expectedAt, expectBy })),
    lateCount: rows[0]?.all ?? 0,
  };
}

/** A run that goes on, and how long runs of its job usually take, in seconds. */
export type RunningNow = { run: RunSummary; job: JobName; usualSeconds: number | null };

/** Runs that are asked for, starting or running, the latest due first. */
export async function listRunningNow(db: Db, limit: number): Promise<RunningNow[]> {
  const rows = await db.$queryRaw<{ id: string; slug: string; name: string; run: unknown; usual: number | null }[]>`
    select j.id, j.slug, j.name, active.run, ${usualSeconds(Prisma.sql`j.id`)} as usual
    from (
      select r.job_id, r.due_at, r.id, ${summaryOfRun} as run from run r
      where r.state in ('requested', 'starting', 'running')
      order by r.due_at desc, r.id desc limit ${limit}
    ) active
    join job j on j.id = active.job_id
    order by active.due_at desc, active.id desc`;
  return rows.map(({ run, usual, ...job }) => ({ run: toSummary(run), job, usualSeconds: usual }));
}

/** The median time of a job's last twenty successful runs, in seconds; null where there is none. */
export async function usualSecondsOf(db: Db, jobId: string): Promise<number | null> {
  const [row] = await db.$queryRaw<{ usual: number | null }[]>`select ${usualSeconds(Prisma.sql`${jobId}`)} as usual`;
  return row?.usual ?? null;
}

/** How many runs that were due within a quarter of an hour stand in a state; `at` is the quarter's begin. */
export type RunCount = { at: Date; state: RunState; count: number };

/**
 * The runs due from `since` until before `until`, counted by quarter of an hour and state: as many rows as quarters and
 * states at most. A second task for the same moment is not counted.
 */
export async function countRunsByQuarter(db: Db, since: Date, until: Date): Promise<RunCount[]> {
  return await db.$queryRaw<RunCount[]>`
    select to_timestamp(floor(extract(epoch from due_at) / 900) * 900) as at, state::text as state, count(*)::int as count
    from run where due_at >= ${since} and due_at < ${until} and duplicate_of_id is null
    group by 1, 2 order by 1, 2`;
}
