import { type Job, type SyncState, syncStateOf } from "@/lib/domain/job";
import type { RunSummary } from "@/lib/domain/run";
import type { Db } from "./client";
import { Prisma, type Job as Row } from "./generated/client";
import { toJob } from "./job-row";
import { readCursor, writeCursor } from "./page-cursor";
import { boundedLimit, fromRaw, keepable } from "./row";
import { summaryOfRun, toSummary, usualSeconds } from "./run-summary";

/** The states by which the list of jobs can be narrowed. */
export type JobStateFilter = "failing" | "running" | "paused" | "out-of-sync" | "never-run";

export type JobFilter = {
  environmentId?: string;
  /** Words that must all occur in the name, address, application, description, image or labels. */
  search?: string;
  state?: JobStateFilter;
  application?: string;
  cursor?: string;
  limit: number;
};

/** `last`: how it ended last. `strip`: the last fifteen runs, newest first. `usualSeconds`: median of the last twenty successful ones. */
export type JobListRow = { job: Job; last: RunSummary | null; strip: RunSummary[]; usualSeconds: number | null };

export type JobListPage = { rows: JobListRow[]; nextCursor: string | null; total: number; applications: string[] };

const failed = Prisma.sql`('failed', 'missed', 'lost')`;
const decided = Prisma.sql`('succeeded', 'failed', 'stopped', 'missed', 'lost')`;

/** How a job of the table `j` ended last: an index walk of a few rows, however long its history is. */
const lastResult = (column: Prisma.Sql) => Prisma.sql`(
  select ${column} from run r where r.job_id = j.id and r.duplicate_of_id is null and r.state in ${decided}
  order by r.due_at desc, r.id desc limit 1)`;

const stateConditions: Record<JobStateFilter, Prisma.Sql> = {
  failing: Prisma.sql`${lastResult(Prisma.sql`r.state`)} in ${failed}`,
  running: Prisma.sql`exists (select from run r where r.job_id = j.id and r.state in ('requested', 'starting', 'running'))`,
  paused: Prisma.sql`j.paused_at is not null`,
  "out-of-sync": Prisma.sql`(j.generation > j.observed_generation or j.sync_error is not null)`,
  "never-run": Prisma.sql`not exists (select from run r where r.job_id = j.id)`,
};

/**
 * One page of living jobs in the order of their names (letters of either case alike), 100 at most: two queries, whatever
 * the number of jobs and runs. Throws Invalid for a cursor that is not ours.
 */
export async function listJobRows(db: Db, filter: JobFilter): Promise<JobListPage> {
  const limit = boundedLimit(filter.limit, 100);
  const matching = Prisma.join(conditionsOf(filter), " and ");
  const after = filter.cursor ? readCursor(filter.cursor) : null;
  const below = after ? Prisma.sql`and (lower(j.name), j.id) > (${after[0]}, ${after[1]})` : Prisma.empty;
  const found = await db.$queryRaw<Record<string, unknown>[]>`
    select j.*, strip.runs as strip, ${lastResult(summaryOfRun)} as last, ${usualSeconds(Prisma.sql`j.id`)} as usual_seconds
    from (
      select j.*, lower(j.name) as sort_name from job j
      where ${matching} ${below}
      order by lower(j.name), j.id limit ${limit + 1}
    ) j
    left join lateral (
      select jsonb_agg(${summaryOfRun} order by r.due_at desc, r.id desc) as runs
      from (select * from run where job_id = j.id and duplicate_of_id is null order by due_at desc, id desc limit 15) r
    ) strip on true
    order by j.sort_name, j.id`;
  const [counted] = await db.$queryRaw<{ total: number; applications: string[] }[]>`
    select
      (select count(*)::int from job j where ${matching}) as total,
      array(select distinct application from job where deleted_at is null order by application limit 500) as applications`;
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    rows: page.map(toListRow),
    nextCursor: found.length > limit && last ? writeCursor([String(last.sort_name), String(last.id)]) : null,
    total: counted?.total ?? 0,
    applications: counted?.applications ?? [],
  };
}

function conditionsOf({ environmentId, search, state, application }: JobFilter): Prisma.Sql[] {
  const conditions = [Prisma.sql`j.deleted_at is null`];
  if (environmentId) conditions.push(Prisma.sql`j.environment_id = ${environmentId}`);
  if (application) conditions.push(Prisma.sql`j.application = ${keepable(application)}`);
  if (state) conditions.push(stateConditions[state]);
  for (const word of wordsOf(search ?? ""))
    conditions.push(
      Prisma.sql`concat_ws(' ', j.name, j.slug, j.application, j.description, j.definition->>'image', j.labels) ilike ${`%${word}%`} escape '\\'`,
    );
  return conditions;
}

/** At most eight words, with what LIKE would read as a wildcard made plain. */
function wordsOf(search: string): string[] {
  const words = search.slice(0, 200).replaceAll("\u0000", "").toWellFormed().split(/\s+/).filter(Boolean);
  return words.slice(0, 8).map((word) => word.replace(/[\\%_]/g, "\\$&"));
}

function toListRow(raw: Record<string, unknown>): JobListRow {
  const {
    strip,
    last,
    usualSeconds: usual,
    ...row
  } = fromRaw<Row & { strip: unknown[] | null; last: unknown; usualSeconds: number | null }>(raw);
  return { job: toJob(row), last: last ? toSummary(last) : null, strip: (strip ?? []).map(toSummary), usualSeconds: usual };
}

/** What a job needs to tell its next moments. */
export type CalendarJob = Pick<
  Job,
  "id" | "slug" | "name" | "timeZone" | "expression" | "savedAt" | "generation" | "appliedGeneration" | "appliedAt"
>;

/** The jobs that fire by themselves (10,000 at most), and how many there are of all and of those that are paused. */
export async function listCalendar(db: Db): Promise<{ live: CalendarJob[]; jobCount: number; pausedCount: number }> {
  const [live, [counted]] = await Promise.all([
    db.job.findMany({
      where: { deletedAt: null, pausedAt: null },
      select: {
        ...{ id: true, slug: true, name: true, timeZone: true, expression: true },
        ...{ savedAt: true, generation: true, appliedGeneration: true, appliedAt: true },
      },
      orderBy: { id: "asc" },
      take: 10_000,
    }),
    db.$queryRaw<{ jobs: number; paused: number }[]>`
      select count(*)::int as jobs, (count(paused_at))::int as paused from job where deleted_at is null`,
  ]);
  return { live, jobCount: counted?.jobs ?? 0, pausedCount: counted?.paused ?? 0 };
}

/** A job that AWS does not follow, and why; a deleted one has no page any more. */
export type OutOfSyncJob = Pick<Job, "id" | "slug" | "name" | "savedAt" | "deletedAt" | "syncError"> & { sync: SyncState };

/** Jobs that AWS does not follow: refused ones first, then the longest waiting. */
export async function listOutOfSync(db: Db, limit: number): Promise<OutOfSyncJob[]> {
  const rows = await db.$queryRaw<Record<string, unknown>[]>`
    select * from job
    where generation > observed_generation or (deleted_at is not null and removed_at is null) or retry_at is not null
      or (sync_error is not null and deleted_at is null)
    order by (sync_error is not null and sync_generation >= generation) desc, saved_at, id limit ${limit}`;
  return rows.map((raw) => {
    const job = toJob(fromRaw<Row>(raw));
    const { id, slug, name, savedAt, deletedAt, syncError } = job;
    return { id, slug, name, savedAt, deletedAt, syncError, sync: syncStateOf(job) };
  });
}
