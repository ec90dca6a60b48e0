import { type Db, rowsOf } from "./client";
import { Prisma, type TaskDefinition } from "./generated/client";
import { readAll } from "./read-all";
import { toDocument } from "./row";
import { intentionOf } from "./task-definitions";

/** A schedule as it was last verified in EventBridge Scheduler. `state` is ENABLED or DISABLED. */
export type JobScheduleRow = {
  environmentId: string;
  name: string;
  jobId: string;
  state: string;
  fingerprint: string;
  lastModifiedAt: Date;
  verifiedAt: Date;
};

/** Notes schedules as they were just seen, in one statement. What was seen earlier never replaces what was seen later. */
export async function recordSchedules(db: Db, rows: JobScheduleRow[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = rows.map((row) => ({
    environment_id: row.environmentId,
    name: row.name,
    job_id: row.jobId,
    state: row.state,
    fingerprint: row.fingerprint,
    last_modified_at: row.lastModifiedAt,
    verified_at: row.verifiedAt,
  }));
  await db.$executeRaw`
    insert into job_schedule (environment_id, name, job_id, state, fingerprint, last_modified_at, verified_at)
    select distinct on (environment_id, name) environment_id, name, job_id, state, fingerprint, last_modified_at, verified_at
    from jsonb_to_recordset(${toDocument(columns)}::jsonb) as s(
      environment_id text, name text, job_id text, state text, fingerprint text, last_modified_at timestamptz, verified_at timestamptz)
    order by environment_id, name, verified_at desc
    on conflict (environment_id, name) do update set
      job_id = excluded.job_id, state = excluded.state, fingerprint = excluded.fingerprint,
      last_modified_at = excluded.last_modified_at, verified_at = excluded.verified_at
    where job_schedule.verified_at <= excluded.verified_at`;
}

/** Forgets schedules that are no more in AWS. */
export async function forgetSchedules(db: Db, environmentId: string, names: string[]): Promise<void> {
  if (names.length > 0)
    await db.$executeRaw`delete from job_schedule where environment_id = ${environmentId} and name = any(${names}::text[])`;
}

/** Every schedule of an environment as it was last verified: each round reads them all, so it is asked past Prisma. */
export async function listSettledSchedules(db: Db, environmentId: string): Promise<JobScheduleRow[]> {
  return await readAll((last, limit) =>
    rowsOf<JobScheduleRow>(
      db,
      Prisma.sql`
      select environment_id as "environmentId", name, job_id as "jobId", state, fingerprint, last_modified_at as "lastModifiedAt",
        verified_at as "verifiedAt"
      from job_schedule where environment_id = ${environmentId} and name > ${last?.name ?? ""} order by name limit ${limit}`,
    ),
  );
}

/** A registered revision; jobs whose definitions are equal share it. */
export type TaskDefinitionRow = {
  environmentId: string;
  fingerprint: string;
  family: string;
  arn: string;
  document: object;
  registeredAt: Date;
  unusedSince: Date | null;
  retiredAt: Date | null;
};

/** The revisions with these fingerprints that are not retired, the newest first. */
export async function findTaskDefinitions(db: Db, environmentId: string, fingerprints: string[]): Promise<TaskDefinitionRow[]> {
  const rows = await readAll<TaskDefinition>((last, take) =>
    db.taskDefinition.findMany({
      where: {
        ...{ environmentId, fingerprint: { in: fingerprints }, retiredAt: null },
        ...(last && {
          registeredAt: { lte: last.registeredAt },
          OR: [{ registeredAt: { lt: last.registeredAt } }, { arn: { lt: last.arn } }],
        }),
      },
      orderBy: [{ registeredAt: "desc" }, { arn: "desc" }],
      take,
    }),
  );
  return rows.map((row) => ({ ...row, document: row.document as object }));
}

/**
 * Notes a revision that was registered, or found again by its tag, and in the same statement that the intention to register
 * it is fulfilled. A second note changes nothing, also at the same moment.
 */
export async function recordTaskDefinition(db: Db, row: Omit<TaskDefinitionRow, "unusedSince" | "retiredAt">): Promise<void> {
  const { environmentId, fingerprint, family, arn, document, registeredAt } = row;
  await db.$executeRaw`
    with fulfilled as (
      delete from task_definition where environment_id = ${environmentId} and arn = ${intentionOf(fingerprint)}
    )
    insert into task_definition (environment_id, fingerprint, family, arn, document, registered_at)
    values (${environmentId}, ${fingerprint}, ${family}, ${arn}, ${toDocument(document)}::jsonb, ${registeredAt})
    on conflict do nothing`;
}

/** What had been changed in AWS behind our back. The same `id` is the same change, however often it is told. */
export type Repair = { id: string; jobId: string; at: Date; sentence: string };

/** Notes what is put right, in one statement. */
export async function recordRepairs(db: Db, repairs: Repair[]): Promise<void> {
  if (repairs.length > 0) await db.repair.createMany({ data: repairs, skipDuplicates: true });
}

/** Takes notes back: AWS did not let it be put right. */
export async function withdrawRepairs(db: Db, ids: string[]): Promise<void> {
  if (ids.length > 0) await db.repair.deleteMany({ where: { id: { in: ids } } });
}

/** What was put right for a job, newest first, at most `limit`. */
export async function listRepairs(db: Db, jobId: string, limit: number): Promise<{ at: Date; sentence: string }[]> {
  return await db.repair.findMany({ where: { jobId }, select: { at: true, sentence: true }, orderBy: { at: "desc" }, take: limit });
}

/** How much was put right for a job since a moment. */
export async function countRepairs(db: Db, jobId: string, since: Date): Promise<number> {
  return await db.repair.count({ where: { jobId, at: { gte: since } } });
}
