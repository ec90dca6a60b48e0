import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  ListTagsForResourceCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type SandboxControl, sandboxControl } from "../control-client";
import { type RunningSandbox, startSandbox } from "../start-server";
import { appendLines } from "./streams";

const dataFolder = mkdtempSync(join(tmpdir(), "sandbox-logs-"));
const settings = { logIngestionMs: 0 };
let sandbox: RunningSandbox;
let logs: CloudWatchLogsClient;
let control: SandboxControl;
let number = 0;
/** A group of its own for each test, with a stream `one` in it. */
let group = "";

async function start(): Promise<void> {
  sandbox = await startSandbox({ port: 0, dataFolder, settings });
  logs = new CloudWatchLogsClient({
    endpoint: sandbox.endpoint,
    region: "eu-central-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  control = sandboxControl(sandbox.endpoint);
}

beforeAll(start);
beforeEach(async () => {
  number += 1;
  group = `/test/${number}`;
  await logs.send(new CreateLogGroupCommand({ logGroupName: group }));
  await logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: "one" }));
});
afterEach(async () => {
  await control.resetClock();
  await control.changeSettings(settings);
});
afterAll(async () => {
  await sandbox.close();
  rmSync(dataFolder, { recursive: true, force: true });
});

const now = () => sandbox.world.now().getTime();
const put = (messages: string[], logStreamName = "one", at = now()) =>
  logs.send(
    new PutLogEventsCommand({
      logGroupName: group,
      logStreamName,
      logEvents: messages.map((message, index) => ({ timestamp: at + index, message })),
    }),
  );
const get = (input: Partial<GetLogEventsCommandInput> = {}) =>
  logs.send(new GetLogEventsCommand({ logGroupName: group, logStreamName: "one", ...input }));
const filter = async (input: Partial<FilterLogEventsCommandInput>) =>
  (await logs.send(new FilterLogEventsCommand({ logGroupName: group, ...input }))).events?.map((event) => event.message);
const texts = (page: { events?: { message?: string }[] }) => page.events?.map((event) => event.message);
const count = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `line ${from + index}`);

/** As the log driver writes: past the checks of PutLogEvents. */
function write(messages: string[], logStreamName = "one"): void {
  const region = sandbox.world.region("eu-central-1");
  const stream = region.logs.groups.get(group)?.streams.get(logStreamName);
  if (stream === undefined) throw new Error("There is no such stream.");
  appendLines(
    sandbox.world,
    region,
    stream,
    messages.map((message) => ({ timestamp: now(), message })),
  );
}

test("forward from the head: pages, then the same token again at the end, and on with it when lines come", async () => {
  await put(count(0, 25));
  const first = await get({ startFromHead: true, limit: 10 });
  expect(texts(first)).toEqual(count(0, 10));
  const second = await get({ startFromHead: true, limit: 10, nextToken: first.nextForwardToken });
  const third = await get({ startFromHead: true, limit: 10, nextToken: second.nextForwardToken });
  expect(texts(third)).toEqual(count(20, 25));
  const end = await get({ startFromHead: true, limit: 10, nextToken: third.nextForwardToken });
  expect(end.events).toEqual([]);
  expect(end.nextForwardToken).toBe(third.nextForwardToken);
  await put(["later"]);
  const later = await get({ startFromHead: true, nextToken: end.nextForwardToken });
  expect(texts(later)).toEqual(["later"]);
});

test("without startFromHead the newest come first, and backward it goes to the head", async () => {
  await put(count(0, 25));
  const last = await get({ limit: 10 });
  expect(texts(last)).toEqual(count(15, 25));
  const before = await get({ limit: 10, nextToken: last.nextBackwardToken });
  expect(texts(before)).toEqual(count(5, 15));
  const head = await get({ limit: 10, nextToken: before.nextBackwardToken });
  expect(texts(head)).toEqual(count(0, 5));
  const end = await get({ limit: 10, nextToken: head.nextBackwardToken });
  expect(end.events).toEqual([]);
  expect(end.nextBackwardToken).toBe(head.nextBackwardToken);
  expect(texts(await get({ nextToken: before.nextForwardToken }))).toEqual(count(15, 25));
});

test("a stream without lines answers two tokens that stay", async () => {
  const page = await get({ startFromHead: true });
  expect(page.events).toEqual([]);
  expect(page.nextForwardToken).toMatch(/^f\/\d{56}\/s$/);
  expect(page.nextBackwardToken).toMatch(/^b\/\d{56}\/s$/);
  expect((await get({ startFromHead: true, nextToken: page.nextForwardToken })).nextForwardToken).toBe(page.nextForwardToken);
});

test("startTime is inclusive and endTime exclusive", async () => {
  const at = now() - 10_000;
  await put(count(0, 10), "one", at);
  expect(texts(await get({ startFromHead: true, startTime: at + 3, endTime: at + 6 }))).toEqual(count(3, 6));
  expect(texts(await get({ startTime: at + 3, endTime: at + 6 }))).toEqual(count(3, 6));
});

test("events carry their time and the time they were taken in", async () => {
  const at = now() - 5_000;
  await put(["a"], "one", at);
  const [event] = (await get()).events ?? [];
  expect(event).toEqual({ timestamp: at, message: "a", ingestionTime: expect.any(Number) });
  expect(event?.ingestionTime).toBeGreaterThanOrEqual(at);
});

test("a page ends at 1 MB", async () => {
  write(Array.from({ length: 10 }, () => "x".repeat(300_000)));
  const page = await get({ startFromHead: true });
  expect(page.events).toHaveLength(3);
  const next = await get({ startFromHead: true, nextToken: page.nextForwardToken });
  expect(next.events).toHaveLength(3);
});

test("lines can be read once the delay of ingestion has passed, not before", async () => {
  await control.changeSettings({ logIngestionMs: 60_000 });
  await put(["early"]);
  const empty = await get({ startFromHead: true });
  expect(empty.events).toEqual([]);
  expect(await filter({})).toEqual([]);
  await control.advanceClock(30);
  await put(["late"]);
  await control.advanceClock(31);
  const page = await get({ startFromHead: true, nextToken: empty.nextForwardToken });
  expect(texts(page)).toEqual(["early"]);
  await control.advanceClock(31);
  expect(texts(await get({ startFromHead: true, nextToken: page.nextForwardToken }))).toEqual(["late"]);
});

test("120,000 lines in a stream: all are read in order, the last at once, and a moment in the middle is found", async () => {
  for (let part = 0; part < 12; part += 1) {
    write(count(part * 10_000, (part + 1) * 10_000));
    await control.advanceClock(60);
  }
  expect(texts(await get({ limit: 2 }))).toEqual(["line 119998", "line 119999"]);
  let read = 0;
  let nextToken: string | undefined;
  for (;;) {
    const page = await get({ startFromHead: true, nextToken });
    for (const event of page.events ?? []) {
      if (event.message !== `line ${read}`) throw new Error(`${event.message} came after ${read} lines.`);
      read += 1;
    }
    if (page.nextForwardToken === nextToken) break;
    nextToken = page.nextForwardToken;
  }
  expect(read).toBe(120_000);
  const sixth = (await get({ startFromHead: true, limit: 1 })).events?.[0]?.timestamp as number;
  const begun = performance.now();
  expect(texts(await get({ startFromHead: true, limit: 1, startTime: sixth + 5 * 60_000 - 1_000 }))).toEqual(["line 50000"]);
  expect(performance.now() - begun).toBeLessThan(1_000);
}, 60_000);

test("a page may be empty though more is to come, and the token has moved", async () => {
  write(count(0, 30_000));
  await control.advanceClock(60);
  const between = now() - 30_000;
  // Each block of lines holds a late one, so that none can be passed over by its times.
  const region = sandbox.world.region("eu-central-1");
  const stream = region.logs.groups.get(group)?.streams.get("one");
  if (stream === undefined) throw new Error("There is no such stream.");
  const mixed = Array.from({ length: 25_000 }, (_, index) => ({
    timestamp: index % 100 === 99 ? now() : between - 1_000,
    message: `mixed ${index}`,
  }));
  appendLines(sandbox.world, region, stream, mixed);
  const pages: number[] = [];
  let nextToken: string | undefined;
  for (;;) {
    const page = await get({ startFromHead: true, startTime: now() + 1, nextToken });
    pages.push(page.events?.length ?? 0);
    if (page.nextForwardToken === nextToken) break;
    nextToken = page.nextForwardToken;
  }
  const found: number[] = [];
  nextToken = undefined;
  for (;;) {
    const page = await get({ startFromHead: true, startTime: between, nextToken, limit: 10_000 });
    found.push(page.events?.length ?? 0);
    if (page.nextForwardToken === nextToken) break;
    nextToken = page.nextForwardToken;
  }
  expect(pages.every((length) => length === 0)).toBe(true);
  expect(found.reduce((sum, length) => sum + length, 0)).toBe(250);
  expect(found.length).toBeGreaterThan(2);
});

test("lines, tokens and groups outlive a restart", async () => {
  await put(count(0, 5));
  await logs.send(new PutRetentionPolicyCommand({ logGroupName: group, retentionInDays: 30 }));
  const page = await get({ startFromHead: true, limit: 3 });
  await sandbox.close();
  await start();
  expect(texts(await get({ startFromHead: true, nextToken: page.nextForwardToken }))).toEqual(count(3, 5));
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: group }));
  expect(logGroups?.[0]?.retentionInDays).toBe(30);
});

test("what is older than the retention cannot be read, and its file goes", async () => {
  const filesBefore = readdirSync(join(dataFolder, "logs", "eu-central-1")).length;
  await logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: "two" }));
  await put(["old"], "two");
  expect(readdirSync(join(dataFolder, "logs", "eu-central-1"))).toHaveLength(filesBefore + 1);
  const page = await get({ logStreamName: "two", startFromHead: true });
  await logs.send(new PutRetentionPolicyCommand({ logGroupName: group, retentionInDays: 1 }));
  await control.advanceClock(86_401);
  expect(texts(await get({ logStreamName: "two", startFromHead: true }))).toEqual([]);
  const end = Date.now() + 5_000;
  while (readdirSync(join(dataFolder, "logs", "eu-central-1")).length > filesBefore && Date.now() < end) await get();
  expect(readdirSync(join(dataFolder, "logs", "eu-central-1"))).toHaveLength(filesBefore);
  await put(["new"], "two");
  expect(texts(await get({ logStreamName: "two", startFromHead: true, nextToken: page.nextForwardToken }))).toEqual(["new"]);
  await logs.send(new DeleteRetentionPolicyCommand({ logGroupName: group }));
});

test("PutLogEvents answers the next token, and tells what is too old or too new with status 200", async () => {
  const answer = await put(["a"]);
  expect(answer.nextSequenceToken).toMatch(/^\d{56}$/);
  expect(answer.rejectedLogEventsInfo).toBeUndefined();
  const day = 86_400_000;
  const old = await put(["too old", "too"], "one", now() - 15 * day);
  expect(old.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 2 });
  const at = now();
  const mixed = await logs.send(
    new PutLogEventsCommand({
      logGroupName: group,
      logStreamName: "one",
      logEvents: [
        { timestamp: at, message: "good" },
        { timestamp: at + 3 * 3_600_000, message: "too new" },
      ],
    }),
  );
  expect(mixed.$metadata.httpStatusCode).toBe(200);
  expect(mixed.rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 1 });
  expect(texts(await get())).toEqual(["a", "good"]);
});

test("groups and streams are described as AWS describes them", async () => {
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePattern: group }));
  const arn = `arn:aws:logs:eu-central-1:123456789012:log-group:${group}`;
  expect(logGroups?.find(({ logGroupName }) => logGroupName === group)).toEqual({
    arn: `${arn}:*`,
    logGroupArn: arn,
    creationTime: expect.any(Number),
    logGroupName: group,
    logGroupClass: "STANDARD",
    metricFilterCount: 0,
    storedBytes: 0,
    deletionProtectionEnabled: false,
  });
  const describe = async () => (await logs.send(new DescribeLogStreamsCommand({ logGroupName: group }))).logStreams;
  expect(await describe()).toEqual([
    { arn: `${arn}:log-stream:one`, creationTime: expect.any(Number), logStreamName: "one", storedBytes: 0 },
  ]);
  const at = now();
  await put(["a", "b"], "one", at);
  expect(await describe()).toMatchObject([{ firstEventTimestamp: at, lastEventTimestamp: at + 1, lastIngestionTime: expect.any(Number) }]);
});

test("streams are listed by name or by their last event, in pages", async () => {
  const at = now() - 60_000;
  for (const [index, name] of ["c", "a", "b"].entries()) {
    await logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: name }));
    await put(["x"], name, at + index * 1_000);
  }
  await logs.send(new DeleteLogStreamCommand({ logGroupName: group, logStreamName: "one" }));
  const list = async (input: object) => {
    const found: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await logs.send(new DescribeLogStreamsCommand({ logGroupName: group, limit: 2, nextToken, ...input }));
      found.push(...(page.logStreams ?? []).map((stream) => stream.logStreamName as string));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return found;
  };
  expect(await list({})).toEqual(["a", "b", "c"]);
  expect(await list({ descending: true })).toEqual(["c", "b", "a"]);
  expect(await list({ orderBy: "LastEventTime", descending: true })).toEqual(["b", "a", "c"]);
  expect(await list({ logStreamNamePrefix: "b" })).toEqual(["b"]);
});

test("groups are listed in the order of ASCII, in pages", async () => {
  for (const name of ["b", "B", "a"]) await logs.send(new CreateLogGroupCommand({ logGroupName: `${group}/${name}` }));
  const first = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: `${group}/`, limit: 2 }));
  expect(first.logGroups?.map(({ logGroupName }) => logGroupName)).toEqual([`${group}/B`, `${group}/a`]);
  const second = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: `${group}/`, limit: 2, nextToken: first.nextToken }));
  expect(second.logGroups?.map(({ logGroupName }) => logGroupName)).toEqual([`${group}/b`]);
  expect(second.nextToken).toBeUndefined();
});

test("FilterLogEvents finds words, quoted text, any and not, in the same case", async () => {
  await put(["ERROR disk full", "error disk", "WARN slow", "ERROR time out", "[boot] ok: a-b"]);
  expect(await filter({ filterPattern: "ERROR" })).toEqual(["ERROR disk full", "ERROR time out"]);
  expect(await filter({ filterPattern: "ERROR disk" })).toEqual(["ERROR disk full"]);
  expect(await filter({ filterPattern: "ERROR -full" })).toEqual(["ERROR time out"]);
  expect(await filter({ filterPattern: "?WARN ?error" })).toEqual(["error disk", "WARN slow"]);
  expect(await filter({ filterPattern: '"time out"' })).toEqual(["ERROR time out"]);
  expect(await filter({ filterPattern: '"ok: a-b"' })).toEqual(["[boot] ok: a-b"]);
  expect(await filter({ filterPattern: '-"disk"' })).toEqual(["WARN slow", "ERROR time out", "[boot] ok: a-b"]);
  expect(await filter({ filterPattern: "" })).toHaveLength(5);
});

test.each([["{ $.level = 1 }"], ["[a, b]"], ["%ERR.*%"], ["a:b"], ['"open']])("the pattern %s is refused aloud", async (filterPattern) => {
  await expect(filter({ filterPattern })).rejects.toMatchObject({ name: "InvalidParameterException" });
});

test("FilterLogEvents merges streams by time, in pages that end without a token; both ends of the time are inclusive", async () => {
  const at = now() - 60_000;
  await logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: "two" }));
  await logs.send(
    new PutLogEventsCommand({
      logGroupName: group,
      logStreamName: "one",
      logEvents: [0, 2, 4, 6].map((n) => ({ timestamp: at + n, message: `m${n}` })),
    }),
  );
  await logs.send(
    new PutLogEventsCommand({
      logGroupName: group,
      logStreamName: "two",
      logEvents: [1, 3, 5, 7].map((n) => ({ timestamp: at + n, message: `m${n}` })),
    }),
  );
  const found: string[] = [];
  const ids = new Set<string>();
  let nextToken: string | undefined;
  do {
    const page = await logs.send(new FilterLogEventsCommand({ logGroupName: group, limit: 3, nextToken }));
    for (const event of page.events ?? []) {
      found.push(event.message as string);
      ids.add(event.eventId as string);
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  expect(found).toEqual(["m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7"]);
  expect(ids.size).toBe(8);
  expect([...ids].every((id) => /^\d{56}$/.test(id))).toBe(true);
  expect(await filter({ startTime: at + 2, endTime: at + 4 })).toEqual(["m2", "m3", "m4"]);
  expect(await filter({ logStreamNames: ["two"] })).toEqual(["m1", "m3", "m5", "m7"]);
  expect(await filter({ logStreamNamePrefix: "on" })).toEqual(["m0", "m2", "m4", "m6"]);
});

test("tags of a group are added, listed and removed", async () => {
  const resourceArn = `arn:aws:logs:eu-central-1:123456789012:log-group:${group}`;
  await logs.send(new TagResourceCommand({ resourceArn, tags: { a: "1", b: "2" } }));
  await logs.send(new UntagResourceCommand({ resourceArn, tagKeys: ["a"] }));
  expect((await logs.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ b: "2" });
});

const at = Date.now();
test.each<[string, (logGroupName: string) => Promise<unknown>, string, string]>([
  [
    "a stream of no group",
    () => logs.send(new GetLogEventsCommand({ logGroupName: "/no", logStreamName: "one" })),
    "ResourceNotFoundException",
    "The specified log group does not exist.",
  ],
  [
    "a stream that is not there",
    (name) => logs.send(new GetLogEventsCommand({ logGroupName: name, logStreamName: "no" })),
    "ResourceNotFoundException",
    "The specified log stream does not exist.",
  ],
  [
    "a group twice",
    (name) => logs.send(new CreateLogGroupCommand({ logGroupName: name })),
    "ResourceAlreadyExistsException",
    "The specified log group already exists",
  ],
  [
    "a stream twice",
    (name) => logs.send(new CreateLogStreamCommand({ logGroupName: name, logStreamName: "one" })),
    "ResourceAlreadyExistsException",
    "The specified log stream already exists",
  ],
  [
    "a token that is none",
    (name) => logs.send(new GetLogEventsCommand({ logGroupName: name, logStreamName: "one", nextToken: "x" })),
    "InvalidParameterException",
    "The specified nextToken is invalid.",
  ],
  [
    "a token beyond the end",
    (name) => logs.send(new GetLogEventsCommand({ logGroupName: name, logStreamName: "one", nextToken: `f/${"9".padStart(56, "0")}/s` })),
    "InvalidParameterException",
    "The specified nextToken is invalid.",
  ],
  [
    "a limit of 10001",
    (name) => logs.send(new GetLogEventsCommand({ logGroupName: name, logStreamName: "one", limit: 10_001 })),
    "InvalidParameterException",
    "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000",
  ],
  [
    "events out of order",
    (name) =>
      logs.send(
        new PutLogEventsCommand({
          logGroupName: name,
          logStreamName: "one",
          logEvents: [
            { timestamp: at, message: "a" },
            { timestamp: at - 1, message: "b" },
          ],
        }),
      ),
    "InvalidParameterException",
    "Log events in a single PutLogEvents request must be in chronological order.",
  ],
  [
    "too long a name",
    (name) => logs.send(new CreateLogStreamCommand({ logGroupName: name, logStreamName: "x".repeat(513) })),
    "InvalidParameterException",
    "Invalid LogGroup or LogStream, both must have length less than or equal to 512.",
  ],
  [
    "a prefix and a pattern",
    () => logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "a", logGroupNamePattern: "b" })),
    "InvalidParameterException",
    "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
  ],
  [
    "a name and an ARN",
    (name) => logs.send(new FilterLogEventsCommand({ logGroupName: name, logGroupIdentifier: name })),
    "ValidationException",
    "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
  ],
  [
    "a prefix by time",
    (name) => logs.send(new DescribeLogStreamsCommand({ logGroupName: name, logStreamNamePrefix: "a", orderBy: "LastEventTime" })),
    "InvalidParameterException",
    "Cannot order by LastEventTime with a logStreamNamePrefix.",
  ],
  [
    "deleting what is not there",
    () => logs.send(new DeleteLogGroupCommand({ logGroupName: "/no" })),
    "ResourceNotFoundException",
    "The specified log group does not exist.",
  ],
  [
    "filtering from the newest line, which is not imitated,",
    (logGroupName) => logs.send(new FilterLogEventsCommand({ logGroupName, startFromHead: false })),
    "InvalidParameterException",
    "The sandbox filters from the head only.",
  ],
])("%s is refused in AWS's words", async (_what, call, name, message) => {
  await expect(call(group)).rejects.toMatchObject({ name, message, $metadata: { httpStatusCode: 400 } });
});

test("a retention that AWS does not have is refused", async () => {
  await expect(logs.send(new PutRetentionPolicyCommand({ logGroupName: group, retentionInDays: 2 }))).rejects.toMatchObject({
    name: "InvalidParameterException",
  });
});

test("a deleted group takes its streams and their files with it", async () => {
  await put(["a"]);
  const before = readdirSync(join(dataFolder, "logs", "eu-central-1")).length;
  await logs.send(new DeleteLogGroupCommand({ logGroupName: group }));
  expect(readdirSync(join(dataFolder, "logs", "eu-central-1"))).toHaveLength(before - 1);
  await expect(get()).rejects.toMatchObject({ message: "The specified log group does not exist." });
});
