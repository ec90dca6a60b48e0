import type { RunState, RunSummary } from "@/lib/domain/run";
import { type Db, rowsOf } from "./client";
import { Prisma } from "./generated/client";
import { isLate } from "./job-lists";
import { summaryOfRun, toSummary, usualSeconds } from "./run-summary";

type JobName = { id: string; slug: string; name: string };

/** A job that failed lately: how often, how it failed last, and whether it has succeeded since. */
export type FailedJob = { job: JobName; failures: number; last: RunSummary; recovered: boolean };

/** `failingCount` and `recoveredCount`: how many jobs there are of either kind in all. */
export type FailedJobs = { failed: FailedJob[]; failingCount: number; recoveredCount: number };

type FailedRow = { id: string; slug: string; name: string; failures: number; last: unknown; recovered: boolean; of: number };

/**
 * Jobs with runs that failed, were missed or lost since a moment: those that have not succeeded since, then those that have,
 * of either at most `limit`, most failures first, then the latest. A second task for the same moment is not counted: the
 * moment has its run.
 */
export async function listFailedJobs(db: Db, since: Date, limit: number): Promise<FailedJobs> {
  const rows = await rowsOf<FailedRow>(
    db,
    Prisma.sql`
    select ranked.id, ranked.slug, ranked.name, ranked.failures, ranked.recovered, ranked.of, last.run as last
    from (
      select judged.*, row_number() over (partition by recovered order by failures desc, last_due_at desc, id) as place,
        (count(*) over (partition by recovered))::int as of
      from (
        select j.id, j.slug, j.name, f.failures, f.last_due_at, exists (
          select from run s where s.job_id = j.id and s.state = 'succeeded' and s.due_at > f.last_due_at and s.duplicate_of_id is null
        ) as recovered
        from (
          select job_id, count(*)::int as failures, max(due_at) as last_due_at from run
          where state in ('failed', 'lost', 'missed') and coalesce(stopped_at, due_at) >= ${since} and duplicate_of_id is null
          group by job_id
        ) f
        join job j on j.id = f.job_id and j.deleted_at is null
      ) judged
    ) ranked
    cross join lateral (
      select ${summaryOfRun} as run from run r
      where r.job_id = ranked.id and r.state in ('failed', 'lost', 'missed') and r.duplicate_of_id is null
      order by r.due_at desc, r.id desc limit 1
    ) last
    where ranked.place <= ${limit} order by ranked.recovered, ranked.place limit ${2 * limit}`,
  );
  const countOf = (recovered: boolean) => rows.find((row) => row.recovered === recovered)?.of ?? 0;
  return {
    failed: rows.map(({ failures, last, recovered, id, slug, name }) => ({
      job: { id, slug, name },
      failures,
      last: toSummary(last),
      recovered,
    })),
    failingCount: countOf(false),
    recoveredCount: countOf(true),
  };
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

/** Runs that are asked for, starting or running, the latest due first, at most `limit`, and how many there are in all. */
export async function listRunningNow(db: Db, limit: number): Promise<{ running: RunningNow[]; runningCount: number }> {
  const rows = await rowsOf<{ id: string; slug: string; name: string; run: unknown; usual: number | null; all: number }>(
    db,
    Prisma.sql`
    select j.id, j.slug, j.name, active.run, active.all, ${usualSeconds(Prisma.sql`j.id`)} as usual
    from (
      select r.job_id, r.due_at, r.id, ${summaryOfRun} as run, (count(*) over ())::int as all from run r
      where r.state in ('requested', 'starting', 'running')
      order by r.due_at desc, r.id desc limit ${limit}
    ) active
    join job j on j.id = active.job_id
    order by active.due_at desc, active.id desc`,
  );
  return {
    running: rows.map(({ run, usual, id, slug, name }) => ({ run: toSummary(run), job: { id, slug, name }, usualSeconds: usual })),
    runningCount: rows[0]?.all ?? 0,
  };
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
