import { Conflict, NotFound } from "@/lib/domain/errors";
import type { Job, JobInput, SyncError } from "@/lib/domain/job";
import { isTaken } from "./as-ours";
import type { Db, Tx } from "./client";
import type { Calendar } from "./expectations";
import type { Job as Row } from "./generated/client";
import { toJob } from "./job-row";
import { readAll } from "./read-all";
import { fromRaw, keepable, toDocument } from "./row";

/* Lists of jobs stand in job-lists.ts. */
export * from "./job-lists";

// Desk: what is wanted ------------------------------------------------------------------------------------------------

type Saved = { savedAt: Date; savedBy: string };

/** Writes a new job as its first generation. Throws Conflict when another living job has its address. */
export async function insertJob(
  tx: Tx,
  { id, environmentId, input, savedAt, savedBy }: { id: string; environmentId: string; input: JobInput } & Saved,
): Promise<Job> {
  try {
    return toJob(await tx.job.create({ data: { id, environmentId, ...columnsOf(input), savedAt, savedBy, createdAt: savedAt } }));
  } catch (error) {
    throw addressTaken(error, input.slug);
  }
}

/** What somebody may want to be otherwise: any part of the input, the pause, the end. */
export type JobIntent = Partial<JobInput> & Partial<Pick<Job, "pausedAt" | "pausedBy" | "pauseReason" | "deletedAt">>;

/**
 * Writes a job's next generation. Throws Conflict when the job is not at `expectedGeneration` any more, so that nobody
 * overwrites what they have not seen, and when another living job has its new address; NotFound for a deleted job.
 */
export async function writeJobIntent(
  tx: Tx,
  jobId: string,
  expectedGeneration: number,
  change: JobIntent,
  { savedAt, savedBy }: Saved,
): Promise<Job> {
  const { pausedAt, pausedBy, pauseReason, deletedAt } = change;
  try {
    const [row] = await tx.job.updateManyAndReturn({
      where: { id: jobId, generation: expectedGeneration, deletedAt: null },
      data: { ...columnsOf(change), pausedAt, pausedBy, pauseReason, deletedAt, savedAt, savedBy, generation: expectedGeneration + 1 },
    });
    if (row) return toJob(row);
  } catch (error) {
    throw addressTaken(error, change.slug ?? "");
  }
  const now = await tx.job.findUnique({ where: { id: jobId } });
  if (!now || now.deletedAt) throw new NotFound("The job does not exist any more: somebody deleted it meanwhile.");
  throw new Conflict(
    `${now.savedBy} saved this job meanwhile (it is now at generation ${now.generation}, you began with ${expectedGeneration}): load it again and repeat your change.`,
  );
}

/** Only the desk's own columns, whatever else the object carries. */
function columnsOf<Input extends Partial<JobInput>>(input: Input): Pick<Input, Extract<keyof Input, keyof JobInput>> {
  const { name, slug, description, application, labels, definition, expression, timeZone, policies } = input;
  return { name, slug, description, application, labels, definition, expression, timeZone, policies } as Pick<
    Input,
    Extract<keyof Input, keyof JobInput>
  >;
}

function addressTaken(error: unknown, slug: string): unknown {
  return isTaken(error, "job_slug_key") ? new Conflict(`The address ${slug} belongs to another job: choose another one.`, "slug") : error;
}

/** A living job by its address: in one environment, or in the one that was made first among those that have it. */
export async function getJobBySlug(db: Db, slug: string, environmentId?: string): Promise<Job | null> {
  const row = await db.job.findFirst({
    where: { slug: keepable(slug), environmentId, deletedAt: null },
    orderBy: [{ environment: { createdAt: "asc" } }, { id: "asc" }],
  });
  return row && toJob(row);
}

/** A job by its id, also a deleted one. */
export async function getJobById(db: Db, id: string): Promise<Job | null> {
  const row = await db.job.findUnique({ where: { id } });
  return row && toJob(row);
}

// Reconcile: what was done and seen -----------------------------------------------------------------------------------

/** A job whose AWS side may need work, and how often in a row that work has failed. */
export type JobToReconcile = Job & { syncAttempts: number };

/**
 * What is not settled and may be tried now, and whatever `alsoIds` names, deleted ones too; the longest waiting first,
 * at most `limit`. A job that was saved since its last outcome does not wait for that outcome's retry.
 */
export async function listJobIntents(
  db: Db,
  environmentId: string,
  { now, alsoIds, limit = 5000 }: { now: Date; alsoIds: string[]; limit?: number },
): Promise<JobToReconcile[]> {
  const rows = await readAll<Record<string, unknown>>(
    (last, atOnce) =>
      db.$queryRaw`
      select * from (
        select * from job
        where environment_id = ${environmentId}
          and (generation > observed_generation or (deleted_at is not null and removed_at is null) or retry_at is not null)
          and (retry_at is null or retry_at <= ${now} or sync_generation < generation)
        union
        select * from job where environment_id = ${environmentId} and id = any(${alsoIds}::text[])
      ) unsettled
      where ${last === null} or (saved_at, id) > (${last?.saved_at ?? null}::timestamptz, ${last?.id ?? ""})
      order by saved_at, id limit ${atOnce}`,
    limit,
  );
  return rows.map((raw) => {
    const row = fromRaw<Row>(raw);
    return { ...toJob(row), syncAttempts: row.syncGeneration >= row.generation ? row.syncAttempts : 0 };
  });
}

/** The ids of all jobs that are not deleted. */
export async function listLiveJobIds(db: Db, environmentId: string): Promise<string[]> {
  const rows = await readAll<{ id: string }>(
    (last, limit) =>
      db.$queryRaw`
      select id from job where environment_id = ${environmentId} and deleted_at is null and id > ${last?.id ?? ""} order by id limit ${limit}`,
  );
  return rows.map((row) => row.id);
}

/**
 * What one try at one job came to. `generation` is the one that was tried, `at` the moment AWS was last looked at for it.
 * `applied`: AWS was written to, and took it. `observed`: it was read back as wanted. `removed`: nothing of the job is left in AWS.
 */
export type SyncOutcome = {
  jobId: string;
  generation: number;
  at: Date;
  applied: boolean;
  observed: boolean;
  removed: boolean;
  taskDefinitionArn: string | null;
  error: SyncError | null;
  /** When to try again; null leaves it to the next round, or to nobody where all is well. */
  retryAt: Date | null;
  /** The calendar that AWS follows once it has taken this generation. */
  calendar?: Omit<Calendar, "generation" | "appliedAt">;
};

/**
 * Writes outcomes in one statement. An outcome about an older generation than the last one written changes nothing, and
 * neither does a failure that was seen before a success of the same generation: rounds may overlap and end out of order.
 * The calendar of a generation is noted as it is taken, and the job is looked at for its next moment.
 */
export async function writeSyncOutcomes(db: Db, outcomes: SyncOutcome[]): Promise<void> {
  if (outcomes.length === 0) return;
  await db.$executeRaw`
    with outcome as (
      select distinct on (job_id) * from jsonb_to_recordset(${toDocument(outcomes.map(toColumns))}::jsonb) as o(
        job_id text, generation int, at timestamptz, applied boolean, observed boolean, removed boolean,
        task_definition_arn text, error jsonb, retry_at timestamptz, saved_at timestamptz, enabled boolean, expression text,
        time_zone text, flexible_window_minutes int, maximum_event_age_seconds int)
      order by job_id, generation desc, at desc
    ), taken as (
      -- A generation that AWS has taken for the first time: from now on its calendar is promised.
      insert into applied_calendar (job_id, generation, saved_at, applied_at, enabled, expression, time_zone, flexible_window_minutes,
        maximum_event_age_seconds)
      select o.job_id, o.generation, o.saved_at, o.at, o.enabled, o.expression, o.time_zone, o.flexible_window_minutes, o.maximum_event_age_seconds
      from outcome o join job on job.id = o.job_id
      where (o.applied or o.observed) and o.enabled is not null and o.generation > job.applied_generation and o.generation >= job.sync_generation
      on conflict do nothing
      returning job_id
    )
    update job set
      applied_generation = case when o.applied or o.observed then greatest(job.applied_generation, o.generation) else job.applied_generation end,
      applied_at = case when o.applied then o.at else job.applied_at end,
      observed_generation = case when o.observed then greatest(job.observed_generation, o.generation) else job.observed_generation end,
      observed_at = case when o.observed then greatest(job.observed_at, o.at) else job.observed_at end,
      task_definition_arn = coalesce(o.task_definition_arn, job.task_definition_arn),
      removed_at = case when o.removed and job.deleted_at is not null then coalesce(job.removed_at, o.at) else job.removed_at end,
      sync_generation = o.generation,
      sync_error = nullif(o.error, 'null'::jsonb),
      sync_attempts = case when o.error is null or o.error = 'null'::jsonb then 0
                           when o.generation > job.sync_generation then 1 else job.sync_attempts + 1 end,
      retry_at = o.retry_at,
      expected_at = case when t.job_id is null then job.expected_at else least(job.expected_at, o.at) end,
      expect_by = case when t.job_id is null or job.expected_at < o.at then job.expect_by end
    from outcome o left join taken t on t.job_id = o.job_id
    where job.id = o.job_id
      and o.generation between job.sync_generation and job.generation
      and (o.error is null or o.error = 'null'::jsonb or job.observed_generation < o.generation or job.observed_at is null or job.observed_at <= o.at)`;
}

function toColumns({ jobId, taskDefinitionArn, retryAt, calendar, ...rest }: SyncOutcome): object {
  return {
    ...rest,
    job_id: jobId,
    task_definition_arn: taskDefinitionArn,
    retry_at: retryAt,
    saved_at: calendar?.savedAt,
    enabled: calendar?.enabled,
    expression: calendar?.expression,
    time_zone: calendar?.timeZone,
    flexible_window_minutes: calendar?.flexibleWindowMinutes,
    maximum_event_age_seconds: calendar?.maximumEventAgeSeconds,
  };
}
