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
  /** Words that must all occur in why a run ended as it did or in who asked for it; the last one may be the beginning of a word. */
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

/**
 * `jobIsKnown`: false where the filter names the address of no living job. `searchedTo`: where a search ends before the list
 * does, the moment back to which all was looked through; the next page goes on there.
 */
export type RunListPage = { rows: RunListRow[]; nextCursor: string | null; jobIsKnown: boolean; searchedTo: Date | null };

const moments = ["scheduledAt", "dueAt", "stopRequestedAt", "startedAt", "stoppedAt", "createdAt"] as const;

type Listed = Omit<ListedRun, (typeof moments)[number]> & Record<(typeof moments)[number], string | null> & { job: RunListRow["job"] };

type Key = { dueAt: string; id: string };

/**
 * One page of runs, the latest due first, 100 at most: one query, which begins in an index at the cursor and not at the
 * newest; a search takes two where its words are rare, and one more for the job that it names. Throws Invalid for a cursor that is not ours.
 */
export async function listRunRows(db: Db, filter: RunFilter): Promise<RunListPage> {
  const limit = boundedLimit(filter.limit, 100);
  if (filter.text !== undefined) return await searchRunRows(db, { ...filter, limit, text: filter.text });
  const source = Prisma.sql`
    select * from run r where ${conditionsOf(filter, "run")} order by r.due_at desc, r.id desc limit ${Prisma.raw(String(limit + 1))}`;
  const [answer] = await rowsOf<{ jobIsKnown: boolean; rows: Listed[] | null }>(
    db,
    Prisma.sql`select ${jobIsKnown(filter)} as "jobIsKnown", ${linesOf(source)} as rows`,
  );
  return pageOf(answer?.rows ?? [], limit, answer?.jobIsKnown ?? false);
}

/** So many runs that have something to say are looked through for a page before the index of their words is asked. */
const mostWalked = 2000;
/** More than so many runs with the words are not put in order for one page. */
const mostSorted = 5000;

/**
 * Frequent words are found soonest among the newest runs, rare ones by the index of words, which knows no order. So the
 * newest are looked through first, and if they do not fill the page, all that have the words are fetched and put in order.
 * Where those are too many (frequent long ago, rare of late) the page ends where the looking through did, and says so.
 */
async function searchRunRows(db: Db, filter: RunFilter & { text: string }): Promise<RunListPage> {
  const { limit } = filter;
  const words = searchWords(filter.text);
  if (words.length === 0) return { rows: [], nextCursor: null, jobIsKnown: true, searchedTo: null };
  if (filter.slug !== undefined) {
    // Known beforehand and not found on the way: by the job itself Postgres knows whether it has ten such runs or thousands.
    const [job] = await rowsOf<{ id: string | null }>(db, Prisma.sql`select ${jobOf(filter.slug)} as id`);
    if (!job?.id) return { rows: [], nextCursor: null, jobIsKnown: false, searchedTo: null };
    return await searchRunRows(db, { ...filter, slug: undefined, jobId: job.id });
  }
  const fits = matching(filter, words);
  const walked = Prisma.sql`
    select t.due_at, t.run_id, t.state, t.words from told_run t where ${conditionsOf({ ...filter, state: undefined }, "told_run")}
    order by t.due_at desc, t.run_id desc limit ${mostWalked}`;
  const found = Prisma.sql`
    select r.* from (select * from walked t where ${fits} order by t.due_at desc, t.run_id desc limit ${limit + 1}) t
    join run r on r.id = t.run_id`;
  const [walk] = await rowsOf<{ jobIsKnown: boolean; rows: Listed[] | null; end: Key | null }>(
    db,
    Prisma.sql`
    with walked as materialized (${walked})
    select ${jobIsKnown(filter)} as "jobIsKnown", ${linesOf(found)} as rows,
      (select json_build_object('dueAt', due_at, 'id', run_id) from walked order by due_at desc, run_id desc offset ${mostWalked - 1}) as end`,
    { fresh: filter.jobId !== undefined },
  );
  const near = walk?.rows ?? [];
  const known = walk?.jobIsKnown ?? false;
  if (near.length > limit || !walk?.end) return pageOf(near, limit, known);
  const [all] = await rowsOf<{ count: number; rows: Listed[] | null }>(
    db,
    Prisma.sql`
    with hit as materialized (
      select t.due_at, t.run_id from told_run t where ${conditionsOf({ ...filter, state: undefined }, "told_run")} and ${fits} limit ${mostSorted + 1}
    )
    select (select count(*)::int from hit) as count,
      case when (select count(*) from hit) <= ${mostSorted} then ${linesOf(Prisma.sql`
        select r.* from (select * from hit order by due_at desc, run_id desc limit ${limit + 1}) h join run r on r.id = h.run_id`)} end as rows`,
    { fresh: true },
  );
  if (all && all.count <= mostSorted) return pageOf(all.rows ?? [], limit, known);
  const searchedTo = new Date(walk.end.dueAt);
  return { ...pageOf(near, limit, known), nextCursor: writeTimeCursor(searchedTo, walk.end.id), searchedTo };
}

/** The lines of some rows of the table of runs as one document: to take them apart as rows of columns costs more. */
const linesOf = (source: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  select json_agg(page order by page."dueAt" desc, page.id desc) from (
    select r.id, r.state, r.trigger, r.scheduled_at as "scheduledAt", r.due_at as "dueAt", r.requested_by as "requestedBy",
      r.stop_requested_at as "stopRequestedAt", r.stop_requested_by as "stopRequestedBy", r.started_at as "startedAt",
      r.stopped_at as "stoppedAt", r.exit_code as "exitCode", r.duplicate_of_id as "duplicateOfId", r.phases->>'createdAt' as "createdAt",
      left(coalesce(r.cause->>'headline', r.launch_error->>'sentence'), 300) as headline,
      json_build_object('id', j.id, 'slug', j.slug, 'name', j.name) as job
    from (${source}) r
    join job j on j.id = r.job_id
  ) page)`;

function pageOf(found: Listed[], limit: number, isKnown: boolean): RunListPage {
  const rows = found.slice(0, limit).map(toListRow);
  const last = rows.at(-1)?.run;
  return {
    rows,
    nextCursor: found.length > limit && last ? writeTimeCursor(last.dueAt, last.id) : null,
    jobIsKnown: isKnown,
    searchedTo: null,
  };
}

const jobOf = (slug: string): Prisma.Sql => Prisma.sql`(
  select j.id from job j join environment e on e.id = j.environment_id
  where j.slug = ${keepable(slug)} and j.deleted_at is null order by e.created_at, j.id limit 1)`;

const jobIsKnown = ({ slug }: RunFilter): Prisma.Sql => (slug === undefined ? Prisma.sql`true` : Prisma.sql`${jobOf(slug)} is not null`);

/** Of the table of runs (as `r`), or of those that have something to say (as `t`). */
function conditionsOf({ slug, jobId, state, from, until, cursor }: RunFilter, table: "run" | "told_run"): Prisma.Sql {
  const [of, key] = table === "run" ? [Prisma.raw("r"), Prisma.raw("r.id")] : [Prisma.raw("t"), Prisma.raw("t.run_id")];
  const conditions = [Prisma.sql`true`];
  if (jobId !== undefined) conditions.push(Prisma.sql`${of}.job_id = ${jobId}`);
  if (slug !== undefined) conditions.push(Prisma.sql`${of}.job_id = ${jobOf(slug)}`);
  if (state) conditions.push(Prisma.sql`${of}.state = ${state}`);
  if (from) conditions.push(Prisma.sql`${of}.due_at >= ${from}`);
  const after = cursor ? readTimeCursor(cursor) : null;
  // Only the earlier of the two: told both, Postgres begins at the later one and reads on to the cursor.
  if (until && (!after || after.at >= until)) conditions.push(Prisma.sql`${of}.due_at < ${until}`);
  else if (after) conditions.push(Prisma.sql`(${of}.due_at, ${key}) < (${after.at}, ${after.id}::uuid)`);
  return Prisma.join(conditions, " and ");
}

/** Every word as it is, the last one also as the beginning of a word: it is still being typed. */
function matching({ state }: RunFilter, words: string[]): Prisma.Sql {
  const query = `${words.join(" & ")}:*`;
  const says = Prisma.sql`t.words @@ to_tsquery('pg_catalog.simple', ${query})`;
  return state ? Prisma.sql`${says} and t.state = ${state}` : says;
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
