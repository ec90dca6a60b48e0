import { afterEach, expect, test } from "vitest";
import { getJobById, writeJobIntent } from "@/lib/db/jobs";
import { insertRequestedRun } from "@/lib/db/runs";
import { scheduleName } from "@/lib/desired/names";
import { newId } from "@/lib/domain/ids";
import { type Job, syncStateOf } from "@/lib/domain/job";
import { type MovableGround, movableGround } from "./movable-ground";

/*
 * AWS's lists tell things as they were some seconds ago. Whatever is done meanwhile is done once, and nobody is told of
 * changes that were Belfry's own.
 */

let ground: MovableGround;
afterEach(() => ground.close());

const startsAt = new Date("2027-06-01T08:02:00Z");
const lagSeconds = 12;

const lay = async () => {
  ground = await movableGround(startsAt);
  await ground.work();
  await ground.control.changeSettings({ staleListsMs: lagSeconds * 1000 });
};
const newJob = (slug: string, overrides: Partial<Job> = {}) =>
  ground.jobThatRuns("echo fine", { slug, savedAt: ground.now(), expression: "cron(0 2 29 2 ? *)", ...overrides });
const jobNow = async ({ id }: Job) => (await getJobById(ground.db, id)) as Job;
const stateOf = async (job: Job) => syncStateOf(await jobNow(job));
const save = async (job: Job, change: Parameters<typeof writeJobIntent>[3]) =>
  writeJobIntent(ground.db, job.id, (await jobNow(job)).generation, change, { savedAt: ground.now(), savedBy: "Ada" });
const schedules = async () => {
  const { schedules } = ground.world.region(ground.environment.region).scheduler;
  return [...schedules.values()].map(({ name, definition }) => `${name} ${definition.state}`).toSorted();
};
const listed = (...jobs: (Job | false)[]) => jobs.flatMap((job) => (job ? [`${scheduleName(job)} ENABLED`] : [])).toSorted();
/** The calls that change something, since they were last counted. */
const changes = async () => {
  const calls = await ground.control.calls();
  await ground.control.forgetCalls();
  return Object.fromEntries(
    Object.entries(calls).filter(([name]) => /\.(Create|Update|Delete)Schedule$|\.(Register|Deregister|Run|Stop)Task/.test(name)),
  );
};
/** Rounds at once, a moment later, as soon as the lists tell it, and once more. */
const workOn = async () => {
  for (const seconds of [0, 2, lagSeconds, 60]) {
    await ground.pass(seconds / 60, 1, []);
    await ground.work();
  }
};

test("jobs are made, changed, moved, paused, renamed and deleted: each is written once, and nobody hears of a repair", async () => {
  await lay();
  const jobs = await Promise.all(["kept", "imaged", "moved", "paused", "renamed", "deleted"].map((slug) => newJob(slug)));
  const [, imaged, moved, paused, renamed, deleted] = jobs as [Job, Job, Job, Job, Job, Job];
  await workOn();
  expect(await changes()).toEqual({ "scheduler.CreateSchedule": 6, "ecs.RegisterTaskDefinition": 1 });
  expect(await schedules()).toEqual(listed(...jobs));

  await save(imaged, { definition: { ...imaged.definition, image: "registry.example.com/reports:2" } });
  await save(moved, { expression: "cron(0 3 29 2 ? *)" });
  await save(paused, { pausedAt: ground.now() });
  await save(renamed, { slug: "renamed-since" });
  await save(deleted, { deletedAt: ground.now() });
  await workOn();
  expect(await changes()).toEqual({
    ...{ "scheduler.CreateSchedule": 1, "scheduler.UpdateSchedule": 3, "scheduler.DeleteSchedule": 2 },
    "ecs.RegisterTaskDefinition": 1,
  });

  // And back again, twice before any list has told of the first.
  for (const [seconds, pausedAt] of [
    [1, null],
    [1, ground.now()],
    [1, null],
  ] as const) {
    await save(paused, { pausedAt });
    await ground.pass(seconds / 60, 1, []);
    await ground.work();
  }
  await workOn();
  expect(await changes()).toEqual({ "scheduler.UpdateSchedule": 3 });
  expect(await schedules()).toEqual(listed(...(await Promise.all(jobs.filter((job) => job !== deleted).map(jobNow)))));
  expect(await Promise.all(jobs.map(stateOf))).toEqual([...Array(5).fill("verified"), "removed"]);
  expect(await ground.db.repair.count()).toBe(0);
});

test("what somebody changed in AWS is still noticed, once the lists tell it, and put right once", async () => {
  await lay();
  const job = await newJob("drifted");
  await workOn();
  await changes();
  await ground.aws.scheduler.deleteSchedule(ground.environment.scheduleGroup, scheduleName(job));
  await workOn();
  expect(await changes()).toEqual({ "scheduler.DeleteSchedule": 1, "scheduler.CreateSchedule": 1 });
  expect(await ground.db.repair.count()).toBe(1);
  expect(await stateOf(job)).toBe("verified");
});

test("a registration whose answer is lost is found again, though the list does not show it at first", async () => {
  await lay();
  const job = await newJob("lost-answer");
  await ground.control.orderFault({ service: "ecs", operation: "RegisterTaskDefinition", actFirst: true, dropConnection: true });
  for (let tries = 0; tries < 4; tries++) await workOn();
  expect(await stateOf(job)).toBe("verified");
  expect(await changes()).toEqual({ "ecs.RegisterTaskDefinition": 1, "scheduler.CreateSchedule": 1 });
});

test("runs are told truly while the lists of tasks lag, whether events tell of them or not", async () => {
  await lay();
  const job = await newJob("runs", { expression: "cron(0/10 * * * ? *)" });
  await workOn();
  for (const eventDelayMs of [0, 3_600_000]) {
    await ground.control.changeSettings({ eventDelayMs });
    const { definition, generation, taskDefinitionArn } = await jobNow(job);
    const { command, environment: variables, cpu, memory } = definition;
    await insertRequestedRun(ground.db, {
      ...{
        id: newId(),
        jobId: job.id,
        environmentId: ground.environment.id,
        trigger: "person",
        requestedAt: ground.now(),
        requestedBy: "Ada",
      },
      ...{ requestKey: newId(), repeatOfId: null },
      wanted: { taskDefinitionArn, jobGeneration: generation, command, environment: variables, cpu, memory },
    });
    await ground.work();
    await ground.pass(30, 10, [job]);
    await workOn();
  }
  // Longer than any slack after the last moment.
  await ground.pass(9, 9, [job]);
  await ground.pass(1, 1, [job]);
  await ground.workUntil(async () => {
    const states = (await ground.runsOf(job)).map(({ state }) => state);
    expect(states.length).toBe(((await ground.control.insideCalls())["ecs.RunTask"] ?? 0) + 2);
    expect(new Set(states)).toEqual(new Set(["succeeded"]));
  });
  const runs = await ground.runsOf(job);
  expect(runs.filter(({ trigger }) => trigger === "person")).toHaveLength(2);
  expect(runs.filter(({ duplicateOfId }) => duplicateOfId !== null)).toEqual([]);
});
