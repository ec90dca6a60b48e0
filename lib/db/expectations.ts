import { newId } from "@/lib/domain/ids";
import type { Cause } from "@/lib/domain/run";
import type { Db } from "./client";
import { toDocument } from "./row";

/** What the calendars promise, and which of it has no run. Set-based: so many jobs, so few statements. */

/** What AWS follows of a job's calendar since `appliedAt`, and at the earliest since it was saved. */
export type Calendar = {
  generation: number;
  savedAt: Date;
  appliedAt: Date;
  /** False for a job that is paused or deleted: AWS fires nothing of it. */
  enabled: boolean;
  expression: string;
  timeZone: string;
  flexibleWindowMinutes: number;
  maximumEventAgeSeconds: number;
};

/** A job one of whose moments has come, or whose calendar is new, and what is known of its moments. */
export type Expectation = {
  jobId: string;
  /** Nothing before it is still to be judged. */
  expectedAt: Date;
  expectBy: Date | null;
  /** When AWS was last written to: a rate counts from there. */
  appliedAt: Date | null;
  /** Those since the one that was followed at `expectedAt`, the oldest first. */
  calendars: Calendar[];
  /** The moments that have a run: the last one before `expectedAt`, and those from there on, ascending. */
  moments: Date[];
};

/** So many moments of one job are read at a time; who has more is read again from there. */
export const mostMoments = 300;

type Key = { expectedAt: Date; jobId: string };

/** Jobs whose expected moment has come, the earliest first, after a key; at most `limit`. */
export async function listExpectations(
  db: Db,
  environmentId: string,
  { now, after, limit }: { now: Date; after: Key | null; limit: number },
): Promise<Expectation[]> {
  const rows = await db.$queryRaw<ExpectationRow[]>`
    select j.id, j.expected_at, j.expect_by, j.applied_at, calendars.list as calendars, moments.list as moments, before.at as before
    from (
      select * from job
      where environment_id = ${environmentId} and expected_at <= ${now}
        and (${after?.expectedAt ?? null}::timestamptz is null or (expected_at, id) > (${after?.expectedAt ?? null}::timestamptz, ${after?.jobId ?? ""}))
      order by expected_at, id limit ${limit}
    ) j
    left join lateral (
      select jsonb_agg(to_jsonb(c) order by c.generation) as list from (
        select * from applied_calendar c
        where c.job_id = j.id and c.generation >= coalesce(
          (select max(f.generation) from applied_calendar f where f.job_id = j.id and f.applied_at <= j.expected_at), 0)
        order by c.generation desc limit 50
      ) c
    ) calendars on true
    left join lateral (
      select array_agg(r.scheduled_at order by r.scheduled_at) as list from (
        select scheduled_at from run
        where job_id = j.id and scheduled_at >= j.expected_at and duplicate_of_id is null
        order by scheduled_at limit ${mostMoments}
      ) r
    ) moments on true
    left join lateral (
      select scheduled_at as at from run
      where job_id = j.id and scheduled_at < j.expected_at and duplicate_of_id is null
      order by scheduled_at desc limit 1
    ) before on true
    order by j.expected_at, j.id`;
  return rows.map((row) => ({
    jobId: row.id,
    expectedAt: row.expected_at,
    expectBy: row.expect_by,
    appliedAt: row.applied_at,
    calendars: (row.calendars ?? []).map(toCalendar),
    moments: [row.before, ...(row.moments ?? [])].filter((at) => at !== null),
  }));
}

type ExpectationRow = {
  id: string;
  expected_at: Date;
  expect_by: Date | null;
  applied_at: Date | null;
  calendars: CalendarRow[] | null;
  moments: Date[] | null;
  before: Date | null;
};

type CalendarRow = {
  generation: number;
  saved_at: string;
  applied_at: string;
  enabled: boolean;
  expression: string;
  time_zone: string;
  flexible_window_minutes: number;
  maximum_event_age_seconds: number;
};

function toCalendar(row: CalendarRow): Calendar {
  return {
    generation: row.generation,
    savedAt: new Date(row.saved_at),
    appliedAt: new Date(row.applied_at),
    enabled: row.enabled,
    expression: row.expression,
    timeZone: row.time_zone,
    flexibleWindowMinutes: row.flexible_window_minutes,
    maximumEventAgeSeconds: row.maximum_event_age_seconds,
  };
}

/** A moment that has passed its last chance without a run. */
export type MissedMoment = { jobId: string; scheduledAt: Date; jobGeneration: number; cause: Cause };

/** What a job is waited for next. `was` guards it: where the job's calendar has changed meanwhile, nothing is moved. */
export type MovedExpectation = { jobId: string; was: Date; expectedAt: Date | null; expectBy: Date | null };

/**
 * Writes missed moments as runs and moves the expectations on, all or nothing of it. A moment that has got a run meanwhile
 * keeps it. Gives how many runs were written.
 */
export async function writeExpectations(
  db: Db,
  environmentId: string,
  { missed, moved }: { missed: MissedMoment[]; moved: MovedExpectation[] },
): Promise<number> {
  if (missed.length === 0 && moved.length === 0) return 0;
  const runs = missed.map(({ jobId, scheduledAt, jobGeneration, cause }) => ({
    id: newId(scheduledAt),
    job_id: jobId,
    scheduled_at: scheduledAt,
    job_generation: jobGeneration,
    cause,
    cause_kind: cause.kind,
  }));
  const jobs = moved.map(({ jobId, was, expectedAt, expectBy }) => ({ id: jobId, was, expected_at: expectedAt, expect_by: expectBy }));
  const [outcome] = await db.$queryRaw<{ written: number }[]>`
    with written as (
      insert into run (id, environment_id, job_id, trigger, scheduled_at, due_at, state, job_generation, cause, cause_kind, source)
      select m.id, ${environmentId}, m.job_id, 'schedule', m.scheduled_at, m.scheduled_at, 'missed', m.job_generation, m.cause, m.cause_kind, 'calendar'
      from jsonb_to_recordset(${toDocument(runs)}::jsonb) as m(
        id uuid, job_id text, scheduled_at timestamptz, job_generation int, cause jsonb, cause_kind text)
      order by m.job_id, m.scheduled_at
      on conflict do nothing
      returning id
    ), moved as (
      update job set expected_at = e.expected_at, expect_by = e.expect_by
      from jsonb_to_recordset(${toDocument(jobs)}::jsonb) as e(id text, was timestamptz, expected_at timestamptz, expect_by timestamptz)
      where job.id = e.id and job.expected_at = e.was
    )
    select count(pg_notify('run-changed', id::text))::int as written from written`;
  return outcome?.written ?? 0;
}

/** Waits for no moment before `now` any more: for an AWS that itself was away till then, as the sandbox can be and AWS is not. */
export async function skipPassedMoments(db: Db, now: Date): Promise<number> {
  return await db.$executeRaw`update job set expected_at = ${now}, expect_by = null where expected_at < ${now}`;
}
