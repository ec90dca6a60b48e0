import { NotFound } from "@/lib/domain/errors";
import { newId } from "@/lib/domain/ids";
import type { Cause } from "@/lib/domain/run";
import type { Db } from "./client";
import { toDocument } from "./row";

/** A start that the Scheduler gave up on, in the shape in which a run's row is written. */
export type DeadLetterFacts = {
  environmentId: string;
  jobId: string;
  /** The moment of the schedule that was to be served. */
  scheduledAt: Date;
  executionId: string | null;
  /** The Scheduler's calls in all. */
  attempts: number | null;
  jobGeneration: number | null;
  gaveUpAt: Date;
  seenAt: Date;
  cause: Cause;
};

/**
 * Writes a start that was given up as the failed run of its moment. A moment that has a task keeps it: the task's own
 * truth is the better one, and a task that is seen later takes this row over (`upsertRunFromTask`). A moment that was
 * noted as missed gets its reason. Told again it changes nothing. Throws NotFound when the job is not in this environment.
 */
export async function recordDeadLetter(db: Db, facts: DeadLetterFacts): Promise<{ changed: boolean }> {
  const [outcome] = await db.$queryRaw<{ job_is_here: boolean; told: number }[]>`
    with fact as (
      select * from jsonb_to_record(${toDocument(columnsOf(facts))}::jsonb) as f(
        id uuid, environment_id text, job_id text, scheduled_at timestamptz, attempt int, execution_id text, job_generation int,
        stopped_at timestamptz, seen_at timestamptz, cause jsonb, cause_kind text)
    ), job_here as (
      select j.id from job j, fact f where j.id = f.job_id and j.environment_id = f.environment_id
    ), written as (
      insert into run (id, environment_id, job_id, trigger, scheduled_at, due_at, state, attempt, execution_id, job_generation,
        stopped_at, seen_at, cause, cause_kind, source)
      select f.id, f.environment_id, f.job_id, 'schedule', f.scheduled_at, f.scheduled_at, 'failed', f.attempt, f.execution_id, f.job_generation,
        f.stopped_at, f.seen_at, f.cause, f.cause_kind, 'dead-letter'
      from fact f, job_here
      on conflict (job_id, scheduled_at) where scheduled_at is not null and duplicate_of_id is null do update set
        state = 'failed', attempt = excluded.attempt, execution_id = excluded.execution_id,
        job_generation = coalesce(excluded.job_generation, run.job_generation), stopped_at = excluded.stopped_at,
        seen_at = excluded.seen_at, cause = excluded.cause, cause_kind = excluded.cause_kind, source = 'dead-letter'
      where run.task_arn is null and run.state = 'missed'
      returning run.id
    )
    select exists (select from job_here) as job_is_here, (select count(pg_notify('run-changed', id::text)) from written)::int as told`;
  if (!outcome?.job_is_here) throw new NotFound(`The job ${facts.jobId} is not in this environment.`);
  return { changed: outcome.told > 0 };
}

function columnsOf(facts: DeadLetterFacts): object {
  return {
    id: newId(facts.scheduledAt),
    environment_id: facts.environmentId,
    job_id: facts.jobId,
    scheduled_at: facts.scheduledAt,
    attempt: facts.attempts,
    execution_id: facts.executionId,
    job_generation: facts.jobGeneration,
    stopped_at: facts.gaveUpAt,
    seen_at: facts.seenAt,
    cause: facts.cause,
    cause_kind: facts.cause.kind,
  };
}
