import { DescribeTaskDefinitionCommand, ECSClient, ListTaskDefinitionsCommand } from "@aws-sdk/client-ecs";
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Aws } from "@/lib/aws/clients";
import { makeDatabase } from "@/lib/db/client";
import { getJobById, writeJobIntent } from "@/lib/db/jobs";
import { listRepairs } from "@/lib/db/observations";
import type { Deps } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";
import { type Job, rateAnchorOf, syncStateOf } from "@/lib/domain/job";
import { type FixedClock, fixedClock } from "@/lib/testing/clock";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeEnvironment, makeJob } from "@/lib/testing/factories";
import { type TestSandbox, testSandbox } from "@/lib/testing/sandbox";
import { reconcileJobs } from "./reconcile-jobs";

let database: TestDatabase;
let sandbox: TestSandbox;
let environment: Environment;
let deps: Deps;
let clock: FixedClock;
const scheduler = () => new SchedulerClient({});
const ecs = () => new ECSClient({});

beforeAll(async () => {
  [database, sandbox] = await Promise.all([testDatabase(), testSandbox()]);
});
afterAll(() => Promise.all([database.close(), sandbox.close()]));

let count = 0;
beforeEach(async () => {
  const name = `test-${++count}`;
  environment = await makeEnvironment(database.db, {
    ...sandbox.environment,
    name,
    scheduleGroup: `belfry-${name}`,
    logGroup: `/belfry/${name}`,
  });
  clock = fixedClock(new Date());
  deps = sandbox.deps(database.db, clock);
  await sandbox.control.forgetFaults();
  await sandbox.control.forgetCalls();
  database.statements.length = 0;
});
afterEach(() => sandbox.control.forgetFaults());

const newJob = (overrides: Parameters<typeof makeJob>[1] = {}) =>
  makeJob(database.db, { environmentId: environment.id, savedAt: clock.now(), ...overrides });
const round = (options?: Parameters<typeof reconcileJobs>[2]) => reconcileJobs(deps, environment, options);
const jobNow = async (job: Job) => (await getJobById(database.db, job.id)) as Job;
const stateOf = async (job: Job) => syncStateOf(await jobNow(job));
const nameOf = (job: Job) => `blf-${job.id}-${job.slug}`;
const scheduleOf = (job: Job) => scheduler().send(new GetScheduleCommand({ GroupName: environment.scheduleGroup, Name: nameOf(job) }));
const listed = async () =>
  (await scheduler().send(new ListSchedulesCommand({ GroupName: environment.scheduleGroup }))).Schedules?.map(({ Name }) => Name).sort();
const revisionsOf = async (application: string) =>
  (await ecs().send(new ListTaskDefinitionsCommand({ familyPrefix: `belfry-${environment.name}-${application}` }))).taskDefinitionArns ??
  [];
const save = async (job: Job, change: Parameters<typeof writeJobIntent>[3]) => {
  const { generation } = await jobNow(job);
  return writeJobIntent(database.db, job.id, generation, change, { savedAt: clock.now(), savedBy: "Ada" });
};
const wholeOf = async (job: Job) => {
  const { $metadata, Arn, CreationDate, LastModificationDate, ...whole } = await scheduleOf(job);
  return whole as CreateScheduleCommandInput;
};
/** Somebody changes the schedule in the console of AWS. */
const changeBehindOurBack = async (job: Job, change: Partial<CreateScheduleCommandInput>) => {
  await scheduler().send(new UpdateScheduleCommand({ ...(await wholeOf(job)), ...change }));
};
const removeBehindOurBack = (job: Job) =>
  scheduler().send(new DeleteScheduleCommand({ GroupName: environment.scheduleGroup, Name: nameOf(job) }));
/** The connection that holds a round's lock is lost, as when its process is killed. Waits until there is one. */
const breakLock = async () => {
  const holders = () => database.db.$queryRaw<{ pid: number }[]>`
    select a.pid from pg_stat_activity a join pg_locks l on l.pid = a.pid
    where a.application_name = 'belfry-lock' and a.datname = current_database() and l.locktype = 'advisory' and l.granted`;
  await expect.poll(holders, { interval: 5, timeout: 10_000 }).not.toEqual([]);
  for (const { pid } of await holders()) await database.db.$queryRaw`select pg_terminate_backend(${pid}::int)`;
  await expect.poll(holders, { interval: 5, timeout: 10_000 }).toEqual([]);
};

const writes = () => database.statements.filter((sql) => /^\s*(with[\s\S]*?)?(insert|update|delete)\b/i.test(sql));

test("the first round makes what is missing, and the job is verified", async () => {
  const job = await newJob({ expression: "rate(1 hour)" });
  expect(await round()).toMatchObject({ kept: 0, changed: [{ job: job.slug, did: "create" }], failed: [] });
  expect(await stateOf(job)).toBe("verified");
  const after = await jobNow(job);
  expect(await scheduleOf(job)).toMatchObject({
    ScheduleExpression: "rate(1 hour)",
    State: "ENABLED",
    Target: { EcsParameters: { TaskDefinitionArn: after.taskDefinitionArn, Group: `belfry-${job.id}` } },
  });
});

test("a second round changes nothing and writes nothing", async () => {
  await newJob();
  await round();
  await sandbox.control.forgetCalls();
  database.statements.length = 0;
  expect(await round()).toMatchObject({ kept: 1, changed: [], failed: [], repaired: [], againAt: null });
  expect(await sandbox.control.calls()).toEqual({ "scheduler.ListSchedules": 1 });
  expect(writes()).toEqual([]);
});

test("a fresh worker looks at every job once, and changes nothing where nothing changed", async () => {
  await newJob();
  await round();
  await sandbox.control.forgetCalls();
  database.statements.length = 0;
  deps = sandbox.deps(database.db, clock);
  expect(await round()).toMatchObject({ kept: 1, changed: [] });
  expect(Object.keys(await sandbox.control.calls()).sort()).toEqual([
    "logs.CreateLogGroup",
    "scheduler.GetScheduleGroup",
    "scheduler.ListSchedules",
  ]);
  expect(writes()).toEqual([]);
});

test("a job that is saved again is written whole, and one that AWS need not know of is left alone there", async () => {
  const job = await newJob();
  await round();
  await save(job, { expression: "cron(0 3 * * ? *)", timeZone: "Europe/Berlin" });
  expect(await stateOf(job)).toBe("saved");
  expect(await round()).toMatchObject({ changed: [{ job: job.slug, did: "update", reasons: ["generation 2 is not verified in AWS"] }] });
  expect(await scheduleOf(job)).toMatchObject({ ScheduleExpression: "cron(0 3 * * ? *)", ScheduleExpressionTimezone: "Europe/Berlin" });
  await sandbox.control.forgetCalls();
  const { appliedAt } = await jobNow(job);
  clock.advance(60);
  await save(job, { labels: { team: "ledger" }, description: "Explained", name: "Renamed" });
  expect(await round()).toMatchObject({ kept: 1, changed: [] });
  expect(await sandbox.control.calls()).toEqual({ "scheduler.ListSchedules": 1 });
  expect(await jobNow(job)).toMatchObject({ generation: 3, appliedGeneration: 3, observedGeneration: 3, appliedAt });
  expect(await listed()).toEqual([nameOf(job)]);
});

test("a rate goes on from where it was when only its description is edited, and starts anew with another size", async () => {
  const job = await newJob({ expression: "rate(24 hours)" });
  await round();
  const first = (await jobNow(job)).appliedAt as Date;
  clock.advance(3600);
  await save(job, { description: "Explained" });
  await round();
  expect(rateAnchorOf(await jobNow(job))).toEqual(first);
  await save(job, { definition: { ...job.definition, memory: 1024 } });
  await round();
  expect(rateAnchorOf(await jobNow(job))).toEqual(new Date(first.getTime() + 3_600_000));
});

test("pausing disables the schedule, resuming enables it", async () => {
  const job = await newJob();
  await round();
  await save(job, { pausedAt: clock.now() });
  await round();
  expect((await scheduleOf(job)).State).toBe("DISABLED");
  await save(job, { pausedAt: null });
  await round();
  expect((await scheduleOf(job)).State).toBe("ENABLED");
  expect(await listRepairs(database.db, job.id, 5)).toEqual([]);
});

test("deleting removes the schedule and keeps the job's history", async () => {
  const job = await newJob();
  const other = await newJob();
  await round();
  await save(job, { deletedAt: clock.now() });
  expect(await stateOf(job)).toBe("removing");
  expect(await round()).toMatchObject({ changed: [{ job: job.slug, did: "remove", reasons: ["the job was deleted"] }] });
  expect(await stateOf(job)).toBe("removed");
  expect(await listed()).toEqual([nameOf(other)]);
  expect(await round()).toMatchObject({ kept: 1, changed: [] });
});

test("a deleted job whose schedule is gone already is removed", async () => {
  const job = await newJob();
  await round();
  await removeBehindOurBack(job);
  await save(job, { deletedAt: clock.now() });
  await round();
  expect(await stateOf(job)).toBe("removed");
});

test("a job with another address has one schedule, under its new name", async () => {
  const job = await newJob({ slug: "before" });
  await round();
  const after = await save(job, { slug: "after" });
  await round();
  expect(await listed()).toEqual([nameOf(after)]);
  expect(await stateOf(job)).toBe("verified");
});

test("what was removed behind our back is made again, and said", async () => {
  const job = await newJob();
  await round();
  await removeBehindOurBack(job);
  expect(await round()).toMatchObject({ changed: [{ did: "create", reasons: ["it is missing in AWS"] }] });
  expect(await listed()).toEqual([nameOf(job)]);
  expect(await listRepairs(database.db, job.id, 5)).toMatchObject([
    { sentence: "The schedule had been removed in AWS; it was made again." },
  ]);
});

test("what was changed behind our back is put back, and said", async () => {
  const job = await newJob();
  await round();
  await changeBehindOurBack(job, { State: "DISABLED", ScheduleExpression: "rate(1 minute)" });
  expect(await round()).toMatchObject({ changed: [{ did: "update", reasons: ["it was changed in AWS"] }] });
  expect(await scheduleOf(job)).toMatchObject({ State: "ENABLED", ScheduleExpression: job.expression });
  const [repair] = await listRepairs(database.db, job.id, 5);
  expect(repair?.sentence).toBe(
    "The schedule had been changed in AWS. The schedule was rate(1 minute) and is cron(0 2 * * ? *) again; The state was disabled and is enabled again.",
  );
  expect(await round()).toMatchObject({ kept: 1, changed: [] });
});

test("a schedule that was written anew with the same content is only looked at", async () => {
  const job = await newJob();
  await round();
  await changeBehindOurBack(job, {});
  await sandbox.control.forgetCalls();
  expect(await round()).toMatchObject({ kept: 1, changed: [], repaired: [] });
  expect(await sandbox.control.calls()).toEqual({ "scheduler.ListSchedules": 1, "scheduler.GetSchedule": 1 });
  await round();
  expect((await sandbox.control.calls())["scheduler.GetSchedule"]).toBe(1);
});

test("a schedule group that was deleted behind our back is made again with all that was in it", async () => {
  const job = await newJob();
  await round();
  await scheduler().send(new DeleteScheduleGroupCommand({ Name: environment.scheduleGroup }));
  await expect
    .poll(
      () =>
        round().then(
          (report) => report?.changed,
          () => "not yet",
        ),
      { timeout: 10_000 },
    )
    .toMatchObject([{ did: "create" }]);
  expect(await stateOf(job)).toBe("verified");
});

test("jobs that share a definition share its revision, also when a new image comes", async () => {
  const jobs = await Promise.all(Array.from({ length: 6 }, () => newJob({ application: "shared" })));
  await round();
  expect(await revisionsOf("shared")).toHaveLength(1);
  for (const job of jobs) await save(job, { definition: { ...job.definition, image: "registry.example.com/reports:2" } });
  await round();
  expect(await revisionsOf("shared")).toHaveLength(2);
  expect(new Set(await Promise.all(jobs.map(async (job) => (await jobNow(job)).taskDefinitionArn)))).toHaveLength(1);
});

test("a job that goes back to an earlier image goes back to its revision", async () => {
  const job = await newJob({ application: "back" });
  await round();
  const first = (await jobNow(job)).taskDefinitionArn;
  await save(job, { definition: { ...job.definition, image: "registry.example.com/reports:2" } });
  await round();
  await save(job, { definition: job.definition });
  await round();
  expect((await jobNow(job)).taskDefinitionArn).toBe(first);
  expect(await revisionsOf("back")).toHaveLength(2);
});

test("overrides that are too long for ECS run from the definition, and nobody notices", async () => {
  const environmentVariables = [{ name: "RULES", value: "x".repeat(9000) }];
  const job = await newJob({ application: "long", definition: { environment: environmentVariables } });
  expect(await round()).toMatchObject({ changed: [{ did: "create" }], failed: [] });
  const { taskDefinition } = await ecs().send(
    new DescribeTaskDefinitionCommand({ taskDefinition: (await jobNow(job)).taskDefinitionArn ?? "" }),
  );
  expect(taskDefinition?.containerDefinitions?.[0]?.environment).toEqual(environmentVariables);
  expect((await scheduleOf(job)).Target?.Input?.length).toBeLessThan(8192);
});

test("AWS's refusal stands on the job that it concerns, in words, and no other job waits for it", async () => {
  const refused = await newJob({ expression: "cron(99 1 * * ? *)" });
  const fine = await newJob();
  expect(await round()).toMatchObject({ changed: [{ job: fine.slug }], failed: [{ job: refused.slug, passing: false }] });
  expect(await stateOf(fine)).toBe("verified");
  expect((await jobNow(refused)).syncError).toMatchObject({
    sentence: "AWS does not take the schedule cron(99 1 * * ? *): change it.",
    field: "expression",
    awsCode: "ValidationException",
    awsMessage: "Invalid Schedule Expression cron(99 1 * * ? *).",
    passing: false,
  });
});

test("a refused job is left alone for some minutes, then looked at again, and at once when it is saved", async () => {
  const job = await newJob({ expression: "cron(99 1 * * ? *)" });
  await round();
  await sandbox.control.forgetCalls();
  clock.advance(60);
  await round();
  expect(await sandbox.control.calls()).toEqual({ "scheduler.ListSchedules": 1 });
  clock.advance(400);
  expect(await round()).toMatchObject({ failed: [{ job: job.slug }] });
  await save(job, { expression: "cron(9 1 * * ? *)" });
  expect(await stateOf(job)).toBe("saved");
  expect(await round()).toMatchObject({ changed: [{ job: job.slug }], failed: [] });
  expect(await stateOf(job)).toBe("verified");
});

test("a role that the Scheduler cannot use yet is tried again for two minutes, and then is a refusal", async () => {
  environment = { ...environment, schedulerRoleArn: "arn:aws:iam::123456789012:role/nobody" };
  const job = await newJob();
  await round();
  expect(await stateOf(job)).toBe("trying-again");
  clock.advance(60);
  await round();
  expect(await stateOf(job)).toBe("trying-again");
  clock.advance(90);
  await round();
  expect(await stateOf(job)).toBe("refused");
  expect((await jobNow(job)).syncError?.sentence).toContain("trust policy");
  environment = { ...environment, schedulerRoleArn: sandbox.environment.schedulerRoleArn };
  clock.advance(400);
  await round();
  expect(await stateOf(job)).toBe("verified");
});

test("a throttled job is tried again soon, then less often, and the others go on", async () => {
  const [first, second] = [await newJob(), await newJob()];
  await sandbox.control.orderFault({
    service: "scheduler",
    operation: "CreateSchedule",
    error: { code: "ThrottlingException", status: 429 },
    times: 100,
  });
  const report = await round();
  expect(report?.failed).toHaveLength(2);
  expect(report?.againAt?.getTime()).toBeLessThan(clock.now().getTime() + 5000);
  expect(await stateOf(first)).toBe("trying-again");
  for (const mostSeconds of [4, 8, 16, 32]) {
    const { retryAt, syncError } = await jobNow(first);
    const waitMs = (retryAt?.getTime() ?? 0) - clock.now().getTime();
    expect(waitMs).toBeGreaterThanOrEqual(1000);
    expect(waitMs).toBeLessThanOrEqual(mostSeconds * 1000 + 1000);
    expect(syncError?.sentence).toBe(`AWS asks for fewer changes: trying again at ${retryAt?.toISOString().slice(11, 19)} UTC.`);
    clock.set(new Date((retryAt?.getTime() ?? 0) + 1));
    await round();
  }
  await sandbox.control.forgetFaults();
  clock.advance(600);
  expect(await round()).toMatchObject({ failed: [] });
  expect([await stateOf(first), await stateOf(second)]).toEqual(["verified", "verified"]);
});

test("once ECS takes no more registrations, the jobs that need none are not kept waiting", async () => {
  await newJob({ application: "ready" });
  await round();
  const ready = await newJob({ application: "ready" });
  const waiting = await Promise.all(Array.from({ length: 8 }, (_, index) => newJob({ application: `new-${index}` })));
  await sandbox.control.orderFault({
    service: "ecs",
    operation: "RegisterTaskDefinition",
    error: { code: "ThrottlingException" },
    times: 100,
  });
  const report = await round();
  expect(report).toMatchObject({ changed: [{ job: ready.slug }] });
  expect((report?.failed.length ?? 0) + (report?.postponed ?? 0)).toBe(waiting.length);
  expect(report?.postponed).toBeGreaterThan(0);
  await sandbox.control.forgetFaults();
  clock.advance(10);
  // Another process: this one was told to be slow.
  deps = sandbox.deps(database.db, clock);
  await round();
  expect(new Set(await Promise.all(waiting.map(stateOf)))).toEqual(new Set(["verified"]));
});

test("a job saved while a round is under way is not settled by that round", async () => {
  const job = await newJob();
  const real = deps.aws(environment);
  const scheduler = {
    ...real.scheduler,
    putSchedule: async (...args: Parameters<Aws["scheduler"]["putSchedule"]>) => {
      const answer = await real.scheduler.putSchedule(...args);
      if ((await jobNow(job)).generation === 1) await save(job, { expression: "rate(2 hours)" });
      return answer;
    },
  };
  await reconcileJobs({ ...deps, aws: () => ({ ...real, scheduler }) }, environment);
  expect(await stateOf(job)).not.toBe("verified");
  await round();
  expect(await stateOf(job)).toBe("verified");
  expect((await scheduleOf(job)).ScheduleExpression).toBe("rate(2 hours)");
});

test("two rounds at once end as one", async () => {
  const jobs = await Promise.all(Array.from({ length: 5 }, () => newJob({ application: "twice" })));
  const other = makeDatabase(database.url);
  const reports = await Promise.all([round(), reconcileJobs(sandbox.deps(other, clock), environment)]);
  await other.$disconnect();
  expect(reports.filter((report) => report === null)).toHaveLength(1);
  expect(await listed()).toEqual(jobs.map(nameOf).sort());
  expect(await revisionsOf("twice")).toHaveLength(1);
});

test("two rounds that both believe to be alone end with one schedule for each job", async () => {
  const jobs = await Promise.all(Array.from({ length: 5 }, () => newJob({ application: "alone" })));
  await sandbox.control.orderFault({ service: "scheduler", operation: "ListSchedules", delayMs: 300, times: 1 });
  const first = round();
  await breakLock();
  const second = await reconcileJobs(sandbox.deps(database.db, clock), environment);
  expect(second).not.toBeNull();
  await first;
  await round();
  expect(await listed()).toEqual(jobs.map(nameOf).sort());
  expect(new Set(await Promise.all(jobs.map(stateOf)))).toEqual(new Set(["verified"]));
});

test("a changed environment reaches every job, though ECS takes no more registrations at first", async () => {
  const jobs = await Promise.all(Array.from({ length: 8 }, (_, index) => newJob({ application: `moved-${index}` })));
  await round();
  environment = { ...environment, logGroup: `${environment.logGroup}/new` };
  deps = sandbox.deps(database.db, clock);
  await sandbox.control.orderFault({
    service: "ecs",
    operation: "RegisterTaskDefinition",
    error: { code: "ThrottlingException" },
    times: 4,
  });
  expect((await round())?.postponed).toBeGreaterThan(0);
  // A round gives up registering at its first refusal, so how many of the four it meets depends on what was under way.
  for (let rounds = 0; rounds < 4; rounds++) {
    clock.advance(10);
    // Another process: this one was told to be slow.
    deps = sandbox.deps(database.db, clock);
    await round();
  }
  const revisions = await Promise.all(jobs.map(async (job) => (await jobNow(job)).taskDefinitionArn));
  expect(revisions.filter((arn) => arn?.endsWith(":2"))).toHaveLength(jobs.length);
});

test("with one call in five failing, everything is in place after some rounds, and nothing is doubled", async () => {
  const jobs = await Promise.all(Array.from({ length: 20 }, (_, index) => newJob({ application: `shaky-${index % 4}` })));
  await sandbox.control.changeSettings({ randomFaultShare: 0.2 });
  try {
    for (let rounds = 0; rounds < 8; rounds++) {
      await round().catch(() => "AWS was away");
      clock.advance(400);
      if (rounds === 3) for (const job of jobs.slice(0, 5)) await save(job, { expression: "rate(3 hours)" });
    }
  } finally {
    await sandbox.control.changeSettings({ randomFaultShare: 0 });
  }
  clock.advance(400);
  // Another process: this one was told to be slow.
  deps = sandbox.deps(database.db, clock);
  await round();
  expect(new Set(await Promise.all(jobs.map(stateOf)))).toEqual(new Set(["verified"]));
  expect(await listed()).toEqual(jobs.map(nameOf).sort());
  for (const application of ["shaky-0", "shaky-1", "shaky-2", "shaky-3"]) expect(await revisionsOf(application)).toHaveLength(1);
  expect((await round())?.changed).toEqual([]);
}, 60_000);

test("another worker's older look does not take a newer one back", async () => {
  const job = await newJob();
  await round();
  const later = clock.now();
  await database.db.job.update({ where: { id: job.id }, data: { observedAt: new Date(later.getTime() + 60_000) } });
  await changeBehindOurBack(job, { State: "DISABLED" });
  await round();
  expect((await jobNow(job)).observedAt).toEqual(new Date(later.getTime() + 60_000));
});

test("a schedule that bears our name and belongs to no job is removed, and what is not ours is left alone", async () => {
  const job = await newJob();
  await round();
  for (const Name of ["blf-zzzzzzzzzz-ghost", "somebody-elses"])
    await scheduler().send(new CreateScheduleCommand({ ...(await wholeOf(job)), Name }));
  expect(await round()).toMatchObject({ orphans: ["blf-zzzzzzzzzz-ghost"], foreign: ["somebody-elses"] });
  expect(await listed()).toEqual([nameOf(job), "somebody-elses"].sort());
});

test("the brake holds when our records have lost most jobs, and a person's deletions are never braked", async () => {
  const jobs = await Promise.all(Array.from({ length: 15 }, () => newJob()));
  await round();
  await database.db.jobSchedule.deleteMany({ where: { environmentId: environment.id } });
  await database.db.job.deleteMany({ where: { environmentId: environment.id } });
  const report = await round();
  expect(report).toMatchObject({ orphans: [], brakedBecause: expect.stringContaining("15 of 15") });
  expect(await listed()).toHaveLength(jobs.length);

  const kept = await Promise.all(Array.from({ length: 15 }, () => newJob()));
  await round();
  for (const job of kept) await save(job, { deletedAt: clock.now() });
  await round();
  expect(new Set(await Promise.all(kept.map(stateOf)))).toEqual(new Set(["removed"]));
});

test("with removing switched off a deleted job waits", async () => {
  const job = await newJob();
  await round();
  await save(job, { deletedAt: clock.now() });
  const policy = { dryRun: false, noDelete: true, brake: { count: 10, share: 0.2 } };
  expect(await round({ policy })).toMatchObject({ braked: [nameOf(job)] });
  expect(await stateOf(job)).toBe("removing");
  await round();
  expect(await stateOf(job)).toBe("removed");
});

test("an at(...) that was too late says so; one that is over is not made again", async () => {
  const soon = new Date(clock.now().getTime() + 60_000).toISOString().slice(0, 19);
  const inTime = await newJob({ expression: `at(${soon})` });
  await round();
  const late = await newJob({ expression: `at(${soon})` });
  clock.advance(90);
  expect(await round()).toMatchObject({ failed: [{ job: late.slug, sentence: expect.stringContaining("had passed") }] });
  expect((await jobNow(late)).syncError).toMatchObject({ field: "expression", passing: false });
  await removeBehindOurBack(inTime);
  clock.advance(3600);
  await round();
  expect(await stateOf(inTime)).toBe("verified");
  expect(await listed()).toEqual([]);
});

test("what a job was before does not go on when its new moment came too late", async () => {
  const job = await newJob({ expression: "rate(1 hour)" });
  await round();
  const soon = new Date(clock.now().getTime() + 60_000).toISOString().slice(0, 19);
  await save(job, { expression: `at(${soon})` });
  clock.advance(90);
  expect(await round()).toMatchObject({ changed: [{ did: "remove" }], failed: [{ job: job.slug }] });
  expect(await listed()).toEqual([]);
  expect(await stateOf(job)).toBe("refused");
  for (const seconds of [400, 3600]) {
    clock.advance(seconds);
    expect(await round()).toMatchObject({ changed: [], failed: [{ job: job.slug }], repaired: [] });
  }
  await save(job, { expression: "rate(2 hours)" });
  await round();
  expect(await stateOf(job)).toBe("verified");
});

test("a changed environment reaches every job with the worker's next start", async () => {
  const job = await newJob();
  await round();
  environment = { ...environment, subnets: ["subnet-22222222"] };
  deps = sandbox.deps(database.db, clock);
  expect(await round()).toMatchObject({ changed: [{ job: job.slug, did: "update" }], repaired: [] });
  expect((await scheduleOf(job)).Target?.EcsParameters?.NetworkConfiguration?.awsvpcConfiguration?.Subnets).toEqual(["subnet-22222222"]);
});

test("a worker that leaves begins nothing new, and the next one goes on", async () => {
  const jobs = await Promise.all(Array.from({ length: 3 }, () => newJob()));
  const report = await round({ signal: AbortSignal.abort() });
  expect(report).toMatchObject({ changed: [], failed: [], postponed: 3 });
  await round();
  expect(new Set(await Promise.all(jobs.map(stateOf)))).toEqual(new Set(["verified"]));
});

test("a thousand new jobs cost a call each, one for each definition, and a list; unchanged ones ten lists", async () => {
  const rows = Array.from({ length: 1000 }, (_, index) => ({
    ...{ id: `cost${String(index).padStart(6, "0")}`, environmentId: environment.id, slug: `cost-${index}`, name: `Cost ${index}` },
    ...{ application: `app-${index % 20}`, expression: "cron(0 2 * * ? *)", timeZone: "UTC" },
    definition: {
      image: "registry.example.com/a:1",
      entryPoint: [],
      command: [`n${index}`],
      environment: [],
      secrets: [],
      cpu: 256,
      memory: 512,
    },
    policies: { maximumRetryAttempts: 3, maximumEventAgeSeconds: 900 },
    ...{ savedAt: clock.now(), savedBy: "Ada", createdAt: clock.now() },
  }));
  await database.db.job.createMany({ data: rows });
  const total = async () => Object.values(await sandbox.control.calls()).reduce((sum, calls) => sum + calls, 0);

  expect(await round()).toMatchObject({ failed: [], postponed: 0 });
  expect(await total()).toBeLessThanOrEqual(1045);
  expect(await database.db.job.count({ where: { environmentId: environment.id, observedGeneration: 1 } })).toBe(1000);

  await sandbox.control.forgetCalls();
  database.statements.length = 0;
  expect(await round()).toMatchObject({ kept: 1000, changed: [] });
  expect(await sandbox.control.calls()).toEqual({ "scheduler.ListSchedules": 10 });
  expect(writes()).toEqual([]);

  await database.db
    .$executeRaw`update job set generation = 2, definition = jsonb_set(definition, '{image}', '"registry.example.com/a:2"') where environment_id = ${environment.id}`;
  await sandbox.control.forgetCalls();
  expect(await round()).toMatchObject({ failed: [], postponed: 0 });
  expect(await total()).toBeLessThanOrEqual(1045);
  expect(await database.db.job.count({ where: { environmentId: environment.id, observedGeneration: 2 } })).toBe(1000);
}, 120_000);
