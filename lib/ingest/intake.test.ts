import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makeDatabase } from "@/lib/db/client";
import { looksOf } from "@/lib/db/looks";
import { listSetAside } from "@/lib/db/set-aside";
import { runVariables, toOverrides } from "@/lib/desired/overrides";
import { toRunTask } from "@/lib/desired/run-task";
import type { Job } from "@/lib/domain/job";
import type { Run, WantedRun } from "@/lib/domain/run";
import { makeRun } from "@/lib/testing/factories";
import { intake } from "./intake";
import { type TestGround, testGround } from "./test-ground";

let ground: TestGround;
beforeAll(async () => {
  ground = await testGround();
});
afterAll(() => ground.close());

const round = () => intake({ deps: ground.deps, environment: ground.environment, waitSeconds: 0 });

/** Rounds until the job's newest run is in a state. */
const untilRun = (job: Job, state: Run["state"]): Promise<Run> =>
  vi.waitFor(
    async () => {
      await round();
      const [run] = await ground.runsOf(job);
      expect(run?.state).toBe(state);
      return run as Run;
    },
    { timeout: 20_000, interval: 50 },
  );

const wantedOf = (job: Job, taskDefinitionArn: string): WantedRun => ({
  taskDefinitionArn,
  jobGeneration: job.generation,
  command: job.definition.command,
  environment: [],
  cpu: 256,
  memory: 512,
});

test("a schedule that fires becomes a run, from the first instruction to the exit code", async () => {
  const job = await ground.jobThatRuns("echo hello");
  await ground.fire(job);
  const run = await untilRun(job, "succeeded");
  expect(run).toMatchObject({
    trigger: "schedule",
    jobGeneration: 1,
    attempt: 1,
    exitCode: 0,
    stopCode: "EssentialContainerExited",
    cause: null,
    duplicateOfId: null,
    cpu: 256,
    memory: 512,
    logGroup: ground.environment.logGroup,
    source: "event",
    containers: [{ name: "main", exitCode: 0 }],
    overrides: { containerOverrides: [{ name: "main", command: ["sh", "-c", "echo hello"] }] },
  });
  expect(run.scheduledAt).toEqual(run.dueAt);
  expect(run.logStream).toBe(`belfry/main/${run.taskArn?.split("/").at(-1)}`);
  expect(run.startedAt?.getTime()).toBeLessThanOrEqual(run.stoppedAt?.getTime() ?? 0);
  expect(Object.keys(run.phases)).toEqual(expect.arrayContaining(["createdAt", "startedAt", "stoppedAt"]));
});

test("a command that fails says why in words", async () => {
  const job = await ground.jobThatRuns("exit 3");
  await ground.fire(job);
  const run = await untilRun(job, "failed");
  expect(run).toMatchObject({ exitCode: 3, cause: { kind: "exit-code", awsWords: ["Essential container in task exited"] } });
});

test("an image that is not there fails without an exit code", async () => {
  const job = await ground.jobThatRuns("echo", { image: "sandbox/no-such-image" });
  await ground.fire(job);
  expect(await untilRun(job, "failed")).toMatchObject({ exitCode: null, startedAt: null, cause: { kind: "image-not-found" } });
});

test("events that come again change nothing, and are removed", async () => {
  const job = await ground.jobThatRuns("echo again");
  await ground.fire(job);
  const before = await untilRun(job, "succeeded");
  const delivered = await ground.control.redeliverEvents({
    region: ground.environment.region,
    containing: before.taskArn ?? "",
    newestFirst: true,
  });
  expect(delivered).toBeGreaterThan(2);
  expect(await round()).toMatchObject({ received: delivered, recorded: 0, known: delivered, failed: 0 });
  expect(await ground.runsOf(job)).toEqual([before]);
  expect(await round()).toMatchObject({ received: 0 });
});

test("a run that somebody asked for gets its task, also when the event is faster than the answer", async () => {
  const job = await ground.jobThatRuns("echo asked");
  const arn = await ground.register(job);
  const wanted = wantedOf(job, arn);
  const asked = await makeRun(ground.db, { jobId: job.id, trigger: "person", requestedAt: new Date(), requestedBy: "Ada", wanted });
  await ground.start(toRunTask(asked, wanted, arn, ground.environment));
  const run = await untilRun(job, "succeeded");
  expect(run).toMatchObject({ id: asked.id, trigger: "person", requestedBy: "Ada", scheduledAt: null, duplicateOfId: null });
  expect(await ground.runsOf(job)).toHaveLength(1);
});

test("our startedBy with no run behind it is a start from outside", async () => {
  const job = await ground.jobThatRuns("echo forged");
  const arn = await ground.register(job);
  const run = { id: "01998f2e-7b1c-7000-8000-0123456789ab", jobId: job.id };
  await ground.start(toRunTask(run, wantedOf(job, arn), arn, ground.environment));
  expect(await untilRun(job, "succeeded")).toMatchObject({ trigger: "outside", requestedAt: null });
});

test("whoever stopped a run through Belfry is named", async () => {
  const job = await ground.jobThatRuns("exec sleep 60");
  await ground.fire(job);
  const running = await untilRun(job, "running");
  await ground.db.run.update({ where: { id: running.id }, data: { stopRequestedAt: new Date(), stopRequestedBy: "Ada" } });
  await ground.aws.ecs.stopTask({ cluster: ground.environment.clusterArn, task: running.taskArn ?? "", reason: "Stopped by Ada" });
  expect(await untilRun(job, "stopped")).toMatchObject({ cause: { kind: "stopped-by-person", headline: "Stopped by Ada" } });
});

test("a second task for the same moment stands beside the run", async () => {
  const job = await ground.jobThatRuns("echo twice");
  const arn = await ground.register(job);
  const moment = [
    { name: "BELFRY_SCHEDULED_TIME", value: "2026-03-22T18:59:00Z" },
    { name: "BELFRY_ATTEMPT", value: "1" },
  ];
  const start = { taskDefinition: arn, group: `belfry-${job.id}`, overrides: toOverrides(job, moment) };
  await ground.start(start);
  const first = await untilRun(job, "succeeded");
  await ground.start(start);
  const runs = await vi.waitFor(async () => {
    await round();
    const rows = await ground.runsOf(job);
    expect(rows.map(({ state }) => state)).toEqual(["succeeded", "succeeded"]);
    return rows;
  });
  expect(runs.map(({ duplicateOfId }) => duplicateOfId).sort()).toEqual([first.id, null]);
});

test("a task started by hand from our family belongs to the only job of that application", async () => {
  const job = await ground.jobThatRuns("echo by hand", { application: "alone" });
  const taskDefinition = await ground.register(job);
  await ground.start({ taskDefinition, startedBy: "somebody", overrides: { containerOverrides: [{ name: "main", command: ["true"] }] } });
  expect(await untilRun(job, "succeeded")).toMatchObject({ trigger: "outside", scheduledAt: null });
});

test("a task that could belong to several jobs, or to a job that is not here, is left out", async () => {
  const [job] = [await ground.jobThatRuns("true", { application: "shared" }), await ground.jobThatRuns("true", { application: "shared" })];
  const taskDefinition = await ground.register(job);
  const foreign = { ...job, id: "nobodysjob" };
  const tasks = [
    await ground.start({ taskDefinition }),
    await ground.start({ taskDefinition, group: "belfry-nobodysjob", overrides: toOverrides(foreign, runVariables("x")) }),
  ];
  await ground.untilEnded(tasks);
  const report = await round();
  expect(report.ignored).toBeGreaterThanOrEqual(6);
  expect(report).toMatchObject({ recorded: 0, received: report.ignored });
});

test("a message that cannot be read is kept aside and holds up nobody", async () => {
  const queue = new SQSClient({});
  const QueueUrl = ground.environment.eventQueueUrl;
  await queue.send(new SendMessageCommand({ QueueUrl, MessageBody: "not an event" }));
  await queue.send(
    new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ source: "aws.health", "detail-type": "Other", detail: {} }) }),
  );
  expect(await round()).toMatchObject({ received: 2, unreadable: 1, ignored: 1, recorded: 0 });
  expect((await ground.aws.queue.depth(QueueUrl)).messages).toBe(0);
  expect((await listSetAside(ground.db, { limit: 10 })).rows).toMatchObject([
    { queue: "events", body: "not an event", reason: "The message is not JSON." },
  ]);
});

test("the queue has told all once it is empty, and not while somebody else has a message in hands", async () => {
  const { db, deps, environment, aws } = ground;
  const at = new Date(Date.now() + 3_600_000);
  const roundAt = (now: Date) => intake({ deps: { ...deps, clock: { now: () => now } }, environment, waitSeconds: 0 });
  await roundAt(at);
  expect((await looksOf(db, environment.id)).events).toEqual(at);

  await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: environment.eventQueueUrl, MessageBody: "in hands" }));
  const [message] = await aws.queue.receive(environment.eventQueueUrl, 1);
  await roundAt(new Date(at.getTime() + 60_000));
  expect((await looksOf(db, environment.id)).events).toEqual(at);

  await aws.queue.remove(environment.eventQueueUrl, [message?.handle ?? ""]);
  await roundAt(new Date(at.getTime() + 120_000));
  expect((await looksOf(db, environment.id)).events).toEqual(new Date(at.getTime() + 120_000));
});

test("a queue that is never empty has told what was sent well before the messages that it gives", async () => {
  const { db, deps, environment } = ground;
  await db.look.deleteMany({ where: { environmentId: environment.id } });
  const began = Date.now();
  await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: environment.eventQueueUrl, MessageBody: "one of many" }));
  expect(await intake({ deps, environment, waitSeconds: 0, mostLooks: 1 })).toMatchObject({ received: 1 });
  const { events } = await looksOf(db, environment.id);
  expect(events?.getTime()).toBeGreaterThan(began - 6 * 60_000);
  expect(events?.getTime()).toBeLessThan(began - 4 * 60_000);
});

test("while Postgres is away nothing is removed, and afterwards nothing is missing", async () => {
  const job = await ground.jobThatRuns("echo patience");
  const away = makeDatabase("postgresql://nobody@127.0.0.1:9/none");
  await ground.fire(job);
  await ground.untilStopped(1);
  await vi.waitFor(
    async () => {
      await expect(intake({ deps: { ...ground.deps, db: away }, environment: ground.environment, waitSeconds: 1 })).rejects.toThrow();
    },
    { timeout: 15_000 },
  );
  await ground.control.advanceClock(40);
  expect(await untilRun(job, "succeeded")).toMatchObject({ exitCode: 0 });
  await away.$disconnect();
});

test("a hundred events are taken in one round", async () => {
  for (let sent = 0; sent < 100; ) sent += await ground.control.redeliverEvents({ region: ground.environment.region, limit: 20 });
  expect(await round()).toMatchObject({ received: 100, recorded: 0, unreadable: 0, failed: 0 });
});

test("a round that is asked to leave ends at once", async () => {
  const leaving = new AbortController();
  const long = intake({ deps: ground.deps, environment: ground.environment, waitSeconds: 20, signal: leaving.signal });
  setTimeout(() => leaving.abort(), 100);
  const began = performance.now();
  expect(await long).toMatchObject({ recorded: 0 });
  expect(performance.now() - began).toBeLessThan(5_000);
});
