import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { looksOf } from "@/lib/db/looks";
import { upsertRunFromTask } from "@/lib/db/runs";
import { listSetAside } from "@/lib/db/set-aside";
import { scheduleName } from "@/lib/desired/names";
import type { Job } from "@/lib/domain/job";
import { makeJob } from "@/lib/testing/factories";
import { explainDeadLetter, parseDeadLetter, readDeadLetters } from "./dead-letter";
import { intake } from "./intake";
import { type TestGround, testGround } from "./test-ground";

const arn = (rest: string) => `arn:aws:scheduler:eu-central-1:123456789012:schedule/${rest}`;
const told = {
  ERROR_CODE: "ClientException",
  ERROR_MESSAGE: "TaskDefinition is inactive",
  EXECUTION_ID: "0123456789abcdef",
  IS_PAYLOAD_TRUNCATED: "false",
  RETRY_ATTEMPTS: "0",
  SCHEDULED_TIME: "2027-01-01T02:00:00Z",
  SCHEDULE_ARN: arn("belfry-prod/blf-abcde12345-nightly-report"),
  TARGET_ARN: "arn:aws:scheduler:::aws-sdk:ecs:runTask",
};
const ownInput = (...pairs: [string, string][]) =>
  JSON.stringify({ containerOverrides: [{ name: "main", environment: pairs.map(([name, value]) => ({ name, value })) }] });
const input = ownInput(
  ["BELFRY_JOB", "abcde12345"],
  ["BELFRY_GENERATION", "4"],
  ["BELFRY_SCHEDULED_TIME", "<aws.scheduler.scheduled-time>"],
);
const without = (name: keyof typeof told) => Object.fromEntries(Object.entries(told).filter(([key]) => key !== name));
const read = (attributes: Record<string, string>, body = input) => parseDeadLetter({ attributes, body });

describe("a letter is read", () => {
  test("as the Scheduler writes it", () => {
    expect(read(told)).toEqual({
      letter: {
        jobId: "abcde12345",
        scheduleName: "blf-abcde12345-nightly-report",
        scheduledAt: new Date("2027-01-01T02:00:00Z"),
        executionId: "0123456789abcdef",
        attempts: 1,
        exhausted: null,
        errorCode: "ClientException",
        errorMessage: "TaskDefinition is inactive",
        jobGeneration: 4,
      },
    });
  });

  test.each<[string, Record<string, string>, string, object]>([
    ["without the group in the ARN", { ...told, SCHEDULE_ARN: arn("blf-abcde12345-nightly-report") }, input, { jobId: "abcde12345" }],
    ["of a job whose address was cut off", { ...told, SCHEDULE_ARN: arn("g/blf-abcde12345") }, input, { jobId: "abcde12345" }],
    ["with a cut payload", { ...told, IS_PAYLOAD_TRUNCATED: "true" }, input.slice(0, 140), { jobGeneration: 4 }],
    ["with a payload cut to nothing", told, "", { jobId: "abcde12345", jobGeneration: null }],
    ["without the ARN", without("SCHEDULE_ARN"), input, { jobId: "abcde12345", scheduleName: null }],
    [
      "without the moment, which the input still says",
      without("SCHEDULED_TIME"),
      ownInput(["BELFRY_SCHEDULED_TIME", "2027-01-01T03:00:00Z"]),
      { scheduledAt: new Date("2027-01-01T03:00:00Z") },
    ],
    ["without the count of attempts", without("RETRY_ATTEMPTS"), input, { attempts: null }],
    ["with a count that is none", { ...told, RETRY_ATTEMPTS: "many" }, input, { attempts: null }],
    [
      "without an error",
      { SCHEDULE_ARN: told.SCHEDULE_ARN, SCHEDULED_TIME: told.SCHEDULED_TIME },
      input,
      { errorCode: "", errorMessage: "" },
    ],
    ["whose attempts ran out", { ...told, EXHAUSTED_RETRY_CONDITION: "MaximumRetryAttempts" }, input, { exhausted: "attempts" }],
    ["that became too old", { ...told, EXHAUSTED_RETRY_CONDITION: "MaximumEventAgeInSeconds" }, input, { exhausted: "age" }],
    [
      "whatever it says of its target",
      { ...told, TARGET_ARN: "arn:aws:ecs:eu-central-1:123456789012:cluster/jobs" },
      input,
      { attempts: 1 },
    ],
    ["with an endless sentence", { ...told, ERROR_MESSAGE: "x".repeat(9000) }, input, { errorMessage: "x".repeat(4000) }],
  ])("%s", (_, attributes, body, expected) => {
    expect(read(attributes, body)).toMatchObject({ letter: expected });
  });

  test.each<[string, Record<string, string>, string, RegExp]>([
    ["of a foreign schedule", { ...told, SCHEDULE_ARN: arn("default/backup") }, input, /schedule backup, which is not one of Belfry's/],
    ["that names nobody", without("SCHEDULE_ARN"), "{}", /SCHEDULE_ARN is missing/],
    ["whose ARN is of something else", { ...told, SCHEDULE_ARN: "arn:aws:ecs:x:1:task/y" }, "hello", /SCHEDULE_ARN is missing or is no/],
    ["without a moment", without("SCHEDULED_TIME"), input, /SCHEDULED_TIME is missing/],
    ["with a moment that Postgres would not take", { ...told, SCHEDULED_TIME: "0000-01-01T00:00:00Z" }, input, /SCHEDULED_TIME/],
    ["with a moment that is none", { ...told, SCHEDULED_TIME: "2027-13-45T99:00:00Z" }, input, /SCHEDULED_TIME/],
    ["that is anything", {}, "\u0000\ud800 not a letter", /SCHEDULE_ARN/],
  ])("as nothing for the history: one %s", (_, attributes, body, reason) => {
    expect(read(attributes, body)).toEqual({ aside: expect.stringMatching(reason) });
  });
});

test.each([
  [{ attempts: 4, exhausted: "attempts" }, "The Scheduler tried 4 times and gave up: all its attempts were used up"],
  [{ attempts: 2, exhausted: "age" }, "The Scheduler tried 2 times and gave up: the start had become too old for its retry policy"],
  [{ attempts: 1, exhausted: null }, "The Scheduler tried once and gave up at once: trying again would not have helped"],
  [{ attempts: null, exhausted: null }, "The Scheduler tried to start it and gave up at once: trying again would not have helped"],
] as const)("it is told how often the Scheduler tried: %j", (how, sentence) => {
  const parsed = read(told);
  if (!("letter" in parsed)) throw new Error("the letter was not read");
  const cause = explainDeadLetter({ ...parsed.letter, ...how });
  expect(cause.evidence).toContain(sentence);
  expect(cause.headline).toBe("Could not start: the task definition's revision is gone");
  expect(cause.awsWords).toEqual(["TaskDefinition is inactive"]);
});

let ground: TestGround;
beforeAll(async () => {
  ground = await testGround();
});
afterAll(() => ground.close());

const round = (now = new Date()) =>
  readDeadLetters({ deps: { ...ground.deps, clock: { now: () => now } }, environment: ground.environment, waitSeconds: 0 });

async function send(attributes: Record<string, string>, body = "{}"): Promise<void> {
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: "String", StringValue: value }]),
  );
  await new SQSClient({}).send(
    new SendMessageCommand({ QueueUrl: ground.environment.deadLetterQueueUrl, MessageBody: body, MessageAttributes }),
  );
}

const letterOf = (job: Job, scheduledAt: string, more: Record<string, string> = {}) => ({
  ...told,
  SCHEDULE_ARN: arn(`${ground.environment.scheduleGroup}/${scheduleName(job)}`),
  SCHEDULED_TIME: scheduledAt,
  ...more,
});

const messagesLeft = async () => (await ground.aws.queue.depth(ground.environment.deadLetterQueueUrl)).messages;

test("a start that the Scheduler gave up on is a failed run of its moment, in words", async () => {
  const job = await ground.jobThatRuns("true", {
    image: "sandbox/no-capacity",
    policies: { maximumRetryAttempts: 0, maximumEventAgeSeconds: 60 },
  });
  await ground.fire(job);
  await vi.waitFor(async () => expect(await round()).toMatchObject({ received: 1, recorded: 1, known: 0, setAside: 0, failed: 0 }), {
    timeout: 10_000,
    interval: 50,
  });
  const [run, ...others] = await ground.runsOf(job);
  expect(others).toEqual([]);
  expect(run).toMatchObject({
    state: "failed",
    trigger: "schedule",
    source: "dead-letter",
    attempt: 1,
    taskArn: null,
    startedAt: null,
    cause: {
      headline: "Could not start: AWS had no capacity free",
      awsWords: [expect.stringContaining("Capacity is unavailable at this time")],
      evidence: expect.arrayContaining(["The Scheduler tried once and gave up: all its attempts were used up"]),
    },
  });
  expect(run?.scheduledAt).toEqual(run?.dueAt);
  expect(await messagesLeft()).toBe(0);
});

test("a role that ECS may not be given says so", async () => {
  const job = await makeJob(ground.db, { environmentId: ground.environment.id });
  const refusal = { ERROR_CODE: "AccessDeniedException", ERROR_MESSAGE: "not authorized to perform: iam:PassRole" };
  await send(letterOf(job, "2027-01-01T02:00:00Z", refusal));
  expect(await round()).toMatchObject({ recorded: 1 });
  expect(await ground.runsOf(job)).toMatchObject([{ cause: { headline: expect.stringContaining("may not be passed to ECS") } }]);
});

test("the same letter twice is one run", async () => {
  const job = await makeJob(ground.db, { environmentId: ground.environment.id });
  await send(letterOf(job, "2027-02-01T02:00:00Z"));
  await round();
  const [before] = await ground.runsOf(job);
  await send(letterOf(job, "2027-02-01T02:00:00Z"));
  expect(await round()).toMatchObject({ recorded: 0, known: 1 });
  expect(await ground.runsOf(job)).toEqual([before]);
});

test("a task that ran is not overwritten, and one that is seen later takes the row over", async () => {
  const job = await ground.jobThatRuns("echo after all");
  await ground.fire(job);
  const ran = await vi.waitFor(
    async () => {
      await intake({ deps: ground.deps, environment: ground.environment, waitSeconds: 0 });
      const [run] = await ground.runsOf(job);
      expect(run?.state).toBe("succeeded");
      return run;
    },
    { timeout: 15_000, interval: 50 },
  );
  await send(letterOf(job, ran?.scheduledAt?.toISOString() ?? ""));
  expect(await round()).toMatchObject({ recorded: 0, known: 1 });
  expect(await ground.runsOf(job)).toEqual([ran]);

  // The other order: the letter first, then the task.
  const later = await makeJob(ground.db, { environmentId: ground.environment.id });
  await send(letterOf(later, "2027-02-02T02:00:00Z"));
  await round();
  const [given] = await ground.runsOf(later);
  const scheduledAt = new Date("2027-02-02T02:00:00Z");
  await upsertRunFromTask(ground.db, {
    ...{ environmentId: ground.environment.id, jobId: later.id, runId: null, trigger: "schedule", scheduledAt, taskVersion: 2 },
    ...{ taskArn: `${ground.environment.clusterArn.replace(":cluster/", ":task/")}/${"d".repeat(32)}`, taskDefinitionArn: null },
    ...{ jobGeneration: 1, attempt: 2, executionId: null, state: "running", phases: {}, startedAt: scheduledAt, stoppedAt: null },
    ...{
      exitCode: null,
      stopCode: null,
      stoppedReason: null,
      containers: [],
      cause: null,
      cpu: null,
      memory: null,
      capacityProvider: null,
    },
    ...{ overrides: null, logGroup: null, logStream: "belfry/main/d", source: "event", seenAt: scheduledAt, createdAt: scheduledAt },
  });
  expect(await ground.runsOf(later)).toMatchObject([
    { id: given?.id, state: "running", cause: null, stoppedAt: null, source: "event", attempt: 2 },
  ]);
});

test("what belongs to nobody here, or cannot be read, is kept aside and blocks nothing", async () => {
  const job = await makeJob(ground.db, { environmentId: ground.environment.id });
  const elsewhere = await makeJob(ground.db);
  const before = (await listSetAside(ground.db, { limit: 1 })).total;
  await send({ ...told, SCHEDULE_ARN: arn("default/backup") });
  await send(letterOf(elsewhere, "2027-03-01T02:00:00Z"));
  await send({}, "<b>not a letter</b>");
  await send(letterOf(job, "2027-03-01T02:00:00Z"));
  expect(await round()).toMatchObject({ received: 4, recorded: 1, setAside: 3, failed: 0 });
  expect(await messagesLeft()).toBe(0);
  const { rows, total } = await listSetAside(ground.db, { limit: 10 });
  expect(total).toBe(before + 3);
  expect(
    rows
      .slice(0, 3)
      .map(({ queue, reason }) => [queue, reason])
      .sort(),
  ).toEqual([
    ["dead-letters", expect.stringContaining("SCHEDULE_ARN is missing")],
    ["dead-letters", expect.stringContaining("the job")],
    ["dead-letters", expect.stringContaining("the schedule backup")],
  ]);
  expect(rows.find(({ body }) => body === "<b>not a letter</b>")).toBeDefined();
});

test("once the queue is empty, it is noted until when it has told all", async () => {
  const at = new Date(Date.now() + 86_400_000);
  await round(at);
  expect((await looksOf(ground.db, ground.environment.id))["dead-letters"]).toEqual(at);
});

test("more than a look can take is taken in one round", async () => {
  const job = await makeJob(ground.db, { environmentId: ground.environment.id });
  for (let hour = 0; hour < 24; hour++) await send(letterOf(job, `2027-04-01T${String(hour).padStart(2, "0")}:00:00Z`));
  expect(await round()).toMatchObject({ received: 24, recorded: 24, againAt: null });
  expect(await ground.runsOf(job)).toHaveLength(24);
});
