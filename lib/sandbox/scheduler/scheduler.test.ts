import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  SchedulerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { sandboxControl } from "../control-client";
import { type RunningSandbox, startSandbox } from "../start-server";

const region = "eu-central-1";
const account = "123456789012";
const goodRole = `arn:aws:iam::${account}:role/scheduler`;
const lambda = "arn:aws:lambda:eu-central-1:123456789012:function:none";
const cluster = `arn:aws:ecs:${region}:${account}:cluster/jobs`;

let sandbox: RunningSandbox;
let scheduler: SchedulerClient;
let iam: IAMClient;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sandbox-scheduler-"));
  sandbox = await startSandbox({ port: 0, dataFolder: folder });
  const options = { endpoint: sandbox.endpoint, region, credentials: { accessKeyId: "test", secretAccessKey: "test" }, maxAttempts: 1 };
  scheduler = new SchedulerClient(options);
  iam = new IAMClient(options);
});

beforeEach(async () => {
  await sandboxControl(sandbox.endpoint).reset();
  await makeRole("scheduler", {});
});

afterAll(async () => {
  scheduler.destroy();
  iam.destroy();
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

async function makeRole(name: string, statement: object): Promise<void> {
  const trust = { Effect: "Allow", Principal: { Service: "scheduler.amazonaws.com" }, Action: "sts:AssumeRole", ...statement };
  await iam.send(
    new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }) }),
  );
}

function wanted(change: Partial<CreateScheduleCommandInput> = {}): CreateScheduleCommandInput {
  return {
    Name: "nightly",
    ScheduleExpression: "cron(0 3 * * ? *)",
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: { Arn: lambda, RoleArn: goodRole },
    ...change,
  };
}

const create = (change: Partial<CreateScheduleCommandInput> = {}) => scheduler.send(new CreateScheduleCommand(wanted(change)));
const get = (Name = "nightly", GroupName?: string) => scheduler.send(new GetScheduleCommand({ Name, GroupName }));

/** What AWS would show of a refusal: name, status and sentence. */
async function refusal(call: Promise<unknown>): Promise<{ name: string; status: number; message: string }> {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as { name: string; message: string; $metadata: { httpStatusCode: number } };
    return { name, status: $metadata.httpStatusCode, message };
  }
  throw new Error("It was not refused.");
}

const badExpressions = [
  "cron(0 1 * * * *)",
  "cron(7 20 * * NOT *)",
  "cron(INVALID)",
  "cron(0 dummy ? * MON-FRI *)",
  "cron(71 8 1 * ? *)",
  "cron()",
  "rate(10 seconds)",
  "rate(10 years)",
  "rate()",
  "rate(10)",
  "rate(10 minutess)",
  "rate(foo minutes)",
  "rate(-10 minutes)",
  "rate( 10 minutes )",
  " rate(10 minutes)",
  "at(2021-12-31T23:59:59Z)",
  "at(2021-12-31)",
];

test.each(badExpressions)("the expression %j is refused in AWS's words, before the role is looked at", async (expression) => {
  const answer = await refusal(
    create({ ScheduleExpression: expression, Target: { Arn: lambda, RoleArn: `arn:aws:iam::${account}:role/none` } }),
  );
  expect(answer).toEqual({ name: "ValidationException", status: 400, message: `Invalid Schedule Expression ${expression}.` });
});

test.each([
  "cron(0-15/1 8-8 ? * 2,3,4,5,6,7 *)",
  "cron(30-30 13-13 ? * 2,4,6 *)",
  "cron(1-31/30 1-1 ? * 1,7 *)",
  "cron(0 18 ? * MON-FRI *)",
  "cron(*/15 * * * ? *)",
  "cron(0-59/10 0-23/2 ? * * *)",
  "at(2022-12-31T23:59:59)",
])("the expression %j is taken and kept as it was sent", async (expression) => {
  await create({ ScheduleExpression: expression });
  expect((await get()).ScheduleExpression).toBe(expression);
});

test("a schedule made with the least shows the defaults that AWS shows, and nothing else", async () => {
  const { $metadata: _of, ...made } = await create();
  expect(made).toEqual({ ScheduleArn: `arn:aws:scheduler:${region}:${account}:schedule/default/nightly` });
  const { $metadata: _, CreationDate, LastModificationDate, ...schedule } = await get();
  expect(CreationDate).toEqual(LastModificationDate);
  expect(schedule).toEqual({
    Arn: `arn:aws:scheduler:${region}:${account}:schedule/default/nightly`,
    GroupName: "default",
    Name: "nightly",
    ScheduleExpression: "cron(0 3 * * ? *)",
    ScheduleExpressionTimezone: "UTC",
    State: "ENABLED",
    ActionAfterCompletion: "NONE",
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: { Arn: lambda, RoleArn: goodRole, RetryPolicy: { MaximumEventAgeInSeconds: 86400, MaximumRetryAttempts: 185 } },
  });
});

test("an update replaces the whole schedule: what it leaves out goes back to the default", async () => {
  await create({
    Description: "At night",
    State: "DISABLED",
    ScheduleExpressionTimezone: "Europe/Berlin",
    StartDate: new Date(Date.now() + 60_000),
    EndDate: new Date(Date.now() + 90_000_000),
    ActionAfterCompletion: "DELETE",
    FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 5 },
    Target: {
      Arn: lambda,
      RoleArn: goodRole,
      Input: "{}",
      RetryPolicy: { MaximumRetryAttempts: 3 },
      DeadLetterConfig: { Arn: `arn:aws:sqs:${region}:${account}:dead` },
    },
  });
  const before = await get();
  expect(before.Target?.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 86400, MaximumRetryAttempts: 3 });
  await scheduler.send(new UpdateScheduleCommand(wanted()));
  const after = await get();
  expect(after).toMatchObject({ State: "ENABLED", ScheduleExpressionTimezone: "UTC", ActionAfterCompletion: "NONE" });
  for (const member of ["Description", "StartDate", "EndDate"] as const) expect(after[member]).toBeUndefined();
  expect(after.Target).toEqual({
    Arn: lambda,
    RoleArn: goodRole,
    RetryPolicy: { MaximumEventAgeInSeconds: 86400, MaximumRetryAttempts: 185 },
  });
  expect(after.FlexibleTimeWindow).toEqual({ Mode: "OFF" });
  expect(after.CreationDate).toEqual(before.CreationDate);
});

test("each update moves the date of modification, however fast they come", async () => {
  await create();
  const seen: number[] = [];
  for (let turn = 0; turn < 20; turn += 1) {
    await scheduler.send(new UpdateScheduleCommand(wanted()));
    seen.push((await get()).LastModificationDate?.getTime() ?? 0);
  }
  expect(new Set(seen).size).toBe(20);
  expect([...seen].sort((left, right) => left - right)).toEqual(seen);
});

test("a whole ECS target comes back as it was sent", async () => {
  const target = {
    Arn: cluster,
    RoleArn: goodRole,
    Input: '{"containerOverrides":[{"name":"main","environment":[{"name":"AT","value":"<aws.scheduler.scheduled-time>"}]}]}',
    RetryPolicy: { MaximumEventAgeInSeconds: 900, MaximumRetryAttempts: 3 },
    DeadLetterConfig: { Arn: `arn:aws:sqs:${region}:${account}:dead` },
    EcsParameters: {
      TaskDefinitionArn: `arn:aws:ecs:${region}:${account}:task-definition/family:7`,
      TaskCount: 1,
      LaunchType: "FARGATE" as const,
      PlatformVersion: "1.4.0",
      Group: "belfry-x",
      PropagateTags: "TASK_DEFINITION" as const,
      EnableECSManagedTags: true,
      NetworkConfiguration: {
        awsvpcConfiguration: { Subnets: ["subnet-b", "subnet-a"], SecurityGroups: ["sg-1"], AssignPublicIp: "DISABLED" as const },
      },
      Tags: [{ key: "team", value: "billing" }],
    },
  };
  await create({ Target: target });
  expect((await get()).Target).toEqual(target);
});

const long = "n".repeat(65);
const refusals: [string, Partial<CreateScheduleCommandInput>, string][] = [
  [
    "a long name",
    { Name: long },
    `1 validation error detected: Value '${long}' at 'name' failed to satisfy constraint: Member must have length less than or equal to 64`,
  ],
  [
    "a name with a blank",
    { Name: "a b" },
    "1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$",
  ],
  [
    "a state that does not exist",
    { State: "PAUSED" as "ENABLED" },
    "1 validation error detected: Value 'PAUSED' at 'state' failed to satisfy constraint: Member must satisfy enum value set: [ENABLED, DISABLED]",
  ],
  [
    "two faults at once",
    { Description: "d".repeat(513), Target: { Arn: lambda, RoleArn: goodRole, RetryPolicy: { MaximumRetryAttempts: 186 } } },
    `2 validation errors detected: Value '${"d".repeat(513)}' at 'description' failed to satisfy constraint: Member must have length less than or equal to 512; Value '186' at 'target.retryPolicy.maximumRetryAttempts' failed to satisfy constraint: Member must have value less than or equal to 185`,
  ],
  [
    "no role",
    { Target: { Arn: lambda, RoleArn: undefined } },
    "1 validation error detected: Value null at 'target.roleArn' failed to satisfy constraint: Member must not be null",
  ],
  [
    "a window of no length",
    { FlexibleTimeWindow: { Mode: "FLEXIBLE" } },
    "MaximumWindowInMinutes must be given when FlexibleTimeWindow.Mode is FLEXIBLE.",
  ],
  [
    "a zone that does not exist",
    { ScheduleExpressionTimezone: "Europe/Atlantis" },
    "Invalid Schedule Expression Timezone Europe/Atlantis.",
  ],
  ["a start long ago", { StartDate: new Date(Date.now() - 6 * 60_000) }, "The StartDate you specify cannot be earlier than 5 minutes ago."],
  [
    "an end before the start",
    { StartDate: new Date(Date.now() + 120_000), EndDate: new Date(Date.now() + 60_000) },
    "The EndDate you specify must be after the StartDate.",
  ],
  ["a target that is no ARN", { Target: { Arn: "jobs", RoleArn: goodRole } }, "Provided Arn is not in correct format."],
  [
    "a role that does not exist",
    { Target: { Arn: lambda, RoleArn: `arn:aws:iam::${account}:role/none` } },
    "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
  ],
  [
    "an Input that is no TaskOverride",
    {
      Target: {
        Arn: cluster,
        RoleArn: goodRole,
        Input: '{"containerOverrides":',
        EcsParameters: { TaskDefinitionArn: `arn:aws:ecs:${region}:${account}:task-definition/f:1` },
      },
    },
    'Unable to convert target input to TaskOverride, JSON syntax error in input: {"containerOverrides":',
  ],
  [
    "a universal RunTask in the API's own small letters",
    { Target: { Arn: "arn:aws:scheduler:::aws-sdk:ecs:runTask", RoleArn: goodRole, Input: '{"cluster":"jobs","taskDefinition":"f:1"}' } },
    "Invalid RequestJson provided. Reason: missing field TaskDefinition.",
  ],
  [
    "a universal SendMessage without Input",
    { Target: { Arn: "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", RoleArn: goodRole } },
    "Invalid RequestJson provided. Reason: missing field QueueUrl.",
  ],
];

test.each(refusals)("%s is refused, and nothing is made", async (_what, change, message) => {
  expect(await refusal(create(change))).toEqual({ name: "ValidationException", status: 400, message });
  expect((await scheduler.send(new ListSchedulesCommand({}))).Schedules).toEqual([]);
});

test("a dead-letter queue has to be a standard queue", async () => {
  const Target = { Arn: lambda, RoleArn: goodRole, DeadLetterConfig: { Arn: `arn:aws:sqs:${region}:${account}:dead.fifo` } };
  const { name, message } = await refusal(create({ Target }));
  expect(name).toBe("ValidationException");
  expect(message).toContain(
    "at 'target.deadLetterConfig.arn' failed to satisfy constraint: Member must satisfy regular expression pattern",
  );
});

test.each<[string, object, boolean]>([
  [
    "the group's ARN",
    { Condition: { ArnEquals: { "aws:SourceArn": `arn:aws:scheduler:${region}:${account}:schedule-group/default` } } },
    true,
  ],
  ["the account", { Condition: { StringEquals: { "aws:SourceAccount": account } } }, true],
  ["any group", { Condition: { ArnLike: { "aws:SourceArn": `arn:aws:scheduler:*:${account}:schedule-group/*` } } }, true],
  [
    "a schedule's ARN",
    { Condition: { ArnLike: { "aws:SourceArn": `arn:aws:scheduler:${region}:${account}:schedule/default/nightly` } } },
    false,
  ],
  ["another account", { Condition: { StringEquals: { "aws:SourceAccount": "999999999999" } } }, false],
  ["another service", { Principal: { Service: "ecs-tasks.amazonaws.com" } }, false],
  ["nobody", { Effect: "Deny" }, false],
])("a role that trusts %s: taken is %s", async (_what, statement, isTaken) => {
  await makeRole("other", statement);
  const call = create({ Target: { Arn: lambda, RoleArn: `arn:aws:iam::${account}:role/other` } });
  if (isTaken) await call;
  else
    expect((await refusal(call)).message).toBe("The execution role you provide must allow AWS EventBridge Scheduler to assume the role.");
});

test("a role that was just made is not known everywhere yet", async () => {
  const control = sandboxControl(sandbox.endpoint);
  await control.changeSettings({ rolePropagationMs: 10_000 });
  await makeRole("young", {});
  const Target = { Arn: lambda, RoleArn: `arn:aws:iam::${account}:role/young` };
  expect((await refusal(create({ Target }))).message).toMatch(/must allow AWS EventBridge Scheduler to assume the role/);
  await control.advanceClock(10);
  await create({ Target });
});

test("a role that was removed is refused at the next update", async () => {
  await create();
  await iam.send(new DeleteRoleCommand({ RoleName: "scheduler" }));
  expect((await refusal(scheduler.send(new UpdateScheduleCommand(wanted())))).name).toBe("ValidationException");
});

test("what does not exist and what exists already is said as AWS says it", async () => {
  expect(await refusal(get("ghost"))).toEqual({
    name: "ResourceNotFoundException",
    status: 404,
    message: "Schedule ghost does not exist.",
  });
  expect(await refusal(create({ GroupName: "ghosts" }))).toEqual({
    name: "ResourceNotFoundException",
    status: 404,
    message: "Schedule group ghosts does not exist.",
  });
  expect(await refusal(scheduler.send(new ListSchedulesCommand({ GroupName: "ghosts" })))).toMatchObject({
    name: "ResourceNotFoundException",
  });
  expect(await refusal(scheduler.send(new UpdateScheduleCommand(wanted())))).toMatchObject({ message: "Schedule nightly does not exist." });
  expect(await refusal(scheduler.send(new DeleteScheduleCommand({ Name: "nightly" })))).toMatchObject({ status: 404 });
  await create();
  expect(await refusal(create())).toEqual({ name: "ConflictException", status: 409, message: "Schedule nightly already exists." });
});

test("the same call with the same ClientToken is answered again, with other members it is a conflict", async () => {
  const first = await create({ ClientToken: "one" });
  expect((await create({ ClientToken: "one" })).ScheduleArn).toBe(first.ScheduleArn);
  expect((await refusal(create({ ClientToken: "one", Description: "other" }))).name).toBe("ConflictException");
  await scheduler.send(new DeleteScheduleCommand({ Name: "nightly", ClientToken: "two" }));
  await scheduler.send(new DeleteScheduleCommand({ Name: "nightly", ClientToken: "two" }));
});

test("a list is thin, filters by group, state and prefix, and comes in pages", async () => {
  await scheduler.send(new CreateScheduleGroupCommand({ Name: "jobs" }));
  for (let n = 0; n < 25; n += 1)
    await create({ GroupName: "jobs", Name: `job-${String(n).padStart(2, "0")}`, State: n % 5 === 0 ? "DISABLED" : "ENABLED" });
  await create({ Name: "job-default" });

  const names: string[] = [];
  const sizes: number[] = [];
  let NextToken: string | undefined;
  do {
    const page = await scheduler.send(new ListSchedulesCommand({ GroupName: "jobs", MaxResults: 10, NextToken }));
    names.push(...(page.Schedules ?? []).map(({ Name }) => Name ?? ""));
    sizes.push(page.Schedules?.length ?? 0);
    NextToken = page.NextToken;
  } while (NextToken);
  expect(sizes).toEqual([10, 10, 5]);
  expect(new Set(names).size).toBe(25);

  const [item] = (await scheduler.send(new ListSchedulesCommand({ NamePrefix: "job-00" }))).Schedules ?? [];
  expect(Object.keys(item ?? {}).sort()).toEqual(["Arn", "CreationDate", "GroupName", "LastModificationDate", "Name", "State", "Target"]);
  expect(item?.Target).toEqual({ Arn: lambda });
  const disabled = await scheduler.send(new ListSchedulesCommand({ State: "DISABLED" }));
  expect(disabled.Schedules?.length).toBe(5);
  expect((await scheduler.send(new ListSchedulesCommand({}))).Schedules?.length).toBe(26);
  expect((await refusal(scheduler.send(new ListSchedulesCommand({ MaxResults: 101 })))).message).toContain("less than or equal to 100");
  expect((await refusal(scheduler.send(new ListSchedulesCommand({ NextToken: "nonsense" })))).name).toBe("ValidationException");
});

test("the group default is there without being made, and stays", async () => {
  expect((await scheduler.send(new ListScheduleGroupsCommand({}))).ScheduleGroups?.map(({ Name }) => Name)).toEqual(["default"]);
  expect((await refusal(scheduler.send(new DeleteScheduleGroupCommand({ Name: "default" })))).name).toBe("ValidationException");
});

test("a deleted group is DELETING for a while, then it is gone with all its schedules", async () => {
  const control = sandboxControl(sandbox.endpoint);
  await control.changeSettings({ groupDeletionMs: 60_000 });
  await scheduler.send(new CreateScheduleGroupCommand({ Name: "jobs" }));
  await create({ GroupName: "jobs" });
  await scheduler.send(new DeleteScheduleGroupCommand({ Name: "jobs" }));
  expect((await scheduler.send(new GetScheduleGroupCommand({ Name: "jobs" }))).State).toBe("DELETING");
  expect((await get("nightly", "jobs")).Name).toBe("nightly");
  expect((await refusal(create({ GroupName: "jobs", Name: "late" }))).name).toBe("ConflictException");
  expect((await refusal(scheduler.send(new CreateScheduleGroupCommand({ Name: "jobs" })))).name).toBe("ConflictException");
  await control.advanceClock(61);
  await expect
    .poll(async () => (await refusal(scheduler.send(new GetScheduleGroupCommand({ Name: "jobs" })))).message)
    .toBe("Schedule group jobs does not exist.");
  expect((await refusal(get("nightly", "jobs"))).name).toBe("ResourceNotFoundException");
});

test("groups carry tags, schedules do not", async () => {
  const { ScheduleGroupArn } = await scheduler.send(new CreateScheduleGroupCommand({ Name: "jobs", Tags: [{ Key: "a", Value: "1" }] }));
  const ResourceArn = ScheduleGroupArn as string;
  await scheduler.send(
    new TagResourceCommand({
      ResourceArn,
      Tags: [
        { Key: "b", Value: "2" },
        { Key: "a", Value: "3" },
      ],
    }),
  );
  expect((await scheduler.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags).toEqual([
    { Key: "a", Value: "3" },
    { Key: "b", Value: "2" },
  ]);
  await scheduler.send(new UntagResourceCommand({ ResourceArn, TagKeys: ["a", "b"] }));
  expect((await scheduler.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags).toEqual([]);
  const { ScheduleArn } = await create();
  expect((await refusal(scheduler.send(new TagResourceCommand({ ResourceArn: ScheduleArn, Tags: [{ Key: "a", Value: "1" }] })))).name).toBe(
    "ValidationException",
  );
  const elsewhere = ResourceArn.replace(region, "us-west-2");
  expect(await refusal(scheduler.send(new ListTagsForResourceCommand({ ResourceArn: elsewhere })))).toEqual({
    name: "ResourceNotFoundException",
    status: 404,
    message: "Schedule group jobs does not exist.",
  });
});

test("regions know nothing of each other", async () => {
  await create();
  const elsewhere = new SchedulerClient({
    endpoint: sandbox.endpoint,
    region: "us-west-2",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  expect((await elsewhere.send(new ListSchedulesCommand({}))).Schedules).toEqual([]);
  elsewhere.destroy();
});
