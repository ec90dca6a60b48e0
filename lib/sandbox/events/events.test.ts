import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
  TestEventPatternCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { sandboxControl } from "../control-client";
import { type RunningSandbox, startSandbox } from "../start-server";
import { publishEvent } from "./publish";

const region = "eu-central-1";
const pattern = JSON.stringify({ source: ["aws.ecs"], detail: { group: [{ prefix: "belfry-" }] } });
let sandbox: RunningSandbox;
let events: EventBridgeClient;
let sqs: SQSClient;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "belfry-events-"));
  sandbox = await startSandbox({ port: 0, dataFolder: folder, settings: { eventDelayMs: 0 } });
  const common = { endpoint: sandbox.endpoint, region, credentials: { accessKeyId: "test", secretAccessKey: "test" }, maxAttempts: 1 };
  events = new EventBridgeClient(common);
  sqs = new SQSClient(common);
});

afterAll(async () => {
  events.destroy();
  sqs.destroy();
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => sandboxControl(sandbox.endpoint).reset());

/** A rule `tasks` that delivers to a queue whose policy allows it. */
async function ruleToQueue(target: Partial<Target> = {}, allowedRule = "tasks"): Promise<string> {
  const queueArn = `arn:aws:sqs:${region}:123456789012:inbox`;
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: queueArn,
        Condition: { ArnEquals: { "aws:SourceArn": `arn:aws:events:${region}:123456789012:rule/${allowedRule}` } },
      },
    ],
  });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "inbox", Attributes: { Policy } }));
  await events.send(new PutRuleCommand({ Name: "tasks", EventPattern: pattern }));
  const put = await events.send(new PutTargetsCommand({ Rule: "tasks", Targets: [{ Id: "inbox", Arn: queueArn, ...target }] }));
  expect(put.FailedEntryCount).toBe(0);
  return QueueUrl as string;
}

function publish(detail: object, time = new Date("2026-03-29T01:30:00.250Z")): void {
  publishEvent(sandbox.world, sandbox.world.region(region), {
    source: "aws.ecs",
    detailType: "ECS Task State Change",
    detail,
    resources: ["arn:aws:ecs:eu-central-1:123456789012:task/c/1"],
    time,
  });
}

async function bodies(QueueUrl: string, atLeast = 1): Promise<string[]> {
  const found: string[] = [];
  do {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }));
    if (Messages.length === 0) break;
    for (const { Body, ReceiptHandle } of Messages) {
      found.push(Body ?? "");
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  } while (found.length < atLeast);
  return found;
}

async function waiting(QueueUrl: string): Promise<string[]> {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body }) => Body ?? "");
}

async function refusal(call: Promise<unknown>) {
  const error = (await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )) as { name: string; message: string; $metadata: { httpStatusCode: number } } | null;
  return error && { name: error.name, message: error.message, status: error.$metadata.httpStatusCode };
}

test("an event that a rule asks for arrives in the queue as the whole event", async () => {
  const QueueUrl = await ruleToQueue();
  publish({ group: "belfry-1", version: 3 });
  publish({ group: "family:else", version: 4 });
  const [body] = await bodies(QueueUrl);
  expect(JSON.parse(body ?? "")).toEqual({
    version: "0",
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    "detail-type": "ECS Task State Change",
    source: "aws.ecs",
    account: "123456789012",
    time: "2026-03-29T01:30:00Z",
    region,
    resources: ["arn:aws:ecs:eu-central-1:123456789012:task/c/1"],
    detail: { group: "belfry-1", version: 3 },
  });
  expect(await waiting(QueueUrl)).toEqual([]);
});

test("a queue whose policy names another rule gets nothing, and only the sandbox's own count tells", async () => {
  const QueueUrl = await ruleToQueue({}, "another");
  publish({ group: "belfry-1" });
  expect(await waiting(QueueUrl)).toEqual([]);
  expect([...sandbox.world.region(region).events.deliveries.values()]).toEqual([
    expect.objectContaining({ ruleName: "tasks", delivered: 0, failed: 1, lastFailure: expect.stringContaining("policy") }),
  ]);
});

test("a disabled rule delivers nothing until it is enabled", async () => {
  const QueueUrl = await ruleToQueue();
  await events.send(new DisableRuleCommand({ Name: "tasks" }));
  publish({ group: "belfry-1" });
  await events.send(new EnableRuleCommand({ Name: "tasks" }));
  publish({ group: "belfry-2" });
  expect((await bodies(QueueUrl)).map((body) => JSON.parse(body).detail.group)).toEqual(["belfry-2"]);
});

test("events come late, in any order and twice when that is asked for, with the same id", async () => {
  const QueueUrl = await ruleToQueue();
  await sandboxControl(sandbox.endpoint).changeSettings({ eventDelayMs: 60_000, eventCopies: 2 });
  for (let version = 1; version <= 5; version += 1) publish({ group: "belfry-1", version });
  expect(await waiting(QueueUrl)).toEqual([]);
  await sandboxControl(sandbox.endpoint).advanceClock(120);
  const read = (await bodies(QueueUrl, 10)).map((body) => JSON.parse(body) as { id: string });
  expect(read).toHaveLength(10);
  expect(new Set(read.map(({ id }) => id)).size).toBe(5);
});

test("the control endpoint delivers a recent event again", async () => {
  const QueueUrl = await ruleToQueue();
  publish({ group: "belfry-1", version: 1 });
  publish({ group: "belfry-2", version: 1 });
  const first = await bodies(QueueUrl, 2);
  await sandboxControl(sandbox.endpoint).redeliverEvents({ region, containing: '"belfry-1"' });
  expect(await bodies(QueueUrl)).toEqual([first[0]]);
});

const inputs: [string, Partial<Target>, string][] = [
  ["a constant", { Input: '{"fixed":true}' }, '{"fixed":true}'],
  ["a part", { InputPath: "$.detail.group" }, '"belfry-1"'],
  [
    "a template",
    {
      InputTransformer: {
        InputPathsMap: { group: "$.detail.group", code: "$.detail.containers[0].exitCode", none: "$.detail.none" },
        InputTemplate: '{"text": "<group> ended with <code>", "code": <code>, "rule": "<aws.events.rule-name>", "none": "<none>"}',
      },
    },
    '{"text": "belfry-1 ended with 1", "code": 1, "rule": "tasks", "none": ""}',
  ],
];

test.each(inputs)("a target may be sent %s instead of the event", async (_, target, body) => {
  const QueueUrl = await ruleToQueue(target);
  publish({ group: "belfry-1", containers: [{ exitCode: 1 }] });
  expect(await bodies(QueueUrl)).toEqual([body]);
});

test("anybody's events are put with an answer for each entry", async () => {
  const QueueUrl = await ruleToQueue();
  await events.send(new PutRuleCommand({ Name: "tasks", EventPattern: JSON.stringify({ source: ["shop"] }) }));
  const answer = await events.send(
    new PutEventsCommand({
      Entries: [
        { Source: "shop", DetailType: "Order", Detail: '{"id":7}', Time: new Date("2026-01-01T00:00:00Z") },
        { Source: "shop", DetailType: "Order", Detail: "{" },
        { Source: "aws.ecs", DetailType: "Order", Detail: "{}" },
        { Source: "shop", Detail: "{}" },
      ],
    }),
  );
  expect(answer.FailedEntryCount).toBe(3);
  expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
    undefined,
    "MalformedDetail",
    "NotAuthorizedForSourceException",
    "InvalidArgument",
  ]);
  expect((await bodies(QueueUrl)).map((body) => JSON.parse(body))).toMatchObject([
    { id: answer.Entries?.[0]?.EventId, time: "2026-01-01T00:00:00Z", detail: { id: 7 } },
  ]);
});

test("rules and targets are described and listed as they were put, in pages", async () => {
  await ruleToQueue();
  await events.send(new PutRuleCommand({ Name: "nightly", ScheduleExpression: "rate(1 day)", State: "DISABLED", Description: "old" }));
  expect(await events.send(new DescribeRuleCommand({ Name: "nightly" }))).toMatchObject({
    Name: "nightly",
    Arn: `arn:aws:events:${region}:123456789012:rule/nightly`,
    ScheduleExpression: "rate(1 day)",
    State: "DISABLED",
    Description: "old",
    EventBusName: "default",
  });
  const first = await events.send(new ListRulesCommand({ Limit: 1 }));
  const second = await events.send(new ListRulesCommand({ Limit: 1, NextToken: first.NextToken }));
  expect([first.Rules?.[0]?.Name, second.Rules?.[0]?.Name, second.NextToken]).toEqual(["nightly", "tasks", undefined]);
  const { Targets } = await events.send(new ListTargetsByRuleCommand({ Rule: "tasks" }));
  expect(Targets).toEqual([{ Id: "inbox", Arn: `arn:aws:sqs:${region}:123456789012:inbox` }]);
  const { RuleNames } = await events.send(new ListRuleNamesByTargetCommand({ TargetArn: Targets?.[0]?.Arn }));
  expect(RuleNames).toEqual(["tasks"]);
  const removed = await events.send(new RemoveTargetsCommand({ Rule: "tasks", Ids: ["inbox", "none"] }));
  expect(removed.FailedEntries?.map(({ TargetId }) => TargetId)).toEqual(["none"]);
  await events.send(new DeleteRuleCommand({ Name: "tasks" }));
  expect((await events.send(new DescribeEventBusCommand({}))).Arn).toBe(`arn:aws:events:${region}:123456789012:event-bus/default`);
  expect((await events.send(new ListEventBusesCommand({}))).EventBuses).toHaveLength(1);
});

test("a pattern can be tried out", async () => {
  const tryOut = async (Event: string) => (await events.send(new TestEventPatternCommand({ EventPattern: pattern, Event }))).Result;
  expect(await tryOut(JSON.stringify({ source: "aws.ecs", detail: { group: "belfry-9" } }))).toBe(true);
  expect(await tryOut(JSON.stringify({ source: "aws.ecs", detail: { group: "other" } }))).toBe(false);
});

const refused: [string, () => Promise<unknown>, object][] = [
  [
    "a rule that does not exist",
    () => events.send(new DescribeRuleCommand({ Name: "none" })),
    { name: "ResourceNotFoundException", message: "Rule none does not exist on EventBus default.", status: 400 },
  ],
  [
    "a bus that does not exist",
    () => events.send(new ListRulesCommand({ EventBusName: "other" })),
    { name: "ResourceNotFoundException", message: "Event bus other does not exist." },
  ],
  [
    "deleting a rule with targets",
    async () => {
      await ruleToQueue();
      return events.send(new DeleteRuleCommand({ Name: "tasks" }));
    },
    { name: "ValidationException", message: "Rule can't be deleted since it has targets." },
  ],
  [
    "an expression of the Scheduler alone",
    () => events.send(new PutRuleCommand({ Name: "once", ScheduleExpression: "at(2030-01-01T00:00:00)" })),
    { name: "ValidationException", message: "Parameter ScheduleExpression is not valid." },
  ],
  [
    "a rate whose unit does not agree",
    () => events.send(new PutRuleCommand({ Name: "twice", ScheduleExpression: "rate(1 days)" })),
    { name: "ValidationException", message: "Parameter ScheduleExpression is not valid." },
  ],
  [
    "a bad pattern",
    () => events.send(new PutRuleCommand({ Name: "bad", EventPattern: '{"int": 42}' })),
    {
      name: "InvalidEventPatternException",
      message:
        'Event pattern is not valid. Reason: "int" must be an object or an array\n at [Source: (String)"{"int": 42}"; line: 1, column: 11]',
    },
  ],
  [
    "a schedule on another bus",
    () => events.send(new PutRuleCommand({ Name: "tick", ScheduleExpression: "rate(1 minute)", EventBusName: "other" })),
    { name: "ValidationException", message: "ScheduleExpression is supported only on the default event bus." },
  ],
  [
    "a token that nobody gave out",
    () => events.send(new ListRulesCommand({ NextToken: "bad" })),
    { name: "ValidationException", message: "Parameter NextToken is not valid." },
  ],
  [
    "an event that is no object",
    () => events.send(new TestEventPatternCommand({ EventPattern: pattern, Event: '"text"' })),
    { name: "ValidationException", message: "Parameter Event is not valid." },
  ],
];

test.each(refused)("refused as by AWS: %s", async (_, call, wanted) => {
  expect(await refusal(call())).toMatchObject(wanted);
});
