import { SchedulerClient, UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { getJobById, writeJobIntent } from "@/lib/db/jobs";
import { insertRequestedRun, writeStopRequest } from "@/lib/db/runs";
import type { Deps } from "@/lib/deps";
import { scheduleName } from "@/lib/desired/names";
import type { Environment } from "@/lib/domain/environment";
import { newId } from "@/lib/domain/ids";
import { type Job, syncStateOf } from "@/lib/domain/job";
import type { Run } from "@/lib/domain/run";
import { type FixedClock, fixedClock } from "@/lib/testing/clock";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeEnvironment, makeJob } from "@/lib/testing/factories";
import { type TestSandbox, testSandbox } from "@/lib/testing/sandbox";
import { reconcileJobs } from "./reconcile-jobs";
import { reconcileRuns } from "./reconcile-runs";

/*
 * One job's trouble is its own: whatever AWS does to the calls of one, the others have what they want at once.
 */

let database: TestDatabase;
let sandbox: TestSandbox;
let environment: Environment;
let deps: Deps;
let clock: FixedClock;

beforeAll(async () => {
  // A task that does not come to run needs no process.
  [database, sandbox] = await Promise.all([testDatabase(), testSandbox({ provisioningMs: 36_000_000 })]);
});
afterAll(() => Promise.all([database.close(), sandbox.close()]));

let count = 0;
beforeEach(async () => {
  const name = `waits-${++count}`;
  const own = { name, scheduleGroup: `belfry-${name}`, logGroup: `/belfry/${name}` };
  environment = await makeEnvironment(database.db, { ...sandbox.environment, ...own });
  clock = fixedClock(new Date());
  deps = sandbox.deps(database.db, clock);
  await sandbox.control.forgetCalls();
});
afterEach(() => sandbox.control.forgetFaults());

const soon = { timeout: 20_000, interval: 20 };
const hangs = { delayMs: 600_000, times: 1000 };
const newJob = (overrides: Parameters<typeof makeJob>[1] = {}) =>
  makeJob(database.db, { environmentId: environment.id, savedAt: clock.now(), ...overrides });
const jobNow = async ({ id }: Job) => (await getJobById(database.db, id)) as Job;
const stateOf = async (job: Job) => syncStateOf(await jobNow(job));
const statesOf = async (jobs: Job[]) => [...new Set(await Promise.all(jobs.map(stateOf)))];
const save = async (job: Job, change: Parameters<typeof writeJobIntent>[3]) =>
  writeJobIntent(database.db, job.id, (await jobNow(job)).generation, change, { savedAt: clock.now(), savedBy: "Ada" });
const jobs = (...names: string[]) => Promise.all(names.map((slug) => newJob({ slug: `${slug}-${count}`, application: slug })));
const goodJobs = () => Promise.all(Array.from({ length: 8 }, () => newJob({ application: "good" })));
/** Everything that AWS is asked about one job goes wrong. */
const failAll = (job: Job, fault: object) =>
  sandbox.control.orderFault({ service: "scheduler", operation: "*", containing: job.id, times: 1000, ...fault });

test.each([
  ["throttled", { error: { code: "ThrottlingException", message: "Rate exceeded", status: 429 } }, /asks for fewer changes/],
  ["answered with 500", { error: { code: "InternalServerException", message: "Oh.", status: 500 } }, /does not answer as it should/],
  ["denied", { error: { code: "AccessDeniedException", message: "No right.", status: 403 } }, /does not allow this to Belfry/],
  ["done with a lost answer", { actFirst: true, dropConnection: true }, /does not answer as it should/],
])("whatever concerns one job is %s: it says so, and the others are verified in the same round", async (_how, fault, sentence) => {
  const bad = await newJob();
  const [later, ...good] = await goodJobs();
  await failAll(bad, fault);
  expect(await reconcileJobs(deps, environment)).toMatchObject({ failed: [{ job: bad.slug }] });
  expect(await statesOf([later as Job, ...good])).toEqual(["verified"]);
  expect((await jobNow(bad)).syncError?.sentence).toMatch(sentence);

  // Also where the others were there before it failed, and change meanwhile. When it is tried again stays as it was told.
  await save(later as Job, { expression: "cron(0 3 * * ? *)" });
  expect((await reconcileJobs(deps, environment))?.againAt).toEqual((await jobNow(bad)).retryAt);
  expect(await stateOf(later as Job)).toBe("verified");

  await sandbox.control.forgetFaults();
  clock.advance(600);
  await reconcileJobs(deps, environment);
  expect(await stateOf(bad)).toBe("verified");
});

test("calls of some jobs hang, whatever they are: the others are verified meanwhile, also one that is saved then", async () => {
  const [moved, removed, read] = (await jobs("moved", "removed", "read")) as [Job, Job, Job];
  await reconcileJobs(deps, environment);
  expect(await statesOf([moved, removed, read])).toEqual(["verified"]);

  // All of these are to be done by one round.
  const [created, registered] = (await jobs("created", "registered")) as [Job, Job];
  await save(moved, { expression: "cron(0 4 * * ? *)" });
  await save(removed, { deletedAt: clock.now() });
  const { Target, FlexibleTimeWindow } =
    (await deps.aws(environment).scheduler.getSchedule(environment.scheduleGroup, scheduleName(read))) ?? {};
  const changed = { Name: scheduleName(read), GroupName: environment.scheduleGroup, ScheduleExpression: "rate(5 minutes)" };
  await new SchedulerClient({}).send(new UpdateScheduleCommand({ ...changed, Target, FlexibleTimeWindow }));
  const good = await goodJobs();
  const hang = (service: "scheduler" | "ecs", operation: string, containing: string) =>
    sandbox.control.orderFault({ service, operation, containing, ...hangs });
  await hang("scheduler", "CreateSchedule", created.id);
  await hang("ecs", "RegisterTaskDefinition", `belfry-${environment.name}-registered`);
  await hang("scheduler", "UpdateSchedule", moved.id);
  await hang("scheduler", "DeleteSchedule", removed.id);
  await hang("scheduler", "GetSchedule", read.id);

  const wanted = new AbortController();
  let isOver = false;
  const first = reconcileJobs(deps, environment, { wanted: wanted.signal }).finally(() => {
    isOver = true;
  });
  await expect.poll(() => statesOf(good), soon).toEqual(["verified"]);
  expect(isOver).toBe(false);

  const late = await newJob({ application: "good" });
  wanted.abort();
  expect(await first).toMatchObject({ slow: 5, failed: [] });
  await sandbox.control.forgetCalls();
  expect(await reconcileJobs(deps, environment)).toMatchObject({ changed: [{ job: late.slug }], failed: [], repaired: [] });
  expect(await stateOf(late)).toBe("verified");
  // What hangs is not asked a second time meanwhile.
  expect(Object.keys(await sandbox.control.calls()).toSorted()).toEqual([
    "scheduler.CreateSchedule",
    "scheduler.GetSchedule",
    "scheduler.ListSchedules",
  ]);

  const bad = [created, registered, moved, removed, read];
  const sentences = async () => (await Promise.all(bad.map(jobNow))).map(({ syncError }) => syncError?.sentence ?? "");
  await expect.poll(sentences, soon).toEqual(bad.map(() => expect.stringContaining("AWS does not answer as it should")));
  await sandbox.control.forgetFaults();
  clock.advance(600);
  const again = async () => {
    await reconcileJobs(deps, environment);
    return Promise.all(bad.map(stateOf));
  };
  await expect.poll(again, soon).toEqual(["verified", "verified", "verified", "removed", "verified"]);
  expect(await deps.aws(environment).scheduler.listSchedules(environment.scheduleGroup)).toHaveLength(4 + good.length + 1);
  expect(await deps.aws(environment).ecs.listTaskDefinitionArns(`belfry-${environment.name}-registered`)).toHaveLength(1);
});

const ask = async (job: Job): Promise<Run> => {
  const { definition, generation, taskDefinitionArn } = await jobNow(job);
  const { command, environment: variables, cpu, memory } = definition;
  const { run } = await insertRequestedRun(database.db, {
    ...{ id: newId(), jobId: job.id, environmentId: environment.id, trigger: "person", requestedAt: clock.now(), requestedBy: "Ada" },
    ...{ requestKey: newId(), repeatOfId: null },
    wanted: { taskDefinitionArn, jobGeneration: generation, command, environment: variables, cpu, memory },
  });
  return run;
};
const launchOf = async ({ id }: Run) => database.db.run.findUniqueOrThrow({ where: { id } });
const isStarted = async (run: Run) => (await launchOf(run)).launchedTaskArn !== null;
const startedTasks = () => sandbox.world.region(environment.region).ecs.tasks.size;

test("a job's starts hang, more of them than are made at once: other jobs' runs start at once, and none is started twice", async () => {
  const [bad, good] = (await jobs("bad", "good")) as [Job, Job];
  await reconcileJobs(deps, environment);
  const startedBefore = startedTasks();
  const hanging = await Promise.all(Array.from({ length: 10 }, () => ask(bad)));
  const behind = await ask(good);
  await sandbox.control.orderFault({ service: "ecs", operation: "RunTask", containing: bad.id, ...hangs });
  const wanted = new AbortController();
  const first = reconcileRuns(deps, environment, { wanted: wanted.signal });
  await expect.poll(() => isStarted(behind), soon).toBe(true);

  const asked = await ask(good);
  // One of which the start is under way is not withdrawn: nobody knows whether it has a task.
  await writeStopRequest(database.db, hanging[0]?.id ?? "", { at: clock.now(), by: "Ada" });
  wanted.abort();
  expect(await first).toMatchObject({ started: 1, failed: [], withdrawn: 0, slow: 10 });
  expect(await reconcileRuns(deps, environment)).toMatchObject({ started: 1, failed: [], withdrawn: 0 });
  expect(await isStarted(asked)).toBe(true);

  const tried = async () => (await Promise.all(hanging.map(launchOf))).map(({ launchAttempts }) => launchAttempts);
  await expect.poll(tried, soon).toEqual(hanging.map(() => 1));
  await sandbox.control.forgetFaults();
  // It is told when it is tried again, though the round that failed is over.
  expect((await reconcileRuns(deps, environment))?.againAt?.getTime()).toBeGreaterThan(clock.now().getTime());
  clock.advance(120);
  expect(await reconcileRuns(deps, environment)).toMatchObject({ started: 9, failed: [] });
  expect(startedTasks()).toBe(startedBefore + 12);
});
