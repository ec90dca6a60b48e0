import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Cause, CauseKind, Run } from "@/lib/domain/run";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeJob, makeRun } from "@/lib/testing/factories";
import { makeDatabase } from "./client";
import { longestStreak, readFailureStreak } from "./run-comparison";

let house: TestDatabase;
let jobId: string;
beforeAll(async () => {
  house = await testDatabase();
});
afterAll(() => house.close());
beforeEach(async () => {
  jobId = (await makeJob(house.db)).id;
});

const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour));
const cause = (kind: CauseKind): Cause => ({ kind, headline: kind, evidence: [], awsWords: [], nextStep: "" });
const good = (hour: number, changes: Partial<Run> = {}) =>
  makeRun(house.db, { jobId, dueAt: at(hour), scheduledAt: at(hour), state: "succeeded", exitCode: 0, ...changes });
const bad = (hour: number, kind: CauseKind, changes: Partial<Run> = {}) =>
  makeRun(house.db, { jobId, dueAt: at(hour), scheduledAt: at(hour), state: "failed", cause: cause(kind), ...changes });
const streakOf = (run: Run) => readFailureStreak(house.db, run, run.cause?.kind ?? null);

test("failures are counted back to the last good run, and those alike among them", async () => {
  await bad(0, "out-of-memory");
  const last = await good(1);
  const first = await bad(2, "exit-code", { exitCode: 1 });
  await bad(3, "exit-code", { exitCode: 3 });
  await bad(4, "missed", { state: "missed" });
  await bad(5, "out-of-memory", { state: "stopped" });
  const run = await bad(6, "exit-code", { exitCode: 1 });
  await bad(7, "exit-code", { exitCode: 1 });
  expect(await streakOf(run)).toMatchObject({
    ...{ failures: 4, alike: 2, more: false },
    ...{ lastGood: { id: last.id, dueAt: at(1) }, firstBad: { id: first.id, dueAt: at(2) } },
  });
});

test("a run that failed first has itself alone, and a job that never succeeded has no good run", async () => {
  await good(1);
  const first = await bad(2, "out-of-memory");
  expect(await streakOf(first)).toMatchObject({ failures: 1, alike: 1, firstBad: { id: first.id } });
  jobId = (await makeJob(house.db)).id;
  const never = await bad(2, "out-of-memory");
  expect(await streakOf(await bad(3, "out-of-memory"))).toMatchObject({
    failures: 2,
    alike: 2,
    lastGood: null,
    firstBad: { id: never.id },
  });
});

test("a second task of the same moment counts neither as good nor as bad", async () => {
  const last = await good(1);
  const first = await bad(2, "out-of-memory");
  await bad(2, "out-of-memory", { duplicateOfId: first.id });
  await good(2, { duplicateOfId: first.id });
  const run = await bad(3, "out-of-memory");
  expect(await streakOf(run)).toMatchObject({ failures: 2, alike: 2, lastGood: { id: last.id } });
});

test("a run that never had a task has the generation that was saved when it was due", async () => {
  for (const [generation, hour] of [
    [1, 0],
    [2, 2],
    [3, 9],
  ] as const)
    await house.db.jobRevision.create({
      data: { jobId, generation, document: {}, action: "edited", changedAt: at(hour), changedBy: "Ada" },
    });
  await good(1);
  const run = await bad(3, "missed", { state: "missed" });
  expect(await streakOf(run)).toMatchObject({ lastGood: { generation: 1 }, firstBad: { generation: 2 } });
});

type Plan = { "Relation Name"?: string; "Node Type": string; "Actual Rows": number; "Actual Loops": number; Plans?: Plan[] } & Partial<
  Record<"Rows Removed by Filter" | "Rows Removed by Index Recheck", number>
>;

function rowsOfRuns(plan: Plan): number {
  const read = plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0) + (plan["Rows Removed by Index Recheck"] ?? 0);
  const own = plan["Relation Name"] === "run" ? read * plan["Actual Loops"] : 0;
  return (plan.Plans ?? []).reduce((sum, part) => sum + rowsOfRuns(part), own);
}

test.each([
  ["has failed all its life", "failed", 30_000],
  ["went well until now", "succeeded", 1],
])("a job that %s reads no more of a long history than of a short one", async (_what, state, failures) => {
  await house.db.$executeRaw`
    insert into run (id, environment_id, job_id, trigger, scheduled_at, due_at, state, task_version, cause_kind, source)
    select gen_random_uuid(), environment_id, id, 'schedule', due, due, ${state}, 6, 'out-of-memory', 'event'
    from job, (select ${at(0)}::timestamptz - n * interval '1 minute' as due from generate_series(1, 30000) n) t where id = ${jobId}`;
  await house.db.$executeRaw`analyze run`;
  const run = await bad(1, "out-of-memory");
  const asked: { sql: string; parameters: unknown[] }[] = [];
  const db = makeDatabase(house.url, {
    onQuery: (sql, parameters) => asked.push({ sql, parameters: JSON.parse(parameters) as unknown[] }),
  });
  const streak = await readFailureStreak(db, run, "out-of-memory");
  await db.$disconnect();
  expect(streak.more).toBe(failures > longestStreak);
  expect(streak.failures).toBe(Math.min(failures, longestStreak));
  expect(asked).toHaveLength(1);
  const plans = new pg.Client({ connectionString: house.url, options: "-c timezone=UTC" });
  await plans.connect();
  const { rows } = await plans.query<{ "QUERY PLAN": [{ Plan: Plan }] }>(
    `explain (analyze, timing off, format json) ${asked[0]?.sql}`,
    asked[0]?.parameters,
  );
  await plans.end();
  expect(rowsOfRuns(rows[0]?.["QUERY PLAN"][0].Plan as Plan)).toBeLessThan(3 * longestStreak);
});
