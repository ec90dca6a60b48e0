import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { listLookGaps, looksOf, writeLook } from "@/lib/db/looks";
import { getRunById } from "@/lib/db/runs";
import type { Job } from "@/lib/domain/job";
import type { RunState } from "@/lib/domain/run";
import { makeRun } from "@/lib/testing/factories";
import { intake } from "./intake";
import { sweepTasks } from "./sweep-tasks";
import { type TestGround, testGround } from "./test-ground";

let ground: TestGround;
beforeAll(async () => {
  ground = await testGround();
});
afterAll(() => ground.close());

/** A sweep while the events are read up to `eventsReadAt`. */
const sweep = async (now = new Date(), eventsReadAt = now) => {
  const { db, environment } = ground;
  await db.look.deleteMany({ where: { environmentId: environment.id, source: "events" } });
  await writeLook(db, { environmentId: environment.id, source: "events", lookedAt: eventsReadAt, memorySeconds: 86_400 });
  return await sweepTasks({ deps: { ...ground.deps, clock: { now: () => now } }, environment });
};
const takeEvents = () => intake({ deps: ground.deps, environment: ground.environment, waitSeconds: 0 });
const minutes = (count: number) => count * 60_000;
const clusterTask = (id: string) => `${ground.environment.clusterArn.replace(":cluster/", ":task/")}/${id}`;

async function newestOf(job: Job) {
  const [run] = await ground.runsOf(job);
  if (!run) throw new Error("there is no run");
  const { id: _id, seenAt: _seenAt, source: _source, ...row } = run;
  return row;
}

const untilSwept = (job: Job, state: RunState) =>
  vi.waitFor(
    async () => {
      await sweep();
      expect((await newestOf(job)).state).toBe(state);
    },
    { timeout: 10_000, interval: 50 },
  );

test("without a single event, a sweep finds the same run", async () => {
  const job = await ground.jobThatRuns("echo found; exit 7");
  await ground.fire(job);
  await ground.untilStopped(1);

  expect(await sweep()).toMatchObject({ looked: 1, caught: 1, lost: 0, failed: 0 });
  expect(await ground.runsOf(job)).toMatchObject([{ source: "sweep" }]);
  const bySweep = await newestOf(job);
  await ground.db.run.deleteMany({ where: { jobId: job.id } });

  await takeEvents();
  expect(await ground.runsOf(job)).toMatchObject([{ source: "event" }]);
  expect(await newestOf(job)).toEqual(bySweep);
});

test("where the events told everything, a sweep catches nothing and asks about no ended task", async () => {
  const job = await ground.jobThatRuns("true");
  await ground.fire(job);
  await ground.untilStopped(2);
  await takeEvents();
  expect(await sweep()).toEqual({ looked: 0, caught: 0, lost: 0, waiting: 0, unreadable: 0, failed: 0 });
});

test("a task that runs is found running", async () => {
  const job = await ground.jobThatRuns("exec sleep 60");
  await ground.fire(job);
  await expect.poll(async () => (await sweep()).looked, { timeout: 10_000 }).toBe(1);
  await untilSwept(job, "running");
  const [run] = await ground.runsOf(job);
  await ground.aws.ecs.stopTask({ cluster: ground.environment.clusterArn, task: run?.taskArn ?? "", reason: "the test is over" });
  await untilSwept(job, "stopped");
});

test("a run whose task ECS has forgotten is lost, once the grace is over", async () => {
  const job = await ground.jobThatRuns("true");
  const now = new Date();
  const forgotten = await makeRun(ground.db, {
    ...{ jobId: job.id, state: "running", taskArn: clusterTask("a".repeat(32)), taskVersion: 3 },
    seenAt: new Date(now.getTime() - minutes(4)),
  });
  expect(await sweep(now)).toMatchObject({ lost: 0 });
  expect(await sweep(new Date(now.getTime() + minutes(2)))).toMatchObject({ lost: 1 });
  expect(await getRunById(ground.db, forgotten.id)).toMatchObject({
    state: "lost",
    cause: { kind: "lost", headline: expect.stringContaining("ECS has forgotten the task"), awsWords: ["MISSING"] },
  });
  expect(await sweep(new Date(now.getTime() + minutes(3)))).toMatchObject({ lost: 0 });
});

test("after a time in which nobody read the events, they tell first and nothing is called lost", async () => {
  const job = await ground.jobThatRuns("true");
  const now = new Date();
  const [seenAt, wentDownAt] = [new Date(now.getTime() - minutes(360)), new Date(now.getTime() - minutes(350))];
  const run = await makeRun(ground.db, { jobId: job.id, state: "running", taskArn: clusterTask("e".repeat(32)), taskVersion: 3, seenAt });
  expect(await sweep(now, wentDownAt)).toMatchObject({ lost: 0, waiting: 1 });
  expect((await getRunById(ground.db, run.id))?.state).toBe("running");
  expect(await sweep(now)).toMatchObject({ lost: 1, waiting: 0 });
  expect((await getRunById(ground.db, run.id))?.cause?.evidence).toEqual([
    expect.stringContaining("Last seen at"),
    expect.stringContaining("ECS did not know the task any more"),
    expect.stringContaining("told of no end"),
  ]);
});

test("a sweep notes until when ECS has told all, and the time that ECS has forgotten meanwhile", async () => {
  const { db, environment } = ground;
  await db.look.deleteMany({ where: { environmentId: environment.id, source: "tasks" } });
  const at = (text: string) => new Date(`2030-01-01T${text}Z`);
  await sweep(at("00:00:00"));
  await sweep(at("00:50:00"));
  expect(await listLookGaps(db, { environmentId: environment.id, since: at("00:00:00"), limit: 10 })).toEqual([]);
  await sweep(at("06:00:00"));
  expect((await looksOf(db, environment.id)).tasks).toEqual(at("06:00:00"));
  expect(await listLookGaps(db, { environmentId: environment.id, since: at("00:00:00"), limit: 10 })).toMatchObject([
    { source: "tasks", beganAt: at("00:50:00"), endedAt: at("05:00:00") },
  ]);
});

test("a run that AWS said it started and that nobody ever saw is lost, too", async () => {
  const job = await ground.jobThatRuns("true");
  const now = new Date();
  const launched = await makeRun(ground.db, {
    ...{ jobId: job.id, launchedAt: new Date(now.getTime() - minutes(70)), launchedTaskArn: clusterTask("b".repeat(32)) },
  });
  const fresh = await makeRun(ground.db, { jobId: job.id, launchedAt: now, launchedTaskArn: clusterTask("c".repeat(32)) });
  const waiting = await makeRun(ground.db, { jobId: job.id });
  await sweep(now);
  expect((await getRunById(ground.db, launched.id))?.state).toBe("lost");
  expect((await getRunById(ground.db, fresh.id))?.state).toBe("requested");
  expect((await getRunById(ground.db, waiting.id))?.state).toBe("requested");
});

test("a run thought lost that is seen after all is taken back", async () => {
  const job = await ground.jobThatRuns("exit 2");
  await ground.fire(job);
  await ground.untilStopped(4);
  await takeEvents();
  const [run] = await ground.runsOf(job);
  await ground.db.run.update({ where: { id: run?.id ?? "" }, data: { state: "lost", stoppedAt: new Date() } });
  expect(await sweep()).toMatchObject({ caught: 1 });
  expect(await newestOf(job)).toMatchObject({ state: "failed", exitCode: 2 });
});

test("after an hour ECS forgets what the history keeps", async () => {
  const job = await ground.jobThatRuns("true");
  await ground.fire(job);
  await ground.untilStopped(5);
  await takeEvents();
  const before = await newestOf(job);
  await ground.control.advanceClock(2 * 3600);
  expect(await sweep()).toMatchObject({ looked: 0, lost: 0 });
  expect(await newestOf(job)).toEqual(before);
});
