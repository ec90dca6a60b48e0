import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Job } from "@/lib/domain/job";
import type { TaskFacts } from "@/lib/domain/task-facts";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeJob, makeRun } from "@/lib/testing/factories";
import { upsertRunsFromTasks } from "./upsert-runs";

let house: TestDatabase;
let job: Job;
beforeAll(async () => {
  house = await testDatabase();
  job = await makeJob(house.db);
});
afterAll(() => house.close());
beforeEach(async () => {
  await house.db.run.deleteMany();
});

const at = (seconds: number) => new Date(Date.UTC(2026, 1, 1, 0, 0, seconds));
const arnOf = (task: number) => `arn:aws:ecs:eu-central-1:123456789012:task/jobs/${String(task).padStart(32, "0")}`;

/** One word about a task; version 3 is its end. */
function factsOf(task: number, version: number, given: Partial<TaskFacts> = {}): TaskFacts {
  const ended = version === 3;
  return {
    ...{ environmentId: job.environmentId, jobId: job.id, runId: null, trigger: "schedule", scheduledAt: at(task * 60) },
    ...{ taskArn: arnOf(task), taskVersion: version, taskDefinitionArn: "arn:td:1", jobGeneration: 1, attempt: 1, executionId: "e1" },
    ...{ state: ended ? "succeeded" : "starting", phases: { createdAt: at(task * 60).toISOString() }, startedAt: null },
    ...{ stoppedAt: ended ? at(task * 60 + 9) : null, exitCode: ended ? 0 : null, stopCode: null, stoppedReason: null, containers: [] },
    ...{ cause: null, cpu: 256, memory: 512, capacityProvider: null, overrides: null, logGroup: "/belfry", logStream: "s" },
    ...{ source: "event", seenAt: at(task * 60 + version), createdAt: at(task * 60) },
    ...given,
  };
}

const rows = () =>
  house.db.run.findMany({
    orderBy: { taskArn: "asc" },
    select: { taskArn: true, taskVersion: true, state: true, seenAt: true, duplicateOfId: true, scheduledAt: true },
  });

test("a hundred tasks are written by one statement", async () => {
  house.statements.length = 0;
  const outcomes = await upsertRunsFromTasks(
    house.db,
    Array.from({ length: 100 }, (_, task) => factsOf(task, 1)),
  );
  expect(house.statements).toHaveLength(1);
  expect(outcomes.every((outcome) => outcome?.inserted && outcome.changed)).toBe(true);
  expect(new Set(outcomes.map((outcome) => outcome?.runId)).size).toBe(100);
  expect(await rows()).toHaveLength(100);
});

test("news of several tasks, cut into batches anyhow and written at once, makes the rows that the last word of each makes", async () => {
  const words = [1, 2, 3, 4].flatMap((task) => [1, 2, 3].map((version) => factsOf(task, version)));
  const truth = [1, 2, 3, 4].map((task) => ({ taskArn: arnOf(task), taskVersion: 3, state: "succeeded", seenAt: at(task * 60 + 3) }));
  const batches = fc
    .shuffledSubarray([...words.keys(), ...words.keys()], { minLength: 24, maxLength: 24 })
    .chain((order) => fc.tuple(fc.constant(order), fc.integer({ min: 1, max: 24 }), fc.boolean()));
  await fc.assert(
    fc.asyncProperty(batches, async ([order, size, atOnce]) => {
      await house.db.run.deleteMany();
      const told = order.map((word) => words[word] as TaskFacts);
      const parts = Array.from({ length: Math.ceil(told.length / size) }, (_, part) => told.slice(part * size, (part + 1) * size));
      const outcomes = [];
      if (atOnce) outcomes.push(...(await Promise.all(parts.map((part) => upsertRunsFromTasks(house.db, part)))).flat());
      else for (const part of parts) outcomes.push(...(await upsertRunsFromTasks(house.db, part)));
      expect(await rows()).toMatchObject(truth);
      expect(outcomes).toHaveLength(24);
      expect(outcomes.filter((outcome) => outcome?.inserted)).toHaveLength(4);
      expect(outcomes.filter((outcome) => outcome?.ended)).toHaveLength(4);
    }),
    { numRuns: 50 },
  );
});

test("two tasks of one moment in one batch are the run and its duplicate", async () => {
  const scheduledAt = at(0);
  const outcomes = await upsertRunsFromTasks(house.db, [
    factsOf(2, 1, { scheduledAt }),
    factsOf(1, 1, { scheduledAt }),
    factsOf(1, 2, { scheduledAt }),
  ]);
  const [first, second] = await rows();
  expect([first?.duplicateOfId, second?.duplicateOfId]).toEqual([null, outcomes[2]?.runId]);
  expect(outcomes.map((outcome) => outcome?.changed)).toEqual([true, false, true]);
});

test("two tasks of one request in one batch: one takes the row, the other stands beside it", async () => {
  const asked = await makeRun(house.db, { jobId: job.id, environmentId: job.environmentId, trigger: "person", requestedAt: at(0) });
  const word = (task: number) => factsOf(task, 1, { runId: asked.id, trigger: "person", scheduledAt: null });
  await upsertRunsFromTasks(house.db, [word(1), word(2)]);
  const found = await rows();
  expect(found).toHaveLength(2);
  expect(found.filter(({ duplicateOfId }) => duplicateOfId === asked.id)).toHaveLength(1);
});

test("in one batch a missed moment gets its task, a lost run its end, and a job that is not here is told apart", async () => {
  const common = { jobId: job.id, environmentId: job.environmentId };
  const missed = await makeRun(house.db, { ...common, state: "missed", scheduledAt: at(60), dueAt: at(60) });
  const lost = await makeRun(house.db, { ...common, state: "lost", scheduledAt: at(120), dueAt: at(120) });
  await house.db.run.update({ where: { id: lost.id }, data: { taskArn: arnOf(2), taskVersion: 3, logKeptAt: at(0) } });
  const outcomes = await upsertRunsFromTasks(house.db, [
    factsOf(1, 3),
    factsOf(2, 3),
    factsOf(3, 3, { jobId: "nosuchjob0" }),
    factsOf(4, 3, { environmentId: "elsewhere0" }),
  ]);
  expect(outcomes).toEqual([
    { runId: missed.id, changed: true, ended: true, inserted: false },
    { runId: lost.id, changed: true, ended: true, inserted: false },
    null,
    null,
  ]);
  expect(await house.db.run.findUnique({ where: { id: lost.id } })).toMatchObject({ state: "succeeded", logKeptAt: null });
});
