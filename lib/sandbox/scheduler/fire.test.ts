import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  GetScheduleCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type SandboxControl, sandboxControl } from "../control-client";
import { type RunningSandbox, startSandbox } from "../start-server";
import { skipMissed } from "./fire";

const region = "eu-central-1";
const account = "123456789012";
const RoleArn = `arn:aws:iam::${account}:role/scheduler`;
const jobsQueue = `arn:aws:sqs:${region}:${account}:jobs`;
const deadQueue = `arn:aws:sqs:${region}:${account}:dead`;
const hour = 3600;

let sandbox: RunningSandbox;
let control: SandboxControl;
let scheduler: SchedulerClient;
let sqs: SQSClient;
let iam: IAMClient;
let ecs: ECSClient;
let folder: string;

const still = { provisioningMs: 0, pullingMs: 0, deprovisioningMs: 0, logIngestionMs: 0, eventDelayMs: 0 };

async function open(): Promise<void> {
  sandbox = await startSandbox({ port: 0, dataFolder: folder, settings: still });
  control = sandboxControl(sandbox.endpoint);
  const options = { endpoint: sandbox.endpoint, region, credentials: { accessKeyId: "test", secretAccessKey: "test" }, maxAttempts: 1 };
  scheduler = new SchedulerClient(options);
  sqs = new SQSClient(options);
  iam = new IAMClient(options);
  ecs = new ECSClient(options);
}

async function shut(): Promise<void> {
  for (const client of [scheduler, sqs, iam, ecs]) client.destroy();
  await sandbox.close();
}

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sandbox-fire-"));
  await open();
  const trust = { Effect: "Allow", Principal: { Service: "scheduler.amazonaws.com" }, Action: "sts:AssumeRole" };
  await iam.send(
    new CreateRoleCommand({
      RoleName: "scheduler",
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
    }),
  );
  for (const QueueName of ["jobs", "dead"])
    await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { MessageRetentionPeriod: "1209600" } }));
});

afterEach(async () => {
  await shut();
  rmSync(folder, { recursive: true, force: true });
});

const Input = "<aws.scheduler.scheduled-time>";

function wanted(change: Partial<CreateScheduleCommandInput>): CreateScheduleCommandInput {
  return {
    Name: "job",
    ScheduleExpression: "cron(0 3 * * ? *)",
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: { Arn: jobsQueue, RoleArn, Input },
    ...change,
  };
}

const create = (change: Partial<CreateScheduleCommandInput>) => scheduler.send(new CreateScheduleCommand(wanted(change)));
const update = (change: Partial<CreateScheduleCommandInput>) => scheduler.send(new UpdateScheduleCommand(wanted(change)));

/** Takes everything out of a queue. */
async function drained(name: "jobs" | "dead"): Promise<Message[]> {
  const QueueUrl = `${sandbox.endpoint}/${account}/${name}`;
  const all: Message[] = [];
  for (;;) {
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] }));
    if (!Messages) return all;
    for (const message of Messages) {
      all.push(message);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    }
  }
}

const seen: string[] = [];
/** Waits until so many moments arrived, and gives them in order. */
async function fired(count: number): Promise<string[]> {
  seen.length = 0;
  await expect
    .poll(async () => {
      seen.push(...(await drained("jobs")).map(({ Body }) => Body ?? ""));
      return seen.length;
    })
    .toBe(count);
  return [...seen].sort();
}

async function deadLetter(): Promise<{ body: string; attributes: Record<string, string | undefined> }> {
  let letters: Message[] = [];
  await expect
    .poll(async () => {
      letters = letters.concat(await drained("dead"));
      return letters.length;
    })
    .toBe(1);
  const [letter] = letters;
  return {
    body: letter?.Body ?? "",
    attributes: Object.fromEntries(Object.entries(letter?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue])),
  };
}

test("a cron fires at its local time; a time that the clocks leave out is skipped", async () => {
  await control.setClock(new Date("2027-03-26T12:00:00Z"));
  await create({ ScheduleExpression: "cron(30 2 * * ? *)", ScheduleExpressionTimezone: "Europe/Berlin" });
  await control.advanceClock(3 * 24 * hour);
  // The 28th has no 02:30.
  expect(await fired(2)).toEqual(["2027-03-27T01:30:00Z", "2027-03-29T00:30:00Z"]);
});

test("a time that comes twice fires once, at the first", async () => {
  await control.setClock(new Date("2027-10-30T12:00:00Z"));
  await create({ ScheduleExpression: "cron(30 2 * * ? *)", ScheduleExpressionTimezone: "Europe/Berlin" });
  await control.advanceClock(2 * 24 * hour);
  expect(await fired(2)).toEqual(["2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z"]);
});

test("a rate fires at once and then counts from there; an update makes it count anew", async () => {
  await control.setClock(new Date("2027-01-01T10:00:00Z"));
  await create({ ScheduleExpression: "rate(1 hour)" });
  expect(await fired(1)).toHaveLength(1);
  await control.advanceClock(1.5 * hour);
  expect((await fired(1))[0]).toMatch(/^2027-01-01T11:00:0/);
  await update({ ScheduleExpression: "rate(1 hour)" });
  expect((await fired(1))[0]).toMatch(/^2027-01-01T11:30:0/);
  await control.advanceClock(hour);
  expect((await fired(1))[0]).toMatch(/^2027-01-01T12:30:0/);
});

test("StartDate and EndDate bound what fires", async () => {
  await control.setClock(new Date("2027-01-01T00:00:00Z"));
  await create({
    ScheduleExpression: "cron(0 * * * ? *)",
    StartDate: new Date("2027-01-01T02:00:00Z"),
    EndDate: new Date("2027-01-01T04:00:00Z"),
  });
  await control.advanceClock(8 * hour);
  expect(await fired(3)).toEqual(["2027-01-01T02:00:00Z", "2027-01-01T03:00:00Z", "2027-01-01T04:00:00Z"]);
  // An ended schedule stays, enabled, and never fires.
  expect((await scheduler.send(new GetScheduleCommand({ Name: "job" }))).State).toBe("ENABLED");
});

test("what is to be deleted after its completion is gone after its last moment, and not before", async () => {
  const names = ["once", "bounded", "endless"];
  await control.setClock(new Date("2027-01-01T00:00:00Z"));
  const ActionAfterCompletion = "DELETE";
  await create({ Name: "once", ScheduleExpression: "at(2027-01-01T01:30:00)", ActionAfterCompletion });
  await create({
    Name: "bounded",
    ScheduleExpression: "cron(0 * * * ? *)",
    EndDate: new Date("2027-01-01T02:30:00Z"),
    ActionAfterCompletion,
  });
  await create({ Name: "endless", ScheduleExpression: "cron(0 * * * ? *)", ActionAfterCompletion });
  const there = async () => {
    const found = await Promise.allSettled(names.map((Name) => scheduler.send(new GetScheduleCommand({ Name }))));
    return names.filter((_, index) => found[index]?.status === "fulfilled");
  };
  await control.advanceClock(1.2 * hour);
  await fired(2);
  expect(await there()).toEqual(names);
  await control.advanceClock(hour);
  await fired(3);
  await expect.poll(there).toEqual(["endless"]);
});

test("a disabled schedule does not fire; an at() that passed meanwhile fires when it is enabled", async () => {
  await control.setClock(new Date("2027-01-01T00:00:00Z"));
  await create({ ScheduleExpression: "at(2027-01-01T01:00:00)", State: "DISABLED" });
  await control.advanceClock(2 * hour);
  expect(await drained("jobs")).toEqual([]);
  await update({ ScheduleExpression: "at(2027-01-01T01:00:00)" });
  expect(await fired(1)).toEqual(["2027-01-01T01:00:00Z"]);
});

test("a flexible window spreads the moments, and tells the nominal one", async () => {
  await control.setClock(new Date("2027-01-01T00:59:00Z"));
  for (let n = 0; n < 20; n += 1)
    await create({
      Name: `job-${n}`,
      ScheduleExpression: "at(2027-01-01T01:00:00)",
      FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 60 },
    });
  await control.advanceClock(0.5 * hour);
  await expect.poll(async () => (await control.insideCalls())["sqs.SendMessage"] ?? 0).toBeGreaterThan(0);
  const early = (await drained("jobs")).length;
  expect(early).toBeGreaterThan(0);
  expect(early).toBeLessThan(20);
  await control.advanceClock(hour);
  expect(new Set(await fired(20 - early))).toEqual(new Set(["2027-01-01T01:00:00Z"]));
});

test("a moved clock fires every moment that it passed", async () => {
  await control.setClock(new Date("2027-01-01T00:00:30Z"));
  await create({ ScheduleExpression: "cron(* * * * ? *)" });
  await control.advanceClock(2 * hour);
  const moments = await fired(120);
  expect(new Set(moments).size).toBe(120);
  expect(moments[0]).toBe("2027-01-01T00:01:00Z");
});

test("an ordered firing happens at once, of a disabled schedule too", async () => {
  await create({ State: "DISABLED" });
  const { executionId } = await control.fire({ scheduleName: "job", region });
  expect(executionId).toMatch(/^[0-9a-f]{16}$/);
  await fired(1);
  await expect(control.fire({ scheduleName: "ghost", region })).rejects.toThrow("Schedule ghost does not exist.");
});

test("a passing error is tried again until it answers", async () => {
  await control.orderFault({ service: "sqs", operation: "SendMessage", error: { code: "InternalFailure", status: 500 }, times: 2 });
  await create({ ScheduleExpression: "rate(1 day)", Target: { Arn: jobsQueue, RoleArn, Input: "attempt <aws.scheduler.attempt-number>" } });
  await expect.poll(async () => (await control.insideCalls())["sqs.SendMessage"]).toBe(1);
  await control.advanceClock(5);
  await expect.poll(async () => (await control.insideCalls())["sqs.SendMessage"]).toBe(2);
  await control.advanceClock(5);
  expect(await fired(1)).toEqual(["attempt 3"]);
});

test("attempts that run out end in the dead-letter queue, with the reason", async () => {
  await control.setClock(new Date("2027-01-01T00:59:59Z"));
  await control.orderFault({
    service: "ecs",
    operation: "RunTask",
    error: { code: "ThrottlingException", message: "Rate exceeded" },
    times: 9,
  });
  const overrides = '{"containerOverrides":[]}';
  await create({
    ScheduleExpression: "at(2027-01-01T01:00:00)",
    Target: {
      Arn: `arn:aws:ecs:${region}:${account}:cluster/jobs`,
      RoleArn,
      Input: overrides,
      EcsParameters: { TaskDefinitionArn: `arn:aws:ecs:${region}:${account}:task-definition/f:1` },
      RetryPolicy: { MaximumRetryAttempts: 2 },
      DeadLetterConfig: { Arn: deadQueue },
    },
  });
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await control.advanceClock(5);
    await expect.poll(async () => (await control.insideCalls())["ecs.RunTask"]).toBe(attempt);
  }
  const { body, attributes } = await deadLetter();
  expect(body).toBe(overrides);
  expect(attributes).toEqual({
    ERROR_CODE: "ThrottlingException",
    ERROR_MESSAGE: "Rate exceeded",
    EXECUTION_ID: expect.stringMatching(/^[0-9a-f]{16}$/),
    EXHAUSTED_RETRY_CONDITION: "MaximumRetryAttempts",
    IS_PAYLOAD_TRUNCATED: "false",
    RETRY_ATTEMPTS: "2",
    SCHEDULED_TIME: "2027-01-01T01:00:00Z",
    SCHEDULE_ARN: `arn:aws:scheduler:${region}:${account}:schedule/default/job`,
    TARGET_ARN: `arn:aws:ecs:${region}:${account}:cluster/jobs`,
  });
});

test("a payload that is too long for the dead-letter queue is cut, and says so", async () => {
  const QueueUrl = `${sandbox.endpoint}/${account}/dead`;
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { MaximumMessageSize: "1024" } }));
  const long = "ä".repeat(2000);
  await create({
    Target: { Arn: `arn:aws:lambda:${region}:${account}:function:none`, RoleArn, Input: long, DeadLetterConfig: { Arn: deadQueue } },
  });
  await control.fire({ scheduleName: "job", region });
  const { body, attributes } = await deadLetter();
  expect(attributes.IS_PAYLOAD_TRUNCATED).toBe("true");
  expect(body.length).toBeGreaterThan(100);
  expect(long.startsWith(body)).toBe(true);
});

test("an event that grows too old ends in the dead-letter queue", async () => {
  await control.orderFault({ service: "sqs", operation: "SendMessage", error: { code: "InternalFailure", status: 500 }, times: 1 });
  await create({
    ScheduleExpression: "rate(1 day)",
    Target: { Arn: jobsQueue, RoleArn, Input, RetryPolicy: { MaximumEventAgeInSeconds: 60 }, DeadLetterConfig: { Arn: deadQueue } },
  });
  await expect.poll(async () => (await control.insideCalls())["sqs.SendMessage"]).toBe(1);
  await control.orderFault({ service: "sqs", operation: "SendMessage", error: { code: "InternalFailure", status: 500 }, times: 1 });
  await control.advanceClock(120);
  const { attributes } = await deadLetter();
  expect(attributes).toMatchObject({ EXHAUSTED_RETRY_CONDITION: "MaximumEventAgeInSeconds", RETRY_ATTEMPTS: "1" });
});

test.each<[string, CreateScheduleCommandInput["Target"], string]>([
  ["a queue that does not exist", { Arn: `${jobsQueue}-none`, RoleArn, Input }, "QueueDoesNotExist"],
  [
    "a cluster that does not exist",
    {
      Arn: `arn:aws:ecs:${region}:${account}:cluster/none`,
      RoleArn,
      EcsParameters: { TaskDefinitionArn: `arn:aws:ecs:${region}:${account}:task-definition/f:1` },
    },
    "ClusterNotFoundException",
  ],
  [
    "a target that is not imitated",
    { Arn: `arn:aws:lambda:${region}:${account}:function:f`, RoleArn },
    "AWS.Scheduler.InternalServerError",
  ],
])("%s is a permanent error: no retry, and no condition exhausted", async (_what, target, code) => {
  await create({
    ScheduleExpression: "rate(1 day)",
    Target: { ...target, Arn: target?.Arn, RoleArn, DeadLetterConfig: { Arn: deadQueue } },
  });
  const { attributes } = await deadLetter();
  expect(attributes).toMatchObject({ ERROR_CODE: code, RETRY_ATTEMPTS: "0" });
  expect(attributes).not.toHaveProperty("EXHAUSTED_RETRY_CONDITION");
});

test("a role that was removed since is a permanent error", async () => {
  await create({ Target: { Arn: jobsQueue, RoleArn, Input, DeadLetterConfig: { Arn: deadQueue } } });
  await iam.send(new DeleteRoleCommand({ RoleName: "scheduler" }));
  await control.fire({ scheduleName: "job", region });
  expect((await deadLetter()).attributes).toMatchObject({ ERROR_CODE: "AccessDeniedException", RETRY_ATTEMPTS: "0" });
});

test("a task carries what the schedule said, its context, and 19 characters of its name", async () => {
  await ecs.send(new CreateClusterCommand({ clusterName: "jobs" }));
  for (const RoleName of ["task-start"]) {
    const trust = { Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" };
    await iam.send(
      new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }) }),
    );
  }
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "f",
      cpu: "256",
      memory: "512",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      executionRoleArn: `arn:aws:iam::${account}:role/task-start`,
      containerDefinitions: [{ name: "main", image: "busybox", command: ["true"] }],
    }),
  );
  await control.setClock(new Date("2027-01-01T00:59:00Z"));
  const environment = [
    { name: "AT", value: "<aws.scheduler.scheduled-time>" },
    { name: "ARN", value: "<aws.scheduler.schedule-arn>" },
    { name: "TRY", value: "<aws.scheduler.attempt-number>" },
  ];
  await create({
    Name: "blf-0123456789-nightly-report",
    ScheduleExpression: "at(2027-01-01T01:00:00)",
    Target: {
      Arn: `arn:aws:ecs:${region}:${account}:cluster/jobs`,
      RoleArn,
      Input: JSON.stringify({ containerOverrides: [{ name: "main", command: ["echo", "hello"], environment }] }),
      EcsParameters: {
        TaskDefinitionArn: taskDefinition?.taskDefinitionArn,
        LaunchType: "FARGATE",
        Group: "belfry-x",
        NetworkConfiguration: { awsvpcConfiguration: { Subnets: ["subnet-1"] } },
        Tags: [{ key: "team", value: "billing" }],
      },
    },
  });
  await control.advanceClock(90);
  const startedBy = "chronos-schedule/blf-0123456789-nigh";
  let taskArns: string[] = [];
  await expect
    .poll(async () => {
      const lists = await Promise.all(
        (["RUNNING", "STOPPED"] as const).map((desiredStatus) =>
          ecs.send(new ListTasksCommand({ cluster: "jobs", startedBy, desiredStatus })),
        ),
      );
      taskArns = lists.flatMap((list) => list.taskArns ?? []);
      return taskArns.length;
    })
    .toBe(1);
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: "jobs", tasks: taskArns, include: ["TAGS"] }));
  expect(tasks?.[0]).toMatchObject({ startedBy, group: "belfry-x", launchType: "FARGATE", tags: [{ key: "team", value: "billing" }] });
  const [override] = tasks?.[0]?.overrides?.containerOverrides ?? [];
  expect(override?.command).toEqual(["echo", "hello"]);
  expect(Object.fromEntries((override?.environment ?? []).map(({ name, value }) => [name, value]))).toEqual({
    AT: "2027-01-01T01:00:00Z",
    ARN: `arn:aws:scheduler:${region}:${account}:schedule/default/blf-0123456789-nightly-report`,
    TRY: "1",
  });
});

test("a universal target gets its whole request, in capitals", async () => {
  await create({
    ScheduleExpression: "rate(1 day)",
    Target: {
      Arn: "arn:aws:scheduler:::aws-sdk:sqs:sendMessage",
      RoleArn,
      Input: JSON.stringify({ QueueUrl: `${sandbox.endpoint}/${account}/jobs`, MessageBody: "universal" }),
    },
  });
  expect(await fired(1)).toEqual(["universal"]);
});

test("after a start the sandbox goes on with its schedules and its moved clock", async () => {
  await control.setClock(new Date("2027-01-01T00:00:00Z"));
  await create({ ScheduleExpression: "cron(0 * * * ? *)" });
  await create({ Name: "gone", ScheduleExpression: "cron(0 * * * ? *)" });
  await scheduler.send(new DeleteScheduleCommand({ Name: "gone" }));
  await shut();
  await open();
  expect((await control.now()).toISOString()).toMatch(/^2027-01-01T00:0/);
  await control.advanceClock(1.5 * hour);
  expect(await fired(1)).toEqual(["2027-01-01T01:00:00Z"]);
});

test("what passed while the sandbox was down is not fired", async () => {
  await control.setClock(new Date("2027-01-01T00:30:00Z"));
  await create({ ScheduleExpression: "cron(0 * * * ? *)" });
  // What a start finds: a later time than the next moment, and no beat in between.
  sandbox.world.clock.advance(3 * hour);
  skipMissed(sandbox.world, sandbox.world.region(region));
  await control.advanceClock(hour);
  expect(await fired(1)).toEqual(["2027-01-01T04:00:00Z"]);
});
