import { expect, test } from "vitest";
import { ownerOf } from "./owner-of";
import type { SeenTask } from "./task-event";

const ours = "arn:aws:ecs:eu-west-1:123456789012:task-definition/belfry-default-reports:42";
const foreign = "arn:aws:ecs:eu-west-1:123456789012:task-definition/shop:7";
const runId = "01998f2e-7b1c-7000-8000-0123456789ab";

const scheduled = {
  BELFRY_JOB: "abcdefghij",
  BELFRY_GENERATION: "12",
  BELFRY_SCHEDULE_ARN: "arn:aws:scheduler:eu-west-1:123456789012:schedule/belfry-default/blf-abcdefghij-nightly",
  BELFRY_SCHEDULED_TIME: "2026-03-22T18:59:00Z",
  BELFRY_EXECUTION_ID: "d32c5kddcf5bb8c3",
  BELFRY_ATTEMPT: "2",
};

type Told = { group?: string; startedBy?: string; definition?: string; variables?: Record<string, string>; container?: string };

const seen = ({ group, startedBy, definition = ours, variables = {}, container = "main" }: Told): SeenTask => ({
  taskArn: "arn:aws:ecs:eu-west-1:123456789012:task/belfry/1",
  clusterArn: null,
  taskDefinitionArn: definition,
  group: group ?? null,
  startedBy: startedBy ?? null,
  version: 1,
  lastStatus: "RUNNING",
  desiredStatus: "RUNNING",
  stopCode: null,
  stoppedReason: null,
  containers: [],
  overrides: {
    containerOverrides: [{ name: container, environment: Object.entries(variables).map(([name, value]) => ({ name, value })) }],
  },
  cpu: null,
  memory: null,
  capacityProvider: null,
  phases: {},
});

const group = "belfry-abcdefghij";

test.each<[string, Told, object | null]>([
  [
    "a task of the Scheduler is the job's, for its moment",
    { group, startedBy: "chronos-schedule/blf-abcdefghij-nig", variables: scheduled },
    {
      jobId: "abcdefghij",
      application: "reports",
      runId: null,
      trigger: "schedule",
      scheduledAt: new Date("2026-03-22T18:59:00Z"),
      jobGeneration: 12,
      attempt: 2,
      executionId: "d32c5kddcf5bb8c3",
    },
  ],
  ["startedBy is not needed for that", { group, variables: scheduled }, { jobId: "abcdefghij", trigger: "schedule" }],
  ["a foreign startedBy changes nothing", { group, startedBy: "somebody", variables: scheduled }, { trigger: "schedule" }],
  [
    "a task of an existing service's definition is ours by its group",
    { group, definition: foreign, variables: scheduled },
    { jobId: "abcdefghij", application: null, trigger: "schedule" },
  ],
  ["the group alone names the job", { group, definition: foreign }, { jobId: "abcdefghij", trigger: "outside", scheduledAt: null }],
  [
    "a run that was asked for is found by startedBy within our group",
    { group, startedBy: `belfry/${runId}`, variables: { BELFRY_JOB: "abcdefghij", BELFRY_RUN: runId } },
    { jobId: "abcdefghij", runId, trigger: "person", scheduledAt: null },
  ],
  [
    "repeating a scheduled run does not claim its moment again",
    { group, startedBy: `belfry/${runId}`, variables: scheduled },
    { runId, scheduledAt: null, executionId: null },
  ],
  ["our startedBy on a foreign task proves nothing", { definition: foreign, group: "family:shop", startedBy: `belfry/${runId}` }, null],
  ["our variables on a foreign task prove nothing", { definition: foreign, group: "family:shop", variables: scheduled }, null],
  ["a foreign task is foreign", { definition: foreign, group: "service:shop" }, null],
  ["a task without a group and with a foreign definition is foreign", { definition: foreign }, null],
  ["another environment's family is foreign", { definition: foreign.replace("shop", "belfry-prod-reports") }, null],
  ["a family that only begins like ours is foreign", { definition: foreign.replace("shop", "belfry-default-") }, null],
  [
    "a task started by hand from our family is from outside",
    { group: "family:belfry-default-reports", startedBy: "ecs-console" },
    { jobId: null, application: "reports", trigger: "outside", scheduledAt: null },
  ],
  [
    "a token that the Scheduler did not replace is no moment",
    {
      group,
      variables: {
        ...scheduled,
        BELFRY_SCHEDULED_TIME: "<aws.scheduler.scheduled-time>",
        BELFRY_ATTEMPT: "<aws.scheduler.attempt-number>",
      },
    },
    { trigger: "outside", scheduledAt: null, attempt: null },
  ],
  ["a startedBy of ours that names no run is nothing", { group, startedBy: "belfry/all" }, { runId: null, trigger: "outside" }],
  [
    "variables of another container are not read",
    { group, container: "sidecar", variables: scheduled },
    { trigger: "outside", scheduledAt: null },
  ],
  ["a job id of a wrong form is not believed", { group, variables: { BELFRY_JOB: "x'; drop" } }, { jobId: "abcdefghij" }],
])("%s", (_sentence, told, expected) => {
  const owner = ownerOf(seen(told), { name: "default" });
  if (expected === null) expect(owner).toBeNull();
  else expect(owner).toMatchObject(expected);
});
