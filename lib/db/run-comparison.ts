import type { CauseKind, Run, RunContainer } from "@/lib/domain/run";
import type { Db } from "./client";
import type { RevisionDocument } from "./revisions";

/** A run as it is compared with another one. */
export type ComparedRun = {
  id: string;
  dueAt: Date;
  /** The job's generation that it ran, or that was saved when it was due. */
  generation: number | null;
  taskDefinitionArn: string | null;
  containers: RunContainer[];
};

/** The failures up to a run, back to the last run that went well. */
export type FailureStreak = {
  /** How many runs in a row went badly, this one among them; as many as were looked at, where there are `more`. */
  failures: number;
  /** How many of them for the same reason. */
  alike: number;
  more: boolean;
  lastGood: ComparedRun | null;
  firstBad: ComparedRun | null;
};

/** So many failures are looked at, whatever the length of the history. */
export const longestStreak = 200;

type Row = {
  failures: number;
  alike: number;
  good: WrittenRun | null;
  first: WrittenRun | null;
};
type WrittenRun = Omit<ComparedRun, "dueAt"> & { dueAt: string };

/**
 * How a job's runs went before this one: one query, which reads the newest good run, the first failure after it and at most
 * `longestStreak` failures of each kind of end, each from its index, however long the history is. Duplicates do not count.
 */
export async function readFailureStreak(
  db: Db,
  run: Pick<Run, "id" | "jobId" | "dueAt" | "exitCode">,
  kind: CauseKind | null,
): Promise<FailureStreak> {
  const [row] = await db.$queryRaw<Row[]>`
    with good as (
      select r.id, r.due_at from run r
      where r.job_id = ${run.jobId} and r.state = 'succeeded' and r.duplicate_of_id is null
        and r.due_at <= ${run.dueAt} and (r.due_at < ${run.dueAt} or r.id < ${run.id}::uuid)
      order by r.due_at desc, r.id desc limit 1
    ), since as (
      select coalesce((select due_at from good), '-infinity'::timestamptz) as due_at,
        coalesce((select id from good), '00000000-0000-0000-0000-000000000000'::uuid) as id
    ), first as (
      select f.id, f.due_at from since, unnest(array['failed', 'missed', 'lost']) as s(state), lateral (
        select r.id, r.due_at from run r
        where r.job_id = ${run.jobId} and r.state = s.state and r.duplicate_of_id is null and r.due_at >= since.due_at
          and (r.due_at > since.due_at or r.id > since.id) and r.due_at <= ${run.dueAt}
        order by r.due_at, r.id limit 1
      ) f
      order by f.due_at, f.id limit 1
    ), recent as (
      select f.cause_kind, f.exit_code from since, unnest(array['failed', 'missed', 'lost']) as s(state), lateral (
        select r.id, r.due_at, r.cause_kind, r.exit_code from run r
        where r.job_id = ${run.jobId} and r.state = s.state and r.duplicate_of_id is null and r.due_at >= since.due_at
          and (r.due_at > since.due_at or r.id > since.id)
          and r.due_at <= ${run.dueAt} and (r.due_at < ${run.dueAt} or r.id <= ${run.id}::uuid)
        order by r.due_at desc, r.id desc limit ${longestStreak + 1}
      ) f
      order by f.due_at desc, f.id desc limit ${longestStreak + 1}
    ), compared as (
      select r.id, jsonb_build_object(
        'id', r.id, 'dueAt', r.due_at, 'taskDefinitionArn', r.task_definition_arn, 'containers', r.containers,
        'generation', coalesce(r.job_generation, (r.wanted->>'jobGeneration')::int, (
          select v.generation from job_revision v where v.job_id = r.job_id and v.changed_at <= r.due_at
          order by v.generation desc limit 1))) as document
      from run r where r.id in (select id from good union all select id from first)
    )
    select (select count(*)::int from recent) as failures,
      (select count(*)::int from recent
        where cause_kind is not distinct from ${kind}::text and (${kind}::text is distinct from 'exit-code' or exit_code is not distinct from ${run.exitCode}::int)
      ) as alike,
      (select document from compared where id = (select id from good)) as good,
      (select document from compared where id = (select id from first)) as first`;
  if (!row) throw new Error("A question without a table always has an answer.");
  const more = row.failures > longestStreak;
  return {
    failures: Math.min(row.failures, longestStreak),
    alike: Math.min(row.alike, longestStreak),
    more,
    lastGood: row.good && toCompared(row.good),
    firstBad: row.first && toCompared(row.first),
  };
}

function toCompared(written: WrittenRun): ComparedRun {
  return { ...written, dueAt: new Date(written.dueAt) };
}

/** A saved form of a job, with who saved it and when. */
export type SavedForm = { generation: number; changedAt: Date; changedBy: string; document: RevisionDocument };

/** The forms that a job had at two generations; what is not kept is missing. */
export async function readRevisions(db: Db, jobId: string, generations: [number, number]): Promise<SavedForm[]> {
  const rows = await db.jobRevision.findMany({ where: { jobId, generation: { in: generations } }, take: 2 });
  return rows.map(({ generation, changedAt, changedBy, document }) => ({
    ...{ generation, changedAt, changedBy },
    document: document as unknown as RevisionDocument,
  }));
}
