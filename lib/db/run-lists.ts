import type { Run, RunState } from "@/lib/domain/run";
import { type Db, rowsOf } from "./client";
import { Prisma } from "./generated/client";
import { readTimeCursor, writeTimeCursor } from "./page-cursor";
import { boundedLimit, keepable } from "./row";

export type RunFilter = {
  /** The address of a living job; the page says whether there is one. */
  slug?: string;
  jobId?: string;
  state?: RunState;
  /** Due at this moment or later. */
  from?: Date;
  /** Due before this moment. */
  until?: Date;
  /** Words that must all occur, or begin one that does, in why a run ended as it did or in who asked for it. */
  text?: string;
  cursor?: string;
  limit: number;
};

/** As much of a run as its line shows. */
export type ListedRun = Pick<
  Run,
  | "id"
  | "state"
  | "trigger"
  | "scheduledAt"
  | "dueAt"
  | "requestedBy"
  | "stopRequestedAt"
  | "stopRequestedBy"
  | "startedAt"
  | "stoppedAt"
  | "exitCode"
  | "duplicateOfId"
> & {
  /** When ECS made its task. */
  createdAt: Date | null;
  /** Why it ended as it did, or why AWS refused to start it; the first 300 characters. */
  headline: string | null;
};

export type RunListRow = { run: ListedRun; job: { id: string; slug: string; name: string } };

/** `jobIsKnown`: false where the filter names the address of no living job. */
export type RunListPage = { rows: RunListRow[]; nextCursor: string | null; jobIsKnown: boolean };

/** Runs that have something to say: the condition of the indexes that a search uses. */
const telling = Prisma.sql`(r.cause is not null or r.launch_error is not null or r.requested_by is not null or r.stop_requested_by is not null)`;

const moments = ["scheduledAt", "dueAt", "stopRequestedAt", "startedAt", "stoppedAt", "createdAt"] as const;

type Listed = Omit<ListedRun, (typeof moments)[number]> & Record<(typeof moments)[number], string | null> & { job: RunListRow["job"] };

/**
 * One page of runs, the latest due first, 100 at most: one query, which begins in an index at the cursor and not at the newest.
 * Throws Invalid for a cursor that is not ours.
 */
export async function listRunRows(db: Db, filter: RunFilter): Promise<RunListPage> {
  const limit = boundedLimit(filter.limit, 100);
  const job =
    filter.slug === undefined
      ? null
      : Prisma.sql`(
          select j.id from job j join environment e on e.id = j.environment_id
          where j.slug = ${keepable(filter.slug)} and j.deleted_at is null order by e.created_at, j.id limit 1)`;
  const [answer] = await rowsOf<{ jobIsKnown: boolean; rows: Listed[] | null }>(
    db,
    Prisma.sql`
    select ${job ? Prisma.sql`${job} is not null` : Prisma.sql`true`} as "jobIsKnown",
      (select json_agg(page order by page."dueAt" desc, page.id desc) from (
        select r.id, r.state, r.trigger, r.scheduled_at as "scheduledAt", r.due_at as "dueAt", r.requested_by as "requestedBy",
          r.stop_requested_at as "stopRequestedAt", r.stop_requested_by as "stopRequestedBy", r.started_at as "startedAt",
          r.stopped_at as "stoppedAt", r.exit_code as "exitCode", r.duplicate_of_id as "duplicateOfId", r.phases->>'createdAt' as "createdAt",
          left(coalesce(r.cause->>'headline', r.launch_error->>'sentence'), 300) as headline,
          json_build_object('id', j.id, 'slug', j.slug, 'name', j.name) as job
        from (
          select * from run r
          where ${Prisma.join(conditionsOf(filter, job), " and ")}
          order by r.due_at desc, r.id desc limit ${Prisma.raw(String(limit + 1))}
        ) r
        join job j on j.id = r.job_id
      ) page) as rows`,
    { fresh: filter.text !== undefined },
  );
  const found = answer?.rows ?? [];
  const rows = found.slice(0, limit).map(toListRow);
  const last = rows.at(-1)?.run;
  return {
    rows,
    nextCursor: found.length > limit && last ? writeTimeCursor(last.dueAt, last.id) : null,
    jobIsKnown: answer?.jobIsKnown ?? false,
  };
}

function conditionsOf({ jobId, state, from, until, text, cursor }: RunFilter, job: Prisma.Sql | null): Prisma.Sql[] {
  const conditions = [Prisma.sql`true`];
  if (jobId !== undefined) conditions.push(Prisma.sql`r.job_id = ${jobId}`);
  if (job) conditions.push(Prisma.sql`r.job_id = ${job}`);
  if (state) conditions.push(Prisma.sql`r.state = ${state}`);
  if (from) conditions.push(Prisma.sql`r.due_at >= ${from}`);
  if (until) conditions.push(Prisma.sql`r.due_at < ${until}`);
  if (cursor) {
    const { at, id } = readTimeCursor(cursor);
    conditions.push(Prisma.sql`(r.due_at, r.id) < (${at}, ${id}::uuid)`);
  }
  if (text !== undefined) {
    conditions.push(telling);
    const words = searchWords(text);
    conditions.push(
      words.length === 0
        ? Prisma.sql`false`
        : Prisma.sql`run_words(r.cause, r.launch_error, r.requested_by, r.stop_requested_by) @@ to_tsquery('pg_catalog.simple', ${words.map((word) => `${word}:*`).join(" & ")})`,
    );
  }
  return conditions;
}

/** At most eight words of letters and digits, as the index has them. */
export function searchWords(text: string): string[] {
  return [
    ...new Set(
      text
        .slice(0, 200)
        .toWellFormed()
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu) ?? [],
    ),
  ].slice(0, 8);
}

function toListRow({ job, ...row }: Listed): RunListRow {
  const read = (moment: string | null) => (moment ? new Date(moment) : null);
  return {
    run: {
      ...row,
      scheduledAt: read(row.scheduledAt),
      dueAt: new Date(row.dueAt ?? 0),
      stopRequestedAt: read(row.stopRequestedAt),
      startedAt: read(row.startedAt),
      stoppedAt: read(row.stoppedAt),
      createdAt: read(row.createdAt),
    },
    job,
  };
}
