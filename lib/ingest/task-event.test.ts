import { expect, test } from "vitest";
import { fromDescribe, parseTaskEvent } from "./task-event";

const arn = "arn:aws:ecs:eu-west-1:123456789012:task/belfry/0f1e2d3c4b5a69788796a5b4c3d2e1f0";

/** The members and their forms as the ECS Developer Guide shows them ("Amazon ECS task state change events"), for a job of ours. */
const detail = {
  attachments: [{ id: "4d3b", type: "eni", status: "DELETED", details: [{ name: "privateIPv4Address", value: "10.0.0.4" }] }],
  attributes: [{ name: "ecs.cpu-architecture", value: "x86_64" }],
  availabilityZone: "eu-west-1b",
  clusterArn: "arn:aws:ecs:eu-west-1:123456789012:cluster/belfry",
  connectivity: "CONNECTED",
  connectivityAt: "2026-03-22T18:59:14.123Z",
  containers: [
    {
      containerArn: "arn:aws:ecs:eu-west-1:123456789012:container/belfry/0f1e/aa",
      exitCode: 0,
      lastStatus: "STOPPED",
      name: "aws-guardduty-agent-Xy12Ab",
      runtimeId: "0f1e-1",
      taskArn: arn,
      networkInterfaces: [],
      cpu: "null",
    },
    {
      containerArn: "arn:aws:ecs:eu-west-1:123456789012:container/belfry/0f1e/bb",
      exitCode: 3,
      lastStatus: "STOPPED",
      name: "main",
      image: "registry.example/report:7",
      imageDigest: "sha256:aaaa",
      runtimeId: "0f1e-2",
      taskArn: arn,
      networkInterfaces: [],
      cpu: "256",
      memory: "512",
    },
  ],
  cpu: "256",
  createdAt: "2026-03-22T18:59:03.000Z",
  desiredStatus: "STOPPED",
  enableExecuteCommand: false,
  ephemeralStorage: { sizeInGiB: 20 },
  executionStoppedAt: "2026-03-22T19:01:00.500Z",
  group: "belfry-abcdefghij",
  launchType: "FARGATE",
  lastStatus: "STOPPED",
  memory: "512",
  overrides: {
    containerOverrides: [
      { name: "main", command: ["report", "--all"], environment: [{ name: "BELFRY_JOB", value: "abcdefghij" }] },
      { name: "aws-guardduty-agent-Xy12Ab", environment: [{ name: "BELFRY_JOB", value: "jihgfedcba" }] },
    ],
    cpu: "1024",
    memory: "2048",
  },
  platformVersion: "1.4.0",
  pullStartedAt: "2026-03-22T18:59:20.000Z",
  pullStoppedAt: "2026-03-22T18:59:25.000Z",
  startedAt: "2026-03-22T18:59:27.000Z",
  startedBy: "chronos-schedule/blf-abcdefghij-nig",
  stopCode: "EssentialContainerExited",
  stoppedAt: "2026-03-22T19:01:22.000Z",
  stoppedReason: "Essential container in task exited",
  stoppingAt: "2026-03-22T19:01:02.000Z",
  taskArn: arn,
  taskDefinitionArn: "arn:aws:ecs:eu-west-1:123456789012:task-definition/belfry-default-reports:42",
  updatedAt: "2026-03-22T19:01:22.000Z",
  version: 6,
};

const event = (changes: object = {}, envelope: object = {}) =>
  JSON.stringify({
    version: "0",
    id: "3317b2af-7005-947d-b652-f55e762e571a",
    "detail-type": "ECS Task State Change",
    source: "aws.ecs",
    account: "123456789012",
    time: "2026-03-22T19:01:22Z",
    region: "eu-west-1",
    resources: [arn],
    detail: { ...detail, ...changes },
    ...envelope,
  });

const read = (changes: object) => {
  const answer = parseTaskEvent(event(changes));
  return "task" in answer ? answer.task : answer;
};

test("a task's event is read, without the containers that AWS added", () => {
  expect(parseTaskEvent(event())).toEqual({
    at: new Date("2026-03-22T19:01:22Z"),
    task: {
      taskArn: arn,
      clusterArn: detail.clusterArn,
      taskDefinitionArn: detail.taskDefinitionArn,
      group: "belfry-abcdefghij",
      startedBy: "chronos-schedule/blf-abcdefghij-nig",
      version: 6,
      lastStatus: "STOPPED",
      desiredStatus: "STOPPED",
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
      containers: [
        { name: "main", lastStatus: "STOPPED", exitCode: 3, reason: null, image: "registry.example/report:7", imageDigest: "sha256:aaaa" },
      ],
      overrides: {
        containerOverrides: [{ name: "main", command: ["report", "--all"], environment: [{ name: "BELFRY_JOB", value: "abcdefghij" }] }],
        cpu: "1024",
        memory: "2048",
      },
      cpu: 256,
      memory: 512,
      capacityProvider: "FARGATE",
      phases: {
        lastStatus: "STOPPED",
        desiredStatus: "STOPPED",
        createdAt: "2026-03-22T18:59:03.000Z",
        connectivityAt: "2026-03-22T18:59:14.123Z",
        pullStartedAt: "2026-03-22T18:59:20.000Z",
        pullStoppedAt: "2026-03-22T18:59:25.000Z",
        startedAt: "2026-03-22T18:59:27.000Z",
        stoppingAt: "2026-03-22T19:01:02.000Z",
        executionStoppedAt: "2026-03-22T19:01:00.500Z",
        stoppedAt: "2026-03-22T19:01:22.000Z",
      },
    },
  });
});

test("DescribeTasks, with dates where the event has text, gives the same form", () => {
  const moments = Object.fromEntries(
    Object.entries(detail).map(([name, value]) => [name, name.endsWith("At") && typeof value === "string" ? new Date(value) : value]),
  );
  expect(fromDescribe({ ...moments, tags: [], healthStatus: "UNKNOWN" })).toEqual({ task: read({}) });
});

test.each([
  ["an unknown member changes nothing", { futureMember: { any: 1 } }, {}],
  [
    "a task that has not started yet has no such moment",
    { startedAt: undefined, stoppedAt: null },
    { phases: { createdAt: detail.createdAt } },
  ],
  [
    "an exit code that is missing is not known, and not 0",
    { containers: [{ name: "main", lastStatus: "STOPPED" }] },
    { containers: [{ exitCode: null }] },
  ],
  ["a task without containers is read", { containers: [] }, { containers: [] }],
  ["a task whose containers are missing is read", { containers: undefined }, { containers: [] }],
  ["a moment that is none is left out", { startedAt: "soon" }, { version: 6 }],
  ["a size that is no number is not known", { cpu: "null" }, { cpu: null }],
  ["a container without a name is left out", { containers: [{ exitCode: 1 }, { name: "main" }] }, { containers: [{ name: "main" }] }],
  ["a task without overrides is read", { overrides: undefined }, { overrides: null }],
  ["a capacity provider goes before the launch type", { capacityProviderName: "FARGATE_SPOT" }, { capacityProvider: "FARGATE_SPOT" }],
])("%s", (_sentence, changes, expected) => {
  expect(read(changes)).toMatchObject(expected);
});

test("a missing moment leaves no key behind", () => {
  expect(read({ startedAt: undefined })).not.toHaveProperty("phases.startedAt");
  expect(read({ startedAt: "soon" })).not.toHaveProperty("phases.startedAt");
});

test.each([
  ["another source", event({}, { source: "aws.events" })],
  ["another kind of event", event({}, { "detail-type": "ECS Service Action" })],
])("%s is uninteresting", (_what, body) => {
  expect(parseTaskEvent(body)).toHaveProperty("uninteresting");
});

test.each([
  ["no JSON", "{"],
  ["JSON that is no event", "[1, 2]"],
  ["an event without a task's ARN", event({ taskArn: undefined })],
  ["an event without the counter", event({ version: undefined })],
  ["an event whose counter is text", event({ version: "6" })],
  ["an event without a status", event({ lastStatus: undefined })],
  ["an event without detail", event({}, { detail: undefined })],
])("%s cannot be read, and says why", (_what, body) => {
  expect(parseTaskEvent(body)).toEqual({ unreadable: expect.stringMatching(/^The .+/) });
});
