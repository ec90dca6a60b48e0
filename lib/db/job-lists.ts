import { type Job, rateAnchorOf, type SyncState, syncStateOf } from "@/lib/domain/job";
import type { RunState } from "@/lib/domain/run";
import { lateAfterMs } from "@/lib/schedule/lateness";
import { type Db, rowsOf } from "./client";
import { Prisma, type Job as Row } from "./generated/client";
import { toJob } from "./job-row";
import { summaryOfJob } from "./job-summaries";
import { readCursor, writeCursor } from "./page-cursor";
import { boundedLimit, fromRaw, keepable } from "./row";

/** The states by which the list of jobs can be narrowed. */
export type JobStateFilter = "failing" | "running" | "late" | "paused" | "out-of-sync" | "never-run";

export type JobFilter = {
  environmentId?: string;
  /** Words that must all occur in the name, address, application, description, image or labels. */
  search?: string;
  state?: JobStateFilter;
  application?: string;
  cursor?: string;
  limit: number;
  now?: Date;
};

/** As much of a job as its line shows. */
export type ListedJob = Pick<
  Job,
  "id" | "slug" | "name" | "application" | "expression" | "timeZone" | "pausedAt" | "pausedBy" | "pauseReason"
> & {
  sync: SyncState;
  /** The moment that has passed without its run, once everything was looked at since; null where nothing is late. */
  lateSince: Date | null;
};

/** How a job ended last, and when: its end, else its start, else its moment. */
export type LastResult = { id: string; state: RunState; at: Date; headline: string | null };

/** `strip`: the last fifteen runs (lib/domain/run-strip.ts). `usualSeconds`: median of the last twenty successful ones. */
export type JobListRow = {
  job: ListedJob;
  /** From when a rate(...) counts. */
  anchor: Date;
  /** One of its runs goes on. */
  running: boolean;
  last: LastResult | null;
  strip: string;
  usualSeconds: number | null;
};

/** `applications`: the first hundred by name; `moreApplications` says whether there are others. */
export type JobListPage = {
  rows: JobListRow[];
  nextCursor: string | null;
  total: number;
  applications: string[];
  moreApplications: boolean;
};

const mostApplications = 100;

/** Whether a moment of the job `j` is over, and everything was looked at since, and its run is still not there (`latenessOf`). */
export function isLate(now: Date): Prisma.Sql {
  const graceSeconds = Prisma.raw(`interval '${lateAfterMs / 1000} seconds'`);
  return Prisma.sql`(j.expected_at < ${new Date(now.getTime() - lateAfterMs)} and j.expect_by is not null and j.paused_at is null and j.expected_at + ${graceSeconds} <= (
    select min(l.looked_at) from look l where l.environment_id = j.environment_id having count(*) >= 3))`;
}

/** The moment that has passed without its run, as the list has it (`ListedJob.lateSince`); null where nothing is late. */
export async function lateSinceOf(db: Db, jobId: string, now: Date): Promise<Date | null> {
  const [row] = await rowsOf<{ since: Date | null }>(
    db,
    Prisma.sql`select case when ${isLate(now)} then j.expected_at end as since from job j where j.id = ${jobId}`,
  );
  return row?.since ?? null;
}

const changed = Prisma.sql`(select job_id from job_change)`;
const inFailure = Prisma.raw(`('failed', 'missed', 'lost')`);

/** Ids of jobs whose summary says so; of a changed job its runs are asked instead, whatever its summary said. */
const summarySays = (says: Prisma.Sql): Prisma.Sql => Prisma.sql`j.id in (
  select s.job_id from job_summary s where ${says} and s.job_id not in ${changed}
  union all
  select c.job_id from (select distinct job_id from job_change) c
  cross join lateral (${summaryOfJob(Prisma.sql`c.job_id`)}) s where ${says})`;

function stateCondition(state: JobStateFilter, now: Date): Prisma.Sql {
  switch (state) {
    case "failing":
      return summarySays(Prisma.sql`s.last_state in ${inFailure}`);
    case "running":
      return summarySays(Prisma.sql`s.is_active`);
    case "late":
      return isLate(now);
    case "paused":
      return Prisma.sql`j.paused_at is not null`;
    case "out-of-sync":
      return Prisma.sql`(j.generation > j.observed_generation or j.sync_error is not null)`;
    case "never-run":
      return Prisma.sql`not exists (select from run r where r.job_id = j.id)`;
  }
}

/** What Postgres answers: one document, because taking 50 rows of twenty columns apart costs more than asking for them. */
type Answer = { total: number | null; applications: string[] | null; rows: Listed[] | null };

type Listed = Pick<Job, "id" | "slug" | "name" | "application" | "expression" | "timeZone" | "pausedBy" | "pauseReason"> &
  Pick<Job, "generation" | "appliedGeneration" | "observedGeneration"> & {
    sortName: string;
    pausedAt: string | null;
    savedAt: string;
    appliedAt: string | null;
    /** Null where AWS refuses nothing. */
    errorPasses: boolean | null;
    lateSince: string | null;
    strip: string | null;
    last: { id: string; state: RunState; at: string; headline: string | null } | null;
    isActive: boolean | null;
    usualSeconds: number | null;
  };

/**
 * One page of living jobs in the order of their names (letters of either case alike), 100 at most: one query, whatever the
 * number of jobs and runs. Throws Invalid for a cursor that is not ours.
 */
export async function listJobRows(db: Db, filter: JobFilter): Promise<JobListPage> {
  const now = filter.now ?? new Date();
  const limit = boundedLimit(filter.limit, 100);
  const narrowed = Boolean(filter.search || filter.state);
  const matching = Prisma.join(conditionsOf(filter, now), " and ");
  const after = filter.cursor ? readCursor(filter.cursor) : null;
  const below = after ? Prisma.sql`and (lower(j.name), j.id) > (${after[0]}, ${after[1]})` : Prisma.empty;
  // Who is found by words or by a state is looked for once, for the page and for the count.
  const found = Prisma.sql`with found as materialized (select j.id, lower(j.name) as sort_name from job j where ${matching})`;
  const belowFound = after ? Prisma.sql`where (f.sort_name, f.id) > (${after[0]}, ${after[1]})` : Prisma.empty;
  const most = Prisma.raw(String(limit + 1));
  const chosen = narrowed
    ? Prisma.sql`
        select j.*, f.sort_name from (select * from found f ${belowFound} order by f.sort_name, f.id limit ${most}) f join job j on j.id = f.id`
    : Prisma.sql`
        select j.*, lower(j.name) as sort_name from job j where ${matching} ${below} order by lower(j.name), j.id limit ${most}`;
  // By the noted job and not by the line's own, and behind an offset, which keeps the condition before it: where nothing is
  // noted, no plan reads anything.
  const summary = summaryOfJob(Prisma.sql`c.job_id`);
  const [answer] = await rowsOf<Answer>(
    db,
    Prisma.sql`
    ${narrowed ? found : Prisma.empty}
    select ${narrowed ? Prisma.sql`(select count(*)::int from found)` : totalOf(filter)} as total,
      array(select application from job_tally group by application having sum(jobs) > 0 order by application limit ${Prisma.raw(String(mostApplications + 1))}) as applications,
      (select json_agg(page order by page."sortName", page.id) from (
        select j.id, j.slug, j.name, j.application, j.expression, j.time_zone as "timeZone", j.paused_at as "pausedAt",
          j.paused_by as "pausedBy", j.pause_reason as "pauseReason", j.generation, j.applied_generation as "appliedGeneration",
          j.observed_generation as "observedGeneration", j.saved_at as "savedAt", j.applied_at as "appliedAt", j.sort_name as "sortName",
          case when j.sync_generation >= j.generation then (j.sync_error->>'passing')::boolean end as "errorPasses",
          case when ${isLate(now)} then j.expected_at end as "lateSince",
          case when c.job_id is not null then n.strip else s.strip end as strip,
          case when c.job_id is not null then n.last else s.last end as last,
          case when c.job_id is not null then n.is_active else s.is_active end as "isActive",
          case when c.job_id is not null then n.usual_seconds else s.usual_seconds end as "usualSeconds"
        from (${chosen}) j
        left join job_summary s on s.job_id = j.id
        left join lateral (select job_id from job_change where job_id = j.id limit 1) c on true
        left join lateral (select fresh.* from (${summary}) fresh where c.job_id is not null offset 0) n on true
      ) page) as rows`,
    { fresh: Boolean(filter.search) },
  );
  const rows = answer?.rows ?? [];
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    rows: page.map(toListRow),
    nextCursor: rows.length > limit && last ? writeCursor([last.sortName, last.id]) : null,
    total: answer?.total ?? 0,
    applications: (answer?.applications ?? []).slice(0, mostApplications),
    moreApplications: (answer?.applications ?? []).length > mostApplications,
  };
}

/** The sum that the triggers keep: it costs the same for any number of jobs. */
function totalOf({ environmentId, application }: JobFilter): Prisma.Sql {
  const conditions = [Prisma.sql`true`];
  if (environmentId) conditions.push(Prisma.sql`environment_id = ${environmentId}`);
  if (application) conditions.push(Prisma.sql`application = ${keepable(application)}`);
  return Prisma.sql`(select sum(jobs)::int from job_tally where ${Prisma.join(conditions, " and ")})`;
}

function conditionsOf({ environmentId, search, state, application }: JobFilter, now: Date): Prisma.Sql[] {
  const conditions = [Prisma.sql`j.deleted_at is null`];
  if (environmentId) conditions.push(Prisma.sql`j.environment_id = ${environmentId}`);
  if (application) conditions.push(Prisma.sql`j.application = ${keepable(application)}`);
  if (state) conditions.push(stateCondition(state, now));
  for (const word of wordsOf(search ?? "")) conditions.push(Prisma.sql`j.search_text like lower(${`%${word}%`}) escape '\\'`);
  return conditions;
}

/** At most eight words, with what LIKE would read as a wildcard made plain. */
function wordsOf(search: string): string[] {
  const words = search.slice(0, 200).replaceAll("\u0000", "").toWellFormed().split(/\s+/).filter(Boolean);
  return words.slice(0, 8).map((word) => word.replace(/[\\%_]/g, "\\$&"));
}

function toListRow(row: Listed): JobListRow {
  const { id, slug, name, application, expression, timeZone, pausedBy, pauseReason } = row;
  const { generation, appliedGeneration, observedGeneration } = row;
  const syncError = row.errorPasses === null ? null : { passing: row.errorPasses };
  const appliedAt = row.appliedAt ? new Date(row.appliedAt) : null;
  return {
    job: {
      ...{ id, slug, name, application, expression, timeZone, pausedBy, pauseReason },
      pausedAt: row.pausedAt ? new Date(row.pausedAt) : null,
      sync: syncStateOf({ generation, appliedGeneration, observedGeneration, syncError, deletedAt: null, removedAt: null }),
      lateSince: row.lateSince ? new Date(row.lateSince) : null,
    },
    anchor: rateAnchorOf({ generation, appliedGeneration, appliedAt, savedAt: new Date(row.savedAt) }),
    running: row.isActive ?? false,
    last: row.last && { ...row.last, at: new Date(row.last.at) },
    strip: row.strip ?? "",
    usualSeconds: row.usualSeconds,
  };
}

/** A job that AWS does not follow, and why; a deleted one has no page any more. */
export type OutOfSyncJob = Pick<Job, "id" | "slug" | "name" | "savedAt" | "deletedAt" | "syncError"> & { sync: SyncState };

/** `refusedCount` and `onTheWayCount`: how many there are in all of those that AWS refuses, and of those it does not have yet. */
export type OutOfSync = { outOfSync: OutOfSyncJob[]; refusedCount: number; onTheWayCount: number };

/** Jobs that AWS does not follow, the longest waiting first: the refused ones, then those on the way, at most `limit` of either. */
export async function listOutOfSync(db: Db, limit: number): Promise<OutOfSync> {
  const rows = await rowsOf<Record<string, unknown> & { is_refused: boolean; of: number }>(
    db,
    Prisma.sql`
    select job.*, place.is_refused, place.of from (
      select id, is_refused, row_number() over (partition by is_refused order by saved_at, id) as place,
        (count(*) over (partition by is_refused))::int as of
      from (
        select id, saved_at, sync_error is not null and sync_generation >= generation as is_refused from job
        where generation > observed_generation or (deleted_at is not null and removed_at is null) or retry_at is not null
          or (sync_error is not null and deleted_at is null)
      ) unsettled
    ) place
    join job on job.id = place.id
    where place.place <= ${limit} order by place.is_refused desc, place.place limit ${2 * limit}`,
  );
  const countOf = (isRefused: boolean) => rows.find((row) => row.is_refused === isRefused)?.of ?? 0;
  const outOfSync = rows.map(({ is_refused: _isRefused, of: _of, ...raw }) => {
    const job = toJob(fromRaw<Row>(raw));
    const { id, slug, name, savedAt, deletedAt, syncError } = job;
    return { id, slug, name, savedAt, deletedAt, syncError, sync: syncStateOf(job) };
  });
  return { outOfSync, refusedCount: countOf(true), onTheWayCount: countOf(false) };
}
