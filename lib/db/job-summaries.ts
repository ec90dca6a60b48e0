import { stripLetters } from "@/lib/domain/run-strip";
import type { Database } from "./client";
import { Prisma } from "./generated/client";
import { usualSeconds } from "./run-summary";
import { inTransaction } from "./transaction";

const decided = Prisma.sql`('succeeded', 'failed', 'stopped', 'missed', 'lost')`;

const letter = Prisma.sql`case r.state ${Prisma.join(
  Object.entries(stripLetters).map(([state, short]) => Prisma.sql`when ${Prisma.raw(`'${state}'`)} then ${Prisma.raw(`'${short}'`)}`),
  " ",
)} else '?' end`;

const length = Prisma.sql`case
  when r.stopped_at is not null then trim_scale(round(greatest(extract(epoch from r.stopped_at - r.started_at), 0), 1))::text
  else '@' || floor(extract(epoch from r.started_at))::bigint end`;

/**
 * What the job list shows of a job's runs: `strip` (the last fifteen, see lib/domain/run-strip.ts), `last` (the last that
 * came to an end), `last_state`, `is_active` and `usual_seconds`; `job` is the SQL of its id. Some forty rows by index,
 * however long the history is.
 */
export const summaryOfJob = (job: Prisma.Sql): Prisma.Sql => Prisma.sql`
  select
    coalesce((
      select string_agg(${letter} || coalesce(${length}, ''), ' ' order by r.due_at desc, r.id desc)
      from (
        select state, started_at, stopped_at, due_at, id from run
        where job_id = ${job} and duplicate_of_id is null order by due_at desc, id desc limit 15
      ) r
    ), '') as strip,
    last.document as last,
    last.state as last_state,
    exists (select from run where job_id = ${job} and state in ('requested', 'starting', 'running')) as is_active,
    ${usualSeconds(job)} as usual_seconds
  from (select) one
  left join lateral (
    select r.state, jsonb_build_object('id', r.id, 'state', r.state, 'at', coalesce(r.stopped_at, r.started_at, r.due_at),
      'headline', left(r.cause->>'headline', 200)) as document
    from run r where r.job_id = ${job} and r.duplicate_of_id is null and r.state in ${decided}
    order by r.due_at desc, r.id desc limit 1
  ) last on true`;

/** Jobs that one bite makes anew, and what it left. */
export type SummedUp = { jobs: number; left: boolean };

/**
 * Makes the summaries of changed jobs anew, at most `limit` of them, and draws the counts of jobs together.
 *
 * A summary is written by nobody else and not by whoever writes a run: runs of one job are written by many at once, who would
 * wait for each other at its row. They only add a note (`job_change`, by trigger), and a reader works out by himself what
 * a noted job shows. So it does not matter to what is shown when this runs, only to what reading costs.
 *
 * One at a time: two that overlap could each take notes away that the other has not seen. Null: another one is at it.
 */
export async function sumUpJobs(db: Database, limit = 500): Promise<SummedUp | null> {
  return await inTransaction(async (tx) => {
    const [lock] = await tx.$queryRaw<{ free: boolean }[]>`
      select pg_try_advisory_xact_lock(hashtextextended('belfry:sum-up-jobs', 0)) as free`;
    if (!lock?.free) return null;
    const [counted] = await tx.$queryRaw<{ jobs: number }[]>`
      with picked as (
        select distinct job_id from (select job_id from job_change order by id limit ${limit}) oldest
      ), gone as (
        delete from job_change using picked where job_change.job_id = picked.job_id
      ), written as (
        insert into job_summary (job_id, strip, last, last_state, is_active, usual_seconds)
        select picked.job_id, s.* from picked
        join job on job.id = picked.job_id
        cross join lateral (${summaryOfJob(Prisma.sql`picked.job_id`)}) s
        on conflict (job_id) do update set strip = excluded.strip, last = excluded.last, last_state = excluded.last_state,
          is_active = excluded.is_active, usual_seconds = excluded.usual_seconds
      )
      select count(*)::int as jobs from picked`;
    await tx.$executeRaw`
      with gone as (
        delete from job_tally where exists (select from job_tally group by environment_id, application having count(*) > 1)
        returning environment_id, application, jobs
      )
      insert into job_tally (environment_id, application, jobs)
      select environment_id, application, sum(jobs)::int from gone group by environment_id, application having sum(jobs) <> 0`;
    const [rest] = await tx.$queryRaw<{ left: boolean }[]>`select exists (select from job_change) as left`;
    return { jobs: counted?.jobs ?? 0, left: rest?.left ?? false };
  }, db);
}
