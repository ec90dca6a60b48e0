import { DeregisterTaskDefinitionCommand, DescribeTasksCommand, ECSClient, ListTasksCommand } from "@aws-sdk/client-ecs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { makeDatabase } from "@/lib/db/client";
import { getJobById, writeJobIntent } from "@/lib/db/jobs";
import { getRunById, insertRequestedRun, writeStopRequest } from "@/lib/db/runs";
import type { Deps } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";
import { newId } from "@/lib/domain/ids";
import type { Job } from "@/lib/domain/job";
import type { Run, WantedRun } from "@/lib/domain/run";
import { type FixedClock, fixedClock } from "@/lib/testing/clock";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeEnvironment, makeJob } from "@/lib/testing/factories";
import { type TestSandbox, testSandbox } from "@/lib/testing/sandbox";
import { reconcileJobs } from "./reconcile-jobs";
import { reconcileRuns } from "./reconcile-runs";

let database: TestDatabase;
let sandbox: TestSandbox;
let environment: Environment;
let deps: Deps;
let clock: FixedClock;
const ecs = () => new ECSClient({});

beforeAll(async () => {
  [database, sandbox] = await Promise.all([testDatabase(), testSandbox()]);
});
afterAll(() => Promise.all([database.close(), sandbox.close()]));

let count = 0;
beforeEach(async () => {
  const name = `runs-${++count}`;
  environment = await makeEnvironment(database.db, {
    ...sandbox.environment,
    name,
    scheduleGroup: `belfry-${name}`,
    logGroup: `/belfry/${name}`,
  });
  clock = fixedClock(new Date());
  deps = sandbox.deps(database.db, clock);
  await sandbox.control.forgetCalls();
});
afterEach(() => sandbox.control.forgetFaults());

const appliedJob = async (overrides: Parameters<typeof makeJob>[1] = {}): Promise<Job> => {
  const job = await makeJob(database.db, { environmentId: environment.id, savedAt: clock.now(), ...overrides });
  await reconcileJobs(deps, environment);
  return (await getJobById(database.db, job.id)) as Job;
};
const ask = async (job: Job, wanted: Partial<WantedRun> = {}): Promise<Run> => {
  const { command, environment: variables, cpu, memory } = job.definition;
  const { run } = await insertRequestedRun(database.db, {
    ...{ id: newId(), jobId: job.id, environmentId: environment.id, trigger: "person", requestedAt: clock.now(), requestedBy: "Ada" },
    ...{ requestKey: newId(), repeatOfId: null },
    wanted: { taskDefinitionArn: null, jobGeneration: job.generation, command, environment: variables, cpu, memory, ...wanted },
  });
  return run;
};
const round = () => reconcileRuns(deps, environment);
const runNow = async (run: Run) => (await getRunById(database.db, run.id)) as Run;
const launchedArn = async (run: Run) => (await database.db.run.findUnique({ where: { id: run.id } }))?.launchedTaskArn ?? "";
const tasksOf = async (run: Run) => {
  const lists = await Promise.all(
    (["RUNNING", "STOPPED"] as const).map((desiredStatus) =>
      ecs().send(new ListTasksCommand({ cluster: environment.clusterArn, startedBy: `belfry/${run.id}`, desiredStatus })),
    ),
  );
  // A task that ends between the two looks stands in both.
  const tasks = [...new Set(lists.flatMap(({ taskArns = [] }) => taskArns))];
  return tasks.length ? ((await ecs().send(new DescribeTasksCommand({ cluster: environment.clusterArn, tasks }))).tasks ?? []) : [];
};

test("a run that was asked for starts once, as the job stands, and says who asked", async () => {
  const job = await appliedJob({ definition: { environment: [{ name: "MODE", value: "full" }], cpu: 512, memory: 1024 } });
  const run = await ask(job);
  expect(await round()).toMatchObject({ started: 1, refused: 0, waiting: [], failed: [] });
  expect(await round()).toMatchObject({ started: 0 });
  const [task, ...others] = await tasksOf(run);
  expect(others).toEqual([]);
  expect(task).toMatchObject({
    taskArn: await launchedArn(run),
    taskDefinitionArn: job.taskDefinitionArn,
    group: `belfry-${job.id}`,
    cpu: "512",
  });
  expect(task?.overrides?.containerOverrides?.[0]).toMatchObject({
    command: job.definition.command,
    environment: expect.arrayContaining([
      { name: "MODE", value: "full" },
      { name: "BELFRY_JOB", value: job.id },
      { name: "BELFRY_RUN", value: run.id },
    ]),
  });
});

test("a run of a job that is not applied yet waits for it, with a sentence", async () => {
  const job = await makeJob(database.db, { environmentId: environment.id, savedAt: clock.now() });
  const run = await ask(job);
  const report = await round();
  expect(report).toMatchObject({ started: 0, waiting: [{ run: run.id, sentence: expect.stringContaining("waits until AWS") }] });
  expect(report?.againAt?.getTime()).toBeLessThan(clock.now().getTime() + 5000);
  await reconcileJobs(deps, environment);
  expect(await round()).toMatchObject({ started: 1 });
});

test("killed between the start and the note of it, the next round ends with the same task", async () => {
  const job = await appliedJob();
  const run = await ask(job);
  const aws = deps.aws(environment);
  let isCalled = () => {};
  const called = new Promise<void>((resolve) => {
    isCalled = resolve;
  });
  const runTask: typeof aws.ecs.runTask = async (input) => {
    await aws.ecs.runTask(input);
    isCalled();
    return new Promise(() => {});
  };
  void reconcileRuns({ ...deps, aws: () => ({ ...aws, ecs: { ...aws.ecs, runTask } }) }, environment);
  await called;
  await database.db
    .$queryRaw`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'belfry-lock' and datname = current_database()`;
  // The environment's network has changed since: ECS then answers with a conflict that names the task.
  environment = { ...environment, subnets: ["subnet-22222222"] };
  await expect.poll(round).not.toBeNull();
  expect(await tasksOf(run)).toMatchObject([{ taskArn: await launchedArn(run) }]);
});

test("an answer that is lost on the way is no second task", async () => {
  const run = await ask(await appliedJob());
  const error = { code: "ServerException", message: "Try again.", status: 500 };
  await sandbox.control.orderFault({ service: "ecs", operation: "RunTask", error, actFirst: true, times: 3 });
  expect(await round()).toMatchObject({ started: 0, failed: [{ run: run.id }] });
  clock.advance(5);
  expect(await round()).toMatchObject({ started: 1 });
  expect(await tasksOf(run)).toHaveLength(1);
});

test("two rounds at once start a run once", async () => {
  const run = await ask(await appliedJob());
  const other = makeDatabase(database.url);
  await Promise.all([round(), reconcileRuns(sandbox.deps(other, clock), environment)]);
  await other.$disconnect();
  expect(await tasksOf(run)).toHaveLength(1);
});

test("a throttled start is tried again later, and the others go on", async () => {
  const job = await appliedJob();
  const [first, second] = [await ask(job), await ask(job)];
  await sandbox.control.orderFault({ service: "ecs", operation: "RunTask", error: { code: "ThrottlingException" }, times: 3 });
  const report = await round();
  expect((report?.started ?? 0) + (report?.failed.length ?? 0)).toBe(2);
  await sandbox.control.forgetFaults();
  clock.advance(10);
  await round();
  expect([(await tasksOf(first)).length, (await tasksOf(second)).length]).toEqual([1, 1]);
});

test.each([
  ["an exception", { code: "AccessDeniedException", message: "User is not authorized to perform: ecs:RunTask", status: 400 }],
  ["a wrong network", { code: "InvalidParameterException", message: "Error retrieving subnet information", status: 400 }],
])("AWS's refusal by %s stands on the run, in its own words", async (_what, error) => {
  const run = await ask(await appliedJob());
  await sandbox.control.orderFault({ service: "ecs", operation: "RunTask", error });
  expect(await round()).toMatchObject({ started: 0, refused: 1 });
  expect((await runNow(run)).launchError).toMatchObject({
    awsCode: error.code,
    awsMessage: error.message,
    sentence: expect.stringMatching(/./),
  });
  expect(await round()).toMatchObject({ started: 0, refused: 0 });
});

test("a 200 that started nothing is a refusal", async () => {
  const run = await ask(await appliedJob());
  const aws = deps.aws(environment);
  const runTask = async () => ({ failure: { reason: "RESOURCE:ENI", detail: "" } });
  await reconcileRuns({ ...deps, aws: () => ({ ...aws, ecs: { ...aws.ecs, runTask } }) }, environment);
  expect((await runNow(run)).launchError).toMatchObject({ awsCode: "RESOURCE:ENI" });
});

test("a run that pins a retired revision gets it registered anew, with the same content", async () => {
  const job = await appliedJob();
  const arn = job.taskDefinitionArn ?? "";
  await database.db.taskDefinition.updateMany({ where: { arn }, data: { retiredAt: clock.now() } });
  await ecs().send(new DeregisterTaskDefinitionCommand({ taskDefinition: arn }));
  const run = await ask(job, { taskDefinitionArn: arn });
  expect(await round()).toMatchObject({ started: 1 });
  const [task] = await tasksOf(run);
  expect(task?.taskDefinitionArn).not.toBe(arn);
  expect(task?.containers?.[0]?.image).toBe(job.definition.image);
});

test("a revision that was deregistered behind our back is found out by a start, and made anew", async () => {
  const job = await appliedJob();
  await ecs().send(new DeregisterTaskDefinitionCommand({ taskDefinition: job.taskDefinitionArn ?? "" }));
  const error = { code: "ClientException", message: "TaskDefinition is inactive" };
  await sandbox.control.orderFault({ service: "ecs", operation: "RunTask", error });
  const run = await ask(job);
  await round();
  await reconcileJobs(deps, environment);
  clock.advance(5);
  await round();
  expect(await tasksOf(run)).toHaveLength(1);
  expect((await getJobById(database.db, job.id))?.taskDefinitionArn).not.toBe(job.taskDefinitionArn);
});

test("a stop reaches the task and names who asked", async () => {
  const run = await ask(await appliedJob({ definition: { command: ["sh", "-c", "sleep 60"] } }));
  await round();
  await writeStopRequest(database.db, run.id, { at: clock.now(), by: "Grace" });
  expect(await round()).toMatchObject({ stopped: 1 });
  await expect.poll(async () => (await tasksOf(run))[0]?.lastStatus, { timeout: 10_000 }).toBe("STOPPED");
  expect((await tasksOf(run))[0]).toMatchObject({ stopCode: "UserInitiated", stoppedReason: "Stopped by Grace in Belfry" });
  expect(await round()).toMatchObject({ stopped: 0 });
});

test("a stop that ECS cannot place yet, because it does not show the task so soon, is not lost", async () => {
  const run = await ask(await appliedJob({ definition: { command: ["sh", "-c", "sleep 60"] } }));
  await round();
  await writeStopRequest(database.db, run.id, { at: clock.now(), by: "Grace" });
  const error = { code: "InvalidParameterException", message: "The referenced task was not found.", status: 400 };
  await sandbox.control.orderFault({ service: "ecs", operation: "StopTask", error, times: 1 });
  expect(await round()).toMatchObject({ stopped: 0, failed: [], againAt: expect.any(Date) });
  expect(await round()).toMatchObject({ stopped: 1 });
  await expect.poll(async () => (await tasksOf(run))[0]?.lastStatus, { timeout: 10_000 }).toBe("STOPPED");
});

test("a run that is stopped before it was started never starts", async () => {
  const run = await ask(await appliedJob());
  await writeStopRequest(database.db, run.id, { at: clock.now(), by: "Grace" });
  expect(await round()).toMatchObject({ started: 0, withdrawn: 1 });
  expect(await runNow(run)).toMatchObject({ state: "stopped", cause: { headline: "Stopped by Grace before it was started" } });
  expect(await tasksOf(run)).toEqual([]);
});

test("a run of a job that was deleted meanwhile fails with that reason", async () => {
  const job = await appliedJob();
  const run = await ask(job);
  await writeJobIntent(database.db, job.id, job.generation, { deletedAt: clock.now() }, { savedAt: clock.now(), savedBy: "Ada" });
  expect(await round()).toMatchObject({ started: 0, refused: 1 });
  expect(await runNow(run)).toMatchObject({ state: "failed", cause: { headline: expect.stringContaining("deleted") } });
});
