import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Invalid, NotFound } from "@/lib/domain/errors";
import { newId } from "@/lib/domain/ids";
import type { Job } from "@/lib/domain/job";
import type { RunState, WantedRun } from "@/lib/domain/run";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeJob, makeRun } from "@/lib/testing/factories";
import {
  countRunsByQuarter,
  getRunById,
  insertRequestedRun,
  launchAttemptsOf,
  listDuplicates,
  listFailedJobs,
  listNeighbours,
  listRunningNow,
  listRunRows,
  listRunsToStart,
  listRunsToStop,
  usualSecondsOf,
  writeLaunch,
  writeStopRequest,
  writeStopSent,
} from "./runs";

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 21, 10, minutes));
const wanted: WantedRun = { taskDefinitionArn: "arn:td:1", jobGeneration: 1, command: null, environment: null, cpu: 256, memory: 512 };
let house: TestDatabase;
let job: Job;
beforeAll(async () => {
  house = await testDatabase();
});
afterAll(() => house.close());
beforeEach(async () => {
  await house.db.run.deleteMany();
  job = await makeJob(house.db);
});

const ask = (requestKey: string, requestedAt = at(0)) =>
  insertRequestedRun(house.db, {
    ...{ id: newId(requestedAt), jobId: job.id, environmentId: job.environmentId, trigger: "person", requestedAt },
    ...{ requestedBy: "Ada", requestKey, repeatOfId: null, wanted },
  });
const toStart = async (now: Date) => (await listRunsToStart(house.db, job.environmentId, now)).map(({ run }) => run.id);
const toStop = async () => (await listRunsToStop(house.db, job.environmentId)).map(({ id }) => id);

test("one key is one run, however often and at once it is sent", async () => {
  const asked = await Promise.all([1, 2, 3, 4].map(() => ask("pressed")));
  expect(new Set(asked.map(({ run }) => run.id)).size).toBe(1);
  expect(asked.filter(({ inserted }) => inserted)).toHaveLength(1);
  expect(asked[0]?.run).toMatchObject({ state: "requested", dueAt: at(0), wanted });
});

test("a run is started once: a start that waits, was made or was refused is not offered again", async () => {
  const { run } = await ask("a");
  expect(await listRunsToStart(house.db, job.environmentId, at(0))).toMatchObject([{ run: { id: run.id, wanted }, job: { id: job.id } }]);
  await writeLaunch(house.db, run.id, { retryAt: at(5) });
  expect(await toStart(at(4))).toEqual([]);
  expect(await toStart(at(5))).toEqual([run.id]);
  expect(await launchAttemptsOf(house.db, run.id)).toBe(1);
  await writeLaunch(house.db, run.id, { launchedAt: at(5), launchedTaskArn: "arn:task:1" });
  expect(await toStart(at(9))).toEqual([]);
  await writeLaunch(house.db, run.id, { launchError: { sentence: "late", awsCode: "x", awsMessage: "y", at: "" } });
  expect(await getRunById(house.db, run.id)).toMatchObject({ launchedAt: at(5), launchError: null });

  const other = await ask("b");
  await writeLaunch(house.db, other.run.id, { launchError: { sentence: "No right.", awsCode: "AccessDenied", awsMessage: "no", at: "" } });
  expect(await toStart(at(9))).toEqual([]);
});

test("a stop is asked for once and sent once; a run that was not started yet is not started any more", async () => {
  const { run } = await ask("a");
  expect(await writeStopRequest(house.db, run.id, { at: at(1), by: "Ada" })).toMatchObject({
    stopRequestedAt: at(1),
    stopRequestedBy: "Ada",
  });
  expect(await writeStopRequest(house.db, run.id, { at: at(2), by: "Bob" })).toMatchObject({ stopRequestedBy: "Ada" });
  expect([await toStart(at(3)), await toStop()]).toEqual([[], [run.id]]);
  await writeStopSent(house.db, run.id, { at: at(3), reason: "Ada" });
  expect(await toStop()).toEqual([]);
  await expect(writeStopRequest(house.db, newId(), { at: at(1), by: "Ada" })).rejects.toBeInstanceOf(NotFound);
});

test("pages of runs follow each other, also where many are due at the same moment", async () => {
  const other = await makeJob(house.db);
  for (let index = 0; index < 12; index++)
    await makeRun(house.db, {
      jobId: index % 2 ? job.id : other.id,
      dueAt: at(Math.floor(index / 4)),
      state: index % 3 ? "succeeded" : "failed",
    });
  const rows = (await listRunRows(house.db, { limit: 100 })).rows;
  const all = rows.map(({ run }) => run);
  expect(all.map((run) => run.dueAt)).toEqual([2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0].map(at));
  const paged: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listRunRows(house.db, { limit: 5, cursor });
    paged.push(...page.rows.map(({ run }) => run.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(paged).toEqual(all.map(({ id }) => id));
  const ours = await listRunRows(house.db, { jobId: job.id, state: "failed", limit: 100 });
  expect(ours.rows.map(({ run }) => run.id)).toEqual(
    rows.filter((row) => row.job.id === job.id && row.run.state === "failed").map(({ run }) => run.id),
  );
  expect(ours.rows[0]?.job).toEqual({ id: job.id, slug: job.slug, name: job.name });
});

test("a page of runs is one query, bounded, and leaves the kept lines out", async () => {
  await makeRun(house.db, { jobId: job.id, logTail: [{ at: 1, text: "line" }] });
  house.statements.length = 0;
  const { rows } = await listRunRows(house.db, { limit: 1_000_000 });
  expect(rows[0]?.run).not.toHaveProperty("logTail");
  expect(rows.length).toBeLessThanOrEqual(100);
  expect(house.statements).toHaveLength(1);
  await expect(listRunRows(house.db, { limit: 5, cursor: "x" })).rejects.toBeInstanceOf(Invalid);
});

test("the neighbours of a run are those of its own job, by the moment they were due", async () => {
  const runs = [];
  for (const minute of [0, 1, 1, 2]) runs.push(await makeRun(house.db, { jobId: job.id, dueAt: at(minute) }));
  await makeRun(house.db, { dueAt: at(1) });
  const inOrder = runs.toSorted((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || (a.id < b.id ? -1 : 1));
  const neighbours = await Promise.all(inOrder.map((run) => listNeighbours(house.db, run)));
  const ids = inOrder.map(({ id }) => id);
  expect(neighbours).toEqual(ids.map((_, index) => ({ olderId: ids[index - 1] ?? null, newerId: ids[index + 1] ?? null })));
});

test("an id that is none finds nothing", async () => {
  expect(await getRunById(house.db, "../etc/passwd")).toBeNull();
});

test("duplicates of a run are listed with their tasks", async () => {
  const run = await makeRun(house.db, { jobId: job.id, scheduledAt: at(0) });
  const duplicate = await makeRun(house.db, { jobId: job.id, scheduledAt: at(0), duplicateOfId: run.id, taskArn: "arn:task:2" });
  expect(await listDuplicates(house.db, run.id)).toEqual({ duplicates: [{ id: duplicate.id, taskArn: "arn:task:2" }], duplicateCount: 1 });
});

test("the usual time is the median of the last twenty that succeeded", async () => {
  expect(await usualSecondsOf(house.db, job.id)).toBeNull();
  const run = (minute: number, seconds: number, state: RunState = "succeeded") =>
    makeRun(house.db, {
      jobId: job.id,
      dueAt: at(minute),
      startedAt: at(minute),
      stoppedAt: new Date(at(minute).getTime() + seconds * 1000),
      state,
    });
  for (let minute = 0; minute < 25; minute++) await run(minute, minute < 5 ? 10_000 : 10);
  await run(30, 5000, "failed");
  expect(await usualSecondsOf(house.db, job.id)).toBe(10);
});

test("jobs that failed lately: the most failures first, and whether they have recovered since", async () => {
  const [often, once, quiet] = [await makeJob(house.db), await makeJob(house.db), await makeJob(house.db)];
  const run = (of: Job, minute: number, state: RunState, stoppedAt: Date | null = at(minute)) =>
    makeRun(house.db, { jobId: of.id, scheduledAt: at(minute), state, stoppedAt });
  await run(often, 10, "failed");
  await run(often, 11, "missed", null);
  await run(often, 12, "lost");
  await run(once, -500, "failed", at(13));
  await run(once, 14, "succeeded");
  await run(quiet, 1, "failed");
  const first = await run(quiet, 15, "succeeded");
  await makeRun(house.db, { jobId: quiet.id, scheduledAt: at(15), state: "failed", stoppedAt: at(15), duplicateOfId: first.id });
  expect(await listFailedJobs(house.db, at(5), 20)).toMatchObject({
    failed: [
      { job: { id: often.id }, failures: 3, last: { state: "lost", dueAt: at(12) }, recovered: false },
      { job: { id: once.id }, failures: 1, last: { state: "failed" }, recovered: true },
    ],
    failingCount: 1,
    recoveredCount: 1,
  });
  for (const minute of [10, 11, 12, 13]) await run(quiet, 20 + minute, "failed");
  await run(quiet, 40, "succeeded");
  const { failed, ...counts } = await listFailedJobs(house.db, at(5), 1);
  // Who has recovered hides nobody who has not, however often they failed.
  expect([failed.map((entry) => entry.job.id), counts]).toEqual([[often.id, quiet.id], { failingCount: 1, recoveredCount: 2 }]);
});

test("running now is what was asked for, starts or runs, with the usual time of its job", async () => {
  await makeRun(house.db, { jobId: job.id, dueAt: at(0), startedAt: at(0), stoppedAt: at(1), state: "succeeded" });
  const running = await makeRun(house.db, { jobId: job.id, dueAt: at(5), state: "running", startedAt: at(5) });
  expect(await listRunningNow(house.db, 50)).toMatchObject({
    running: [{ run: { id: running.id, startedAt: at(5), headline: null }, job: { slug: job.slug }, usualSeconds: 60 }],
    runningCount: 1,
  });
});

test("the runs of a day are counted by quarter of an hour and state, in one statement, without those before and after", async () => {
  const due = (minutes: number, state: RunState) => makeRun(house.db, { jobId: job.id, scheduledAt: at(minutes), state });
  const all = [due(-1, "failed"), due(0, "succeeded"), due(7, "succeeded"), due(14, "failed"), due(15, "missed"), due(59, "running")];
  const [first] = await Promise.all([...all, due(60, "failed")]);
  await makeRun(house.db, { jobId: job.id, scheduledAt: at(7), state: "failed", duplicateOfId: first?.id });
  house.statements.length = 0;
  expect(await countRunsByQuarter(house.db, at(0), at(60))).toEqual([
    { at: at(0), state: "failed", count: 1 },
    { at: at(0), state: "succeeded", count: 2 },
    { at: at(15), state: "missed", count: 1 },
    { at: at(45), state: "running", count: 1 },
  ]);
  expect(house.statements).toHaveLength(1);
});
