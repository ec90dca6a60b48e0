import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Run } from "@/lib/domain/run";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeEnvironment, makeJob } from "@/lib/testing/factories";
import { listAuditRows } from "./audit";
import { type Database, makeDatabase } from "./client";
import { sumUpJobs } from "./job-summaries";
import { listJobIntents, listJobRows } from "./jobs";
import { writeTimeCursor } from "./page-cursor";
import { toRun } from "./run-row";
import {
  countRunsByQuarter,
  listActiveRuns,
  listFailedJobs,
  listNeighbours,
  listRunningNow,
  listRunRows,
  listRunsToStart,
  listRunsToStop,
  listRunsWithoutLogTail,
  usualSecondsOf,
} from "./runs";

/* A house with 1,000 jobs and 50,000 runs: what each list reads of them, as Postgres itself counts it. */

const runsInAll = 50_000;
const now = new Date("2026-11-21T10:00:00Z");
let house: TestDatabase;
let db: Database;
let plans: pg.Client;
const asked: { sql: string; parameters: unknown[] }[] = [];
let environmentId: string;
let jobId: string;
let someRun: Run;
let farBack: string;

beforeAll(async () => {
  house = await testDatabase();
  environmentId = (await makeEnvironment(house.db)).id;
  const { id } = await makeJob(house.db, {
    environmentId,
    name: "template",
    slug: "template",
    appliedGeneration: 1,
    observedGeneration: 1,
  });
  jobId = id;
  await house.db.$executeRaw`
    insert into job (id, environment_id, slug, name, application, definition, expression, time_zone, policies, saved_at, saved_by,
      created_at, applied_generation, observed_generation)
    select 'job' || lpad(n::text, 7, '0'), environment_id, 'job-' || n, 'Job ' || n, 'application-' || n % 20, definition, expression,
      time_zone, policies, saved_at, saved_by, created_at, 1, 1
    from job, generate_series(1, 999) n where id = ${jobId}`;
  // Each job every hour or so, the newest an hour ago; every fiftieth failed, and a handful goes on.
  await house.db.$executeRaw`
    insert into run (id, environment_id, job_id, trigger, scheduled_at, due_at, state, task_arn, task_version, started_at, stopped_at,
      log_stream, log_kept_at, source)
    select gen_random_uuid(), ${environmentId}, case when n % 1000 = 0 then ${jobId} else 'job' || lpad((n % 1000)::text, 7, '0') end, 'schedule',
      due, due, case when n <= 5 then 'running' when n % 50 = 7 then 'failed' else 'succeeded' end, 'arn:task:' || n, 6, due,
      case when n > 5 then due + interval '30 seconds' end, 's', case when n > 10 then due end, 'event'
    from (select n, ${now}::timestamptz - interval '1 hour' - n * interval '4 seconds' as due from generate_series(1, ${runsInAll}::int) n) t`;
  await house.db.$executeRaw`
    insert into audit_entry (id, at, actor, actor_name, action, subject_kind, subject_id, subject_name)
    select gen_random_uuid(), ${now}::timestamptz - n * interval '1 minute', 'a', 'Ada', 'job.save', 'job', 'job' || n % 1000, 'Job'
    from generate_series(1, 20000) n`;
  await house.db.$executeRaw`analyze`;
  db = makeDatabase(house.url, { onQuery: (sql, parameters) => asked.push({ sql, parameters: JSON.parse(parameters) as unknown[] }) });
  plans = new pg.Client({ connectionString: house.url, options: "-c timezone=UTC" });
  await plans.connect();
  const [row] = await house.db.run.findMany({ orderBy: [{ dueAt: "desc" }, { id: "desc" }], skip: 45_000, take: 1 });
  if (!row) throw new Error("There are no runs.");
  someRun = toRun(row);
  farBack = writeTimeCursor(row.dueAt, row.id);
}, 120_000);
afterAll(async () => {
  await plans.end();
  await db.$disconnect();
  await house.close();
});

type Plan = {
  "Node Type": string;
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  Plans?: Plan[];
};

/** How many rows of a table a plan reads, and whether it ever reads the whole table. */
function reads(plan: Plan, table: string): { rows: number; whole: boolean } {
  const own =
    plan["Relation Name"] === table
      ? (plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0) + (plan["Rows Removed by Index Recheck"] ?? 0)) * plan["Actual Loops"]
      : 0;
  const whole = plan["Relation Name"] === table && plan["Node Type"] === "Seq Scan" && plan["Actual Loops"] > 0;
  return (plan.Plans ?? []).reduce(
    (sum, part) => {
      const { rows, whole: partWhole } = reads(part, table);
      return { rows: sum.rows + rows, whole: sum.whole || partWhole };
    },
    { rows: own, whole },
  );
}

/** Runs the question, then lets Postgres explain each of its statements with the same values. */
async function costOf(
  question: () => Promise<unknown>,
): Promise<{ statements: number; runs: number; wholeRuns: boolean; audits: number; wholeAudits: boolean }> {
  asked.length = 0;
  await question();
  const statements = [...asked];
  const cost = { statements: statements.length, runs: 0, wholeRuns: false, audits: 0, wholeAudits: false };
  for (const { sql, parameters } of statements) {
    await plans.query("begin");
    const explained = await plans.query<{ "QUERY PLAN": [{ Plan: Plan }] }>(
      `explain (analyze, timing off, format json) ${sql}`,
      parameters,
    );
    await plans.query("rollback");
    const plan = explained.rows[0]?.["QUERY PLAN"][0].Plan as Plan;
    const ofRuns = reads(plan, "run");
    const ofAudits = reads(plan, "audit_entry");
    cost.runs += ofRuns.rows;
    cost.audits += ofAudits.rows;
    cost.wholeRuns ||= ofRuns.whole;
    cost.wholeAudits ||= ofAudits.whole;
  }
  return cost;
}

/** `rowsAtMost`: of the run table, in all statements together. */
test.each<[what: string, question: () => Promise<unknown>, rowsAtMost: number]>([
  ["the first page of jobs reads a strip, a result and a usual time for each", () => listJobRows(db, { limit: 50 }), 51 * 45],
  ["a search for jobs reads runs of the found ones only", () => listJobRows(db, { limit: 50, search: "job 77" }), 51 * 45],
  ["the running jobs are found by their state", () => listJobRows(db, { limit: 50, state: "running" }), 1500],
  ["the failing jobs are found by their last results", () => listJobRows(db, { limit: 50, state: "failing" }), 2 * 1100 + 51 * 45],
  ["the first page of runs", () => listRunRows(db, { limit: 50 }), 60],
  ["a page far back in the runs", () => listRunRows(db, { limit: 50, cursor: farBack }), 60],
  ["the runs of one job", () => listRunRows(db, { jobId, limit: 50 }), 60],
  ["the failed runs of all jobs", () => listRunRows(db, { state: "failed", limit: 50 }), 60],
  ["the failed runs of one job", () => listRunRows(db, { jobId: "job0000007", state: "failed", limit: 50 }), 60],
  ["runs in a state that none is in", () => listRunRows(db, { state: "lost", limit: 50 }), 5],
  ["a run's neighbours", () => listNeighbours(db, someRun), 60],
  ["a job's usual time", () => usualSecondsOf(db, jobId), 25],
  ["what failed in the last three hours", () => listFailedJobs(db, new Date(now.getTime() - 3 * 3_600_000), 20), 4000],
  ["the runs of three hours by quarter", () => countRunsByQuarter(db, new Date(now.getTime() - 3 * 3_600_000), now), 1801],
  ["what runs now", () => listRunningNow(db, 50), 200],
  ["what can still change", () => listActiveRuns(db, environmentId), 10],
  ["what is to be started", () => listRunsToStart(db, environmentId, now), 10],
  ["what is to be stopped", () => listRunsToStop(db, environmentId), 10],
  ["whose last lines are not kept", () => listRunsWithoutLogTail(db, { endedBefore: now }), 20],
])("%s", async (_, question, rowsAtMost) => {
  const { runs, wholeRuns } = await costOf(question);
  expect(wholeRuns).toBe(false);
  expect(runs).toBeLessThanOrEqual(rowsAtMost);
});

test("the newest changes and a page far back in them are read through an index", async () => {
  const first = await listAuditRows(db, { limit: 50 });
  expect(await costOf(() => listAuditRows(db, { limit: 50 }))).toMatchObject({ wholeAudits: false, audits: 51 });
  expect(await costOf(() => listAuditRows(db, { limit: 50, cursor: first.nextCursor ?? "" }))).toMatchObject({
    wholeAudits: false,
    audits: 52,
  });
  const ofOneJob = await costOf(() => listAuditRows(db, { subject: { kind: "job", id: "job7" }, limit: 10 }));
  expect(ofOneJob.wholeAudits).toBe(false);
  expect(ofOneJob.audits).toBeLessThanOrEqual(40);
});

test("a page of jobs costs one query with a thousand jobs as with one", async () => {
  expect((await costOf(() => listJobRows(db, { limit: 100 }))).statements).toBe(1);
  expect((await costOf(() => listJobRows(db, { limit: 1, search: "template" }))).statements).toBe(1);
});

test("once the jobs are summed up, their list reads no run at all, and its filters none but of jobs that never ran", async () => {
  while ((await sumUpJobs(house.db, 400))?.left);
  await house.db.$executeRaw`analyze job_change, job_summary`;
  expect((await costOf(() => listJobRows(db, { limit: 50 }))).runs).toBe(0);
  for (const state of ["failing", "running", "late"] as const)
    expect((await costOf(() => listJobRows(db, { limit: 50, state }))).runs).toBe(0);
  expect((await listJobRows(db, { limit: 50, state: "running" })).total).toBe(5);
});

test("what is not settled is found without reading the settled jobs", async () => {
  await costOf(() => listJobIntents(db, environmentId, { now, alsoIds: [jobId] }));
  const [{ sql, parameters } = { sql: "", parameters: [] }] = asked;
  const { rows } = await plans.query<{ "QUERY PLAN": [{ Plan: Plan }] }>(`explain (analyze, timing off, format json) ${sql}`, parameters);
  expect(reads(rows[0]?.["QUERY PLAN"][0].Plan as Plan, "job")).toEqual({ rows: 1, whole: false });
});
