import type { Db } from "./client";
import type { TaskDefinition as TaskDefinitionModel } from "./generated/client";
import type { TaskDefinitionRow } from "./observations";
import { readAll } from "./read-all";

/*
 * The life of a registered revision: intended, in use, unused, retired.
 *
 * An intention is a row that was written before the registration, because registering and noting it are two steps and the
 * worker may be killed between them. It bears no ARN yet, and counts as retired, so that nobody takes it for a revision.
 */
const intended = "intended:";

/** What stands in an intention's row instead of an ARN. */
export function intentionOf(fingerprint: string): string {
  return `${intended}${fingerprint}`;
}

/**
 * Takes the newest revision with this fingerprint into use; null where there is none. It is then not retired under our
 * hands: retiring and this write wait for each other's row.
 */
export async function claimTaskDefinition(db: Db, environmentId: string, fingerprint: string): Promise<string | null> {
  const [row] = await db.$queryRaw<{ arn: string }[]>`
    update task_definition set unused_since = null
    where environment_id = ${environmentId} and retired_at is null and arn = (
      select arn from task_definition
      where environment_id = ${environmentId} and fingerprint = ${fingerprint} and retired_at is null
      order by registered_at desc, arn desc limit 1)
    returning arn`;
  return row?.arn ?? null;
}

type Intention = Pick<TaskDefinitionRow, "environmentId" | "fingerprint" | "family" | "document"> & { at: Date };

/** Writes down that a revision is about to be registered. Gives the moment of an earlier intention that was not fulfilled. */
export async function intendTaskDefinition(db: Db, { environmentId, fingerprint, family, document, at }: Intention): Promise<Date | null> {
  const arn = intentionOf(fingerprint);
  const made = await db.$executeRaw`
    insert into task_definition (environment_id, fingerprint, family, arn, document, registered_at, retired_at)
    values (${environmentId}, ${fingerprint}, ${family}, ${arn}, ${JSON.stringify(document)}::jsonb, ${at}, ${at})
    on conflict do nothing`;
  if (made) return null;
  const row = await db.taskDefinition.findUnique({ where: { environmentId_arn: { environmentId, arn } }, select: { registeredAt: true } });
  return row?.registeredAt ?? null;
}

/** Intentions from before `before`: whoever had them was killed, or the registration failed. */
export async function listIntentions(db: Db, environmentId: string, before: Date): Promise<Omit<Intention, "environmentId">[]> {
  const rows = await readAll<TaskDefinitionModel>((last, take) =>
    db.taskDefinition.findMany({
      where: { environmentId, arn: { startsWith: intended, gt: last?.arn }, registeredAt: { lt: before } },
      orderBy: { arn: "asc" },
      take,
    }),
  );
  return rows.map(({ fingerprint, family, document, registeredAt }) => ({
    fingerprint,
    family,
    document: document as object,
    at: registeredAt,
  }));
}

/** The intention is fulfilled, or nothing came of it. */
export async function forgetIntention(db: Db, environmentId: string, fingerprint: string): Promise<void> {
  await db.taskDefinition.deleteMany({ where: { environmentId, arn: intentionOf(fingerprint) } });
}

/** A revision by its ARN, also a retired one: its document is kept for ever. Null for one that Belfry never registered. */
export async function getTaskDefinition(db: Db, environmentId: string, arn: string): Promise<TaskDefinitionRow | null> {
  const row = await db.taskDefinition.findUnique({ where: { environmentId_arn: { environmentId, arn } } });
  return row && { ...row, document: row.document as object };
}

type KnownRevision = Pick<TaskDefinitionRow, "arn" | "family" | "registeredAt" | "retiredAt">;

/** Every revision that AWS may still have: those in use, and those that were retired after `retiredAfter`. */
export async function listTaskDefinitions(db: Db, environmentId: string, retiredAfter: Date): Promise<KnownRevision[]> {
  const revisions = await readAll<KnownRevision>((last, take) =>
    db.taskDefinition.findMany({
      where: {
        ...{ environmentId, arn: { gt: last?.arn }, NOT: { arn: { startsWith: intended } } },
        OR: [{ retiredAt: null }, { retiredAt: { gt: retiredAfter } }],
      },
      select: { arn: true, family: true, registeredAt: true, retiredAt: true },
      orderBy: { arn: "asc" },
      take,
    }),
  );
  return revisions.toSorted(
    (a, b) => (a.family < b.family ? -1 : a.family > b.family ? 1 : 0) || a.registeredAt.getTime() - b.registeredAt.getTime(),
  );
}

/**
 * Notes since when a revision is unused: no job names it, and no run of the last day or still under way. Then retires those
 * that have been unused since before `unusedBefore`, at most `limit`, the oldest first. Gives the ARNs.
 */
export async function retireUnusedTaskDefinitions(
  db: Db,
  environmentId: string,
  { now, unusedBefore, limit }: { now: Date; unusedBefore: Date; limit: number },
): Promise<string[]> {
  const dayAgo = new Date(now.getTime() - 86_400_000);
  await db.$executeRaw`
    with used as (
      select task_definition_arn as arn from job where environment_id = ${environmentId} and removed_at is null
      union
      select unnest(array[task_definition_arn, wanted->>'taskDefinitionArn']) from run
      where environment_id = ${environmentId} and (due_at > ${dayAgo} or state in ('requested', 'starting', 'running'))
    )
    update task_definition t set unused_since = case when t.arn in (select arn from used where arn is not null) then null else ${now}::timestamptz end
    where t.environment_id = ${environmentId} and t.retired_at is null
      and (t.unused_since is null) <> (t.arn in (select arn from used where arn is not null))`;
  const rows = await db.$queryRaw<{ arn: string }[]>`
    update task_definition set retired_at = ${now}
    where environment_id = ${environmentId} and retired_at is null and unused_since < ${unusedBefore} and arn in (
      select arn from task_definition
      where environment_id = ${environmentId} and retired_at is null and unused_since < ${unusedBefore}
      order by unused_since, arn limit ${limit})
    returning arn`;
  return rows.map((row) => row.arn);
}

/** A revision that AWS no longer has active, whoever saw to that; gives the jobs that still name it. */
export async function markTaskDefinitionGone(db: Db, environmentId: string, arn: string, now: Date): Promise<{ jobIds: string[] }> {
  await db.taskDefinition.updateMany({ where: { environmentId, arn, retiredAt: null }, data: { retiredAt: now } });
  const jobs = await readAll<{ id: string }>((last, take) =>
    db.job.findMany({
      where: { environmentId, taskDefinitionArn: arn, deletedAt: null, id: { gt: last?.id } },
      select: { id: true },
      orderBy: { id: "asc" },
      take,
    }),
  );
  return { jobIds: jobs.map((job) => job.id) };
}

/** The living jobs whose revision is retired: each start would fail. */
export async function listJobIdsOnRetiredRevisions(db: Db, environmentId: string): Promise<string[]> {
  const rows = await readAll<{ id: string }>(
    (last, limit) =>
      db.$queryRaw`
      select job.id from job join task_definition t on t.environment_id = job.environment_id and t.arn = job.task_definition_arn
      where job.environment_id = ${environmentId} and job.deleted_at is null and t.retired_at is not null and job.id > ${last?.id ?? ""}
      order by job.id limit ${limit}`,
  );
  return rows.map((row) => row.id);
}
