import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NotFound } from "@/lib/domain/errors";
import type { Job } from "@/lib/domain/job";
import type { Cause, Run } from "@/lib/domain/run";
import type { TaskFacts } from "@/lib/domain/task-facts";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeJob, makeRun } from "@/lib/testing/factories";
import {
  listRefusedLaunches,
  listRunsWithoutLogTail,
  markLaunchRefused,
  markLost,
  markStoppedBeforeStart,
  upsertRunFromTask,
  writeLogTail,
} from "./run-facts";
import { getRunById } from "./runs";
import { inTransaction } from "./transaction";

let house: TestDatabase;
let job: Job;
beforeAll(async () => {
  house = await testDatabase();
  job = await makeJob(house.db);
});
afterAll(() => house.close());

let tasks = 0;
let moments = 0;
const newTaskArn = () => `arn:aws:ecs:eu-central-1:123456789012:task/jobs/${String(++tasks).padStart(32, "0")}`;
const newMoment = () => new Date(Date.UTC(2026, 0, 1, 0, ++moments));

const outOfMemory: Cause = {
  kind: "out-of-memory",
  headline: "Ran out of memory",
  evidence: ["exit code 137"],
  awsWords: ["OutOfMemoryError: Container killed due to memory usage"],
  nextStep: "Give the job more memory.",
};

/** A task that ECS takes, starts and that fails: each version as a sweep or an event would tell of it. */
function lifeOf(given: Partial<TaskFacts> = {}): TaskFacts[] {
  const createdAt = given.scheduledAt ?? new Date("2026-02-01T00:00:00Z");
  const at = (seconds: number) => new Date(createdAt.getTime() + seconds * 1000);
  const base: TaskFacts = {
    ...{ environmentId: job.environmentId, jobId: job.id, runId: null, trigger: "schedule", scheduledAt: null },
    ...{ taskArn: newTaskArn(), taskVersion: 1, taskDefinitionArn: "arn:td:1", jobGeneration: 1, attempt: 1, executionId: "e1" },
    ...{ state: "starting", phases: { createdAt: createdAt.toISOString() }, startedAt: null, stoppedAt: null, exitCode: null },
    ...{ stopCode: null, stoppedReason: null, containers: [], cause: null, cpu: 256, memory: 512, capacityProvider: null },
    ...{ overrides: null, logGroup: "/belfry", logStream: "s", source: "event", seenAt: at(1), createdAt },
    ...given,
  };
  const running: TaskFacts = { ...base, taskVersion: 3, state: "running", startedAt: at(20), seenAt: at(21), source: "sweep" };
  const stopping: TaskFacts = { ...running, taskVersion: 4, stopCode: "EssentialContainerExited", seenAt: at(60) };
  const stopped: TaskFacts = {
    ...stopping,
    ...{ taskVersion: 6, state: "failed", stoppedAt: at(65), exitCode: 137, cause: outOfMemory, seenAt: at(66), source: "event" },
    stoppedReason: "Essential container\u0000 exited",
    containers: [{ name: "main", lastStatus: "STOPPED", exitCode: 137, reason: null, image: null, imageDigest: null }],
  };
  return [base, { ...base, taskVersion: 2, seenAt: at(5) }, running, stopping, stopped];
}

const rowsOf = (taskArn: string) => house.db.run.findMany({ where: { taskArn } });
const told = async (facts: TaskFacts) => await upsertRunFromTask(house.db, facts);

test("news of a task in any order, twice and several at once makes the same row", async () => {
  const inOrder = lifeOf({ scheduledAt: newMoment() });
  for (const facts of inOrder) await told(facts);
  const [{ id: _id, taskArn: _taskArn, scheduledAt: _scheduledAt, dueAt: _dueAt, ...expected } = { id: "" }] = await rowsOf(
    inOrder[0]?.taskArn ?? "",
  );
  expect(expected).toMatchObject({ state: "failed", taskVersion: 6, exitCode: 137, causeKind: "out-of-memory", source: "event" });

  const anyHistory = fc
    .shuffledSubarray([0, 1, 2, 3], { minLength: 0 })
    .chain((some) => fc.shuffledSubarray([...some, ...some, 4, 4], { minLength: some.length * 2 + 2 }))
    .chain((order) => fc.record({ order: fc.constant(order), atOnce: fc.integer({ min: 1, max: 4 }) }));
  await fc.assert(
    fc.asyncProperty(anyHistory, async ({ order, atOnce }) => {
      const scheduledAt = inOrder[0]?.scheduledAt ?? null;
      const life = inOrder.map((facts) => facts);
      await house.db.run.deleteMany({ where: { jobId: job.id, scheduledAt } });
      const outcomes = [];
      for (let from = 0; from < order.length; from += atOnce)
        outcomes.push(...(await Promise.all(order.slice(from, from + atOnce).map((index) => told(life[index] as TaskFacts)))));
      const rows = await rowsOf(life[0]?.taskArn ?? "");
      expect(rows).toHaveLength(1);
      expect(rows[0]).toMatchObject(expected);
      expect(outcomes.filter(({ ended }) => ended)).toHaveLength(1);
      expect(outcomes.filter(({ inserted }) => inserted)).toHaveLength(1);
    }),
    { numRuns: 60 },
  );
});

test("older news changes nothing and says so", async () => {
  const [taken, , running] = lifeOf({ scheduledAt: newMoment() }) as [TaskFacts, TaskFacts, TaskFacts];
  const first = await told(running);
  expect(first).toMatchObject({ changed: true, inserted: true, ended: false });
  expect(await told(taken)).toEqual({ runId: first.runId, changed: false, inserted: false, ended: false });
});

test("two tasks for one moment are the run and its duplicate, whichever is told of first, and each keeps its own end", async () => {
  const orders = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { minLength: 10 });
  await fc.assert(
    fc.asyncProperty(orders, fc.integer({ min: 1, max: 5 }), async (order, atOnce) => {
      const scheduledAt = newMoment();
      const lives = [...lifeOf({ scheduledAt }), ...lifeOf({ scheduledAt, attempt: 2 })];
      for (let from = 0; from < order.length; from += atOnce)
        await Promise.all(order.slice(from, from + atOnce).map((index) => told(lives[index] as TaskFacts)));
      const rows = await house.db.run.findMany({ where: { jobId: job.id, scheduledAt } });
      expect(rows).toHaveLength(2);
      const [run] = rows.filter((row) => row.duplicateOfId === null);
      const [duplicate] = rows.filter((row) => row.duplicateOfId !== null);
      expect(duplicate?.duplicateOfId).toBe(run?.id);
      expect([run?.state, duplicate?.state]).toEqual(["failed", "failed"]);
      expect([run?.attempt, duplicate?.attempt]).toEqual([1, 2]);
    }),
    { numRuns: 25 },
  );
});

test("a run that was asked for is found by its id and keeps who asked and when it was due", async () => {
  const requestedAt = new Date("2026-02-01T00:00:00Z");
  const asked = await makeRun(house.db, { jobId: job.id, requestedAt, requestedBy: "Ada", trigger: "person" });
  for (const facts of lifeOf({ runId: asked.id, trigger: "person" }))
    expect(await told(facts)).toMatchObject({ runId: asked.id, inserted: false, changed: true });
  expect(await getRunById(house.db, asked.id)).toMatchObject({
    state: "failed",
    requestedBy: "Ada",
    dueAt: requestedAt,
    trigger: "person",
    cause: outOfMemory,
  });
});

test("a second task for one request stands beside the first as its duplicate", async () => {
  const asked = await makeRun(house.db, { jobId: job.id, trigger: "person" });
  const [first, second] = [lifeOf({ runId: asked.id })[0], lifeOf({ runId: asked.id })[0]] as [TaskFacts, TaskFacts];
  await told(first);
  const beside = await told(second);
  expect(beside).toMatchObject({ inserted: true });
  expect(await getRunById(house.db, beside.runId)).toMatchObject({ duplicateOfId: asked.id, taskArn: second.taskArn });
});

test("a run thought missed is filled in by the task that came late after all", async () => {
  const scheduledAt = newMoment();
  const missed = await makeRun(house.db, { jobId: job.id, scheduledAt, state: "missed" });
  const stopped = lifeOf({ scheduledAt }).at(-1) as TaskFacts;
  expect(await told(stopped)).toEqual({ runId: missed.id, changed: true, ended: true, inserted: false });
  expect(await getRunById(house.db, missed.id)).toMatchObject({ state: "failed", taskArn: stopped.taskArn });
});

test("a run thought lost comes back when its task is seen again", async () => {
  const [, , running, , stopped] = lifeOf({ scheduledAt: newMoment() }) as [TaskFacts, TaskFacts, TaskFacts, TaskFacts, TaskFacts];
  const { runId } = await told(running);
  expect(await markLost(house.db, runId, new Date())).toBe(true);
  expect(await markLost(house.db, runId, new Date())).toBe(false);
  expect(await told(running)).toMatchObject({ runId, changed: true });
  expect(await getRunById(house.db, runId)).toMatchObject({ state: "running", stoppedAt: null });
  await markLost(house.db, runId, new Date());
  await writeLogTail(house.db, runId, { tail: [{ at: 1, text: "so far" }], keptAt: new Date() });
  expect(await told(stopped)).toMatchObject({ runId, changed: true, ended: true });
  expect((await listRunsWithoutLogTail(house.db, { endedBefore: new Date() })).map(({ id }) => id)).toContain(runId);
});

test("a task of a job that is not in this environment is refused, and the transaction goes on", async () => {
  const facts = lifeOf()[0] as TaskFacts;
  await inTransaction(async (tx) => {
    await expect(upsertRunFromTask(tx, { ...facts, jobId: "nosuchjob0" })).rejects.toBeInstanceOf(NotFound);
    await expect(upsertRunFromTask(tx, { ...facts, environmentId: "elsewhere0" })).rejects.toBeInstanceOf(NotFound);
    expect(await upsertRunFromTask(tx, facts)).toMatchObject({ inserted: true });
  }, house.db);
});

test("what never got a task ends with its reason, unless it was started meanwhile", async () => {
  const launchError = { sentence: "No right.", awsCode: "AccessDenied", awsMessage: "no", at: "2026-02-01T00:00:00Z" };
  const refused = await makeRun(house.db, { jobId: job.id, launchError });
  const waiting = await makeRun(house.db, { jobId: job.id });
  expect((await listRefusedLaunches(house.db)).map(({ id }) => id)).toEqual([refused.id]);
  expect(await markLaunchRefused(house.db, refused.id, outOfMemory, new Date())).toBe(true);
  expect(await markStoppedBeforeStart(house.db, waiting.id, outOfMemory, new Date())).toBe(true);
  expect(await listRefusedLaunches(house.db)).toEqual([]);
  const started = await makeRun(house.db, { jobId: job.id, launchedAt: new Date() });
  expect(await markStoppedBeforeStart(house.db, started.id, outOfMemory, new Date())).toBe(false);
  const states = async (run: Run) => (await getRunById(house.db, run.id))?.state;
  expect([await states(refused), await states(waiting), await states(started)]).toEqual(["failed", "stopped", "requested"]);
});

test("the last lines of an ended run are kept once, with whatever bytes a program wrote", async () => {
  await house.db.run.updateMany({ data: { logKeptAt: new Date() } });
  const stoppedAt = new Date("2026-02-01T00:00:00Z");
  const run = await makeRun(house.db, { jobId: job.id, state: "failed", stoppedAt, logStream: "s" });
  await makeRun(house.db, { jobId: job.id, state: "running", logStream: "s" });
  expect(await listRunsWithoutLogTail(house.db, { endedBefore: new Date(stoppedAt.getTime() - 1) })).toEqual([]);
  expect((await listRunsWithoutLogTail(house.db, { endedBefore: stoppedAt })).map(({ id }) => id)).toEqual([run.id]);
  await writeLogTail(house.db, run.id, { tail: [{ at: 1, text: "NUL \u0000, half \ud83d, \\u0000" }], keptAt: new Date() });
  expect((await getRunById(house.db, run.id))?.logTail).toEqual([{ at: 1, text: "NUL \ufffd, half \ufffd, \\u0000" }]);
  expect(await listRunsWithoutLogTail(house.db, { endedBefore: new Date() })).toEqual([]);
});
