import { DeregisterTaskDefinitionCommand, ECSClient } from "@aws-sdk/client-ecs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { getJobById, writeJobIntent } from "@/lib/db/jobs";
import { listRepairs } from "@/lib/db/observations";
import { intendTaskDefinition } from "@/lib/db/task-definitions";
import type { Deps } from "@/lib/deps";
import { fingerprint } from "@/lib/desired/fingerprint";
import { toTaskDefinition } from "@/lib/desired/task-definition";
import type { Environment } from "@/lib/domain/environment";
import type { Job } from "@/lib/domain/job";
import { type FixedClock, fixedClock } from "@/lib/testing/clock";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeEnvironment, makeJob, makeRun } from "@/lib/testing/factories";
import { type TestSandbox, testSandbox } from "@/lib/testing/sandbox";
import { reconcileJobs } from "./reconcile-jobs";
import { retireRevisions } from "./retire-revisions";

let database: TestDatabase;
let sandbox: TestSandbox;
let environment: Environment;
let deps: Deps;
let clock: FixedClock;

beforeAll(async () => {
  [database, sandbox] = await Promise.all([testDatabase(), testSandbox()]);
});
afterAll(() => Promise.all([database.close(), sandbox.close()]));

let count = 0;
beforeEach(async () => {
  const name = `retire-${++count}`;
  environment = await makeEnvironment(database.db, {
    ...sandbox.environment,
    name,
    scheduleGroup: `belfry-${name}`,
    logGroup: `/belfry/${name}`,
  });
  clock = fixedClock(new Date());
  deps = sandbox.deps(database.db, clock);
});
afterEach(() => sandbox.control.forgetFaults());

const hours = (count: number) => count * 3600;
const jobNow = async (job: Job) => (await getJobById(database.db, job.id)) as Job;
const appliedJob = async (): Promise<Job> => {
  const job = await makeJob(database.db, { environmentId: environment.id, savedAt: clock.now() });
  await reconcileJobs(deps, environment);
  return jobNow(job);
};
const save = async (job: Job, change: Parameters<typeof writeJobIntent>[3]) => {
  await writeJobIntent(database.db, job.id, (await jobNow(job)).generation, change, { savedAt: clock.now(), savedBy: "Ada" });
  await reconcileJobs(deps, environment);
};
const withImage = (job: Job, tag: number) => ({ definition: { ...job.definition, image: `registry.example.com/reports:${tag}` } });
const round = () => retireRevisions(deps, environment);
const active = () => deps.aws(environment).ecs.listTaskDefinitionArns(`belfry-${environment.name}-reports`);

test("a revision is retired a day after the last job left it, and not before", async () => {
  const job = await appliedJob();
  await save(job, withImage(job, 2));
  await round();
  clock.advance(hours(23));
  expect(await round()).toMatchObject({ retired: [] });
  expect(await active()).toHaveLength(2);
  clock.advance(hours(2));
  expect(await round()).toMatchObject({ retired: [job.taskDefinitionArn?.split("/")[1]], failed: [] });
  expect(await active()).toEqual([(await jobNow(job)).taskDefinitionArn]);
});

test("a revision that a job went back to is not retired", async () => {
  const job = await appliedJob();
  await save(job, withImage(job, 2));
  await round();
  clock.advance(hours(20));
  await save(job, { definition: job.definition });
  await round();
  clock.advance(hours(20));
  expect(await round()).toMatchObject({ retired: [] });
});

test("a revision with a run of the last day, or one that waits to be started, is not retired", async () => {
  const job = await appliedJob();
  await save(job, withImage(job, 2));
  await round();
  clock.advance(hours(30));
  const run = await makeRun(database.db, {
    jobId: job.id,
    state: "succeeded",
    taskDefinitionArn: job.taskDefinitionArn,
    dueAt: clock.now(),
  });
  expect(await round()).toMatchObject({ retired: [] });
  await database.db.run.delete({ where: { id: run.id } });
  await makeRun(database.db, {
    jobId: job.id,
    dueAt: clock.now(),
    wanted: { taskDefinitionArn: job.taskDefinitionArn, jobGeneration: 1, command: [], environment: [], cpu: 256, memory: 512 },
  });
  clock.advance(hours(30));
  expect(await round()).toMatchObject({ retired: [] });
});

test("a deleted job's revision is retired in time", async () => {
  const job = await appliedJob();
  await save(job, { deletedAt: clock.now() });
  await round();
  clock.advance(hours(25));
  expect(await round()).toMatchObject({ retired: [job.taskDefinitionArn?.split("/")[1]] });
  expect(await active()).toEqual([]);
});

test("killed between noting and deregistering, the next round deregisters", async () => {
  const job = await appliedJob();
  await save(job, withImage(job, 2));
  await round();
  clock.advance(hours(25));
  await sandbox.control.orderFault({
    service: "ecs",
    operation: "DeregisterTaskDefinition",
    error: { code: "ServerException", status: 500 },
    times: 3,
  });
  expect(await round()).toMatchObject({ retired: [], failed: [{ revision: job.taskDefinitionArn?.split("/")[1] }] });
  expect(await round()).toMatchObject({ retired: [job.taskDefinitionArn?.split("/")[1]], failed: [] });
});

test("a retired revision is registered anew for a job that wants it again", async () => {
  const job = await appliedJob();
  await save(job, withImage(job, 2));
  await round();
  clock.advance(hours(25));
  await round();
  await save(job, { definition: job.definition });
  expect((await jobNow(job)).taskDefinitionArn).not.toBe(job.taskDefinitionArn);
  expect(await active()).toContain((await jobNow(job)).taskDefinitionArn);
});

test("a revision that was deregistered behind our back is registered again, and said", async () => {
  const job = await appliedJob();
  await new ECSClient({}).send(new DeregisterTaskDefinitionCommand({ taskDefinition: job.taskDefinitionArn ?? "" }));
  clock.advance(hours(1));
  const revision = job.taskDefinitionArn?.split("/")[1];
  expect(await round()).toMatchObject({ foundGone: [revision] });
  expect(await reconcileJobs(deps, environment)).toMatchObject({ changed: [{ job: job.slug, did: "update" }], repaired: [] });
  expect(await active()).toEqual([(await jobNow(job)).taskDefinitionArn]);
  expect(await listRepairs(database.db, job.id, 5)).toMatchObject([
    { sentence: `The revision ${revision} had been deregistered in AWS; the job is given a new one.` },
  ]);
  expect(await round()).toMatchObject({ foundGone: [] });
});

test("what a killed worker had registered and nobody wants any more is found and retired in time", async () => {
  const job = await makeJob(database.db, { environmentId: environment.id });
  const document = toTaskDefinition(job, environment);
  await intendTaskDefinition(database.db, {
    ...{ environmentId: environment.id, fingerprint: fingerprint(document), family: document.family ?? "", document, at: clock.now() },
  });
  const arn = await deps.aws(environment).ecs.registerTaskDefinition(document);
  await database.db.job.delete({ where: { id: job.id } });
  clock.advance(hours(1));
  expect(await round()).toMatchObject({ foundAgain: [arn.split("/")[1]] });
  clock.advance(hours(25));
  expect(await round()).toMatchObject({ retired: [arn.split("/")[1]] });
  expect(await active()).toEqual([]);
});

test("a round changes a few revisions only, because registering draws from the same bucket", async () => {
  const job = await appliedJob();
  for (let tag = 2; tag <= 13; tag++) await save(job, withImage(job, tag));
  await round();
  clock.advance(hours(25));
  expect((await round())?.retired).toHaveLength(10);
  expect((await round())?.retired).toHaveLength(2);
});
