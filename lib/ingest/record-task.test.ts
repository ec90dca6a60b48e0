import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Job } from "@/lib/domain/job";
import type { Run } from "@/lib/domain/run";
import { recordTask, recordTasks } from "./record-task";
import { fromDescribe, parseTaskEvent, type SeenTask } from "./task-event";
import { type TestGround, testGround } from "./test-ground";

let ground: TestGround;
beforeAll(async () => {
  ground = await testGround();
});
afterAll(() => ground.close());

type Told = { task: SeenTask; at: Date };

/** What ECS really told of a job that fired once, in the order in which it happened. */
async function historyOf(job: Job): Promise<Told[]> {
  await ground.fire(job);
  const told: Told[] = [];
  await vi.waitFor(
    async () => {
      for (const { body } of await ground.aws.queue.receive(ground.environment.eventQueueUrl, 0)) {
        const event = parseTaskEvent(body);
        if ("task" in event && event.task.group === `belfry-${job.id}`) told.push({ task: event.task, at: event.at ?? new Date() });
      }
      expect(told.some(({ task }) => task.lastStatus === "STOPPED")).toBe(true);
      expect(new Set(told.map(({ task }) => task.version)).size).toBe(Math.max(...told.map(({ task }) => task.version)));
    },
    { timeout: 20_000, interval: 50 },
  );
  return told.sort((left, right) => left.task.version - right.task.version);
}

const record = ({ task, at }: Told) => recordTask(ground.deps, ground.environment, task, { source: "event", seenAt: at });

/** The one row of the job, without the id that each telling makes anew; the row is taken away for the next telling. */
async function rowOf(job: Job): Promise<Omit<Run, "id">> {
  const rows = await ground.runsOf(job);
  expect(rows).toHaveLength(1);
  const { id: _id, ...row } = rows[0] as Run;
  await ground.db.run.deleteMany({ where: { jobId: job.id } });
  return row;
}

test.each([
  ["that succeeds", "echo fine"],
  ["that fails", "exit 4"],
])("news of a run %s makes the same row in any order, twice and late", async (_what, script) => {
  const job = await ground.jobThatRuns(script);
  const history = await historyOf(job);
  expect(history.length).toBeGreaterThan(3);
  for (const told of history) await record(told);
  const truth = await rowOf(job);

  const telling = fc
    .shuffledSubarray([...history, ...history], { minLength: 1, maxLength: 2 * history.length })
    .map((some) => [...some, ...history.filter((told) => !some.includes(told))])
    .chain((all) => fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }));
  await fc.assert(
    fc.asyncProperty(telling, fc.boolean(), async (news, atOnce) => {
      if (atOnce) await Promise.all(news.map(record));
      else for (const told of news) await record(told);
      expect(await rowOf(job)).toEqual(truth);
    }),
    { numRuns: 40 },
  );
});

test("the end is told once, whatever comes after it", async () => {
  const job = await ground.jobThatRuns("exit 1");
  const history = await historyOf(job);
  const outcomes = [];
  for (const told of [...history].reverse()) outcomes.push(await record(told));
  expect(outcomes.map((outcome) => "ended" in outcome && outcome.ended)).toEqual([true, ...history.slice(1).map(() => false)]);
});

test("older news never takes a run back to an earlier state", async () => {
  const job = await ground.jobThatRuns("true");
  const history = await historyOf(job);
  const last = history.at(-1);
  const first = history[0];
  if (!last || !first) throw new Error("there was no news");
  await record(last);
  expect(await record(first)).toMatchObject({ changed: false });
  expect(await rowOf(job)).toMatchObject({ state: "succeeded", taskVersion: last.task.version });
});

test("a task of another cluster is left out", async () => {
  const job = await ground.jobThatRuns("true");
  const [told] = await historyOf(job);
  if (!told) throw new Error("there was no news");
  expect(await record({ ...told, task: { ...told.task, clusterArn: `${told.task.clusterArn}-other` } })).toEqual({
    ignored: "another cluster",
  });
});

test("one task that Postgres cannot keep is told apart, and the others of its batch are written", async () => {
  const jobs = await Promise.all([1, 2, 3].map(() => ground.jobThatRuns("true")));
  const arn = (n: number) => `${ground.environment.clusterArn.replace(":cluster/", ":task/")}/${String(n).padStart(32, "f")}`;
  const sights = jobs.map((job, n) => {
    const task = { taskArn: arn(n), version: 1, lastStatus: "PENDING", group: `belfry-${job.id}`, cpu: n === 1 ? "4000000000000" : "256" };
    const read = fromDescribe(task);
    if (!("task" in read)) throw new Error("The task was not read.");
    return { task: read.task, source: "sweep" as const, seenAt: new Date() };
  });
  const outcomes = await recordTasks(ground.deps, ground.environment, sights);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  const counts = await Promise.all(jobs.map(async (job) => (await ground.runsOf(job)).length));
  expect(counts).toEqual([1, 0, 1]);
});
