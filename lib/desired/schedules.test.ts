import { expect, test } from "vitest";
import { sampleEnvironment, sampleJob } from "@/lib/testing/samples";
import { scheduleFingerprint } from "./fingerprint";
import { onlyMomentOf, pinTo, toSchedules } from "./schedules";

const environment = sampleEnvironment();
const arn = "arn:aws:ecs:eu-central-1:123456789012:task-definition/belfry-prod-billing:42";
const now = new Date("2026-03-01T12:00:00Z");

test("a schedule is written whole, so that an update resets nothing to AWS's defaults", () => {
  const [schedule] = toSchedules(sampleJob(), environment, arn, now);
  expect(schedule).toEqual({
    Name: "blf-abcde12345-nightly-report",
    GroupName: "belfry-prod",
    Description: expect.stringContaining("nightly-report"),
    ScheduleExpression: "cron(30 2 * * ? *)",
    ScheduleExpressionTimezone: "Europe/Berlin",
    State: "ENABLED",
    FlexibleTimeWindow: { Mode: "OFF" },
    ActionAfterCompletion: "NONE",
    Target: {
      Arn: environment.clusterArn,
      RoleArn: environment.schedulerRoleArn,
      Input: expect.any(String),
      RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 900 },
      DeadLetterConfig: { Arn: environment.deadLetterQueueArn },
      EcsParameters: {
        TaskDefinitionArn: arn,
        TaskCount: 1,
        LaunchType: "FARGATE",
        Group: "belfry-abcde12345",
        NetworkConfiguration: {
          awsvpcConfiguration: { Subnets: ["subnet-b", "subnet-a"], SecurityGroups: ["sg-1"], AssignPublicIp: "DISABLED" },
        },
      },
    },
  });
});

test("the Scheduler's tokens stand in the input as they are, or it would not replace them", () => {
  const [schedule] = toSchedules(sampleJob(), environment, arn, now);
  expect(schedule?.Target.Input).toContain('"value":"<aws.scheduler.scheduled-time>"');
});

test("a description is never longer than the Scheduler takes", () => {
  const [schedule] = toSchedules(sampleJob({ slug: "s".repeat(63) }), environment, arn, now);
  expect(schedule?.Description.length).toBeLessThanOrEqual(512);
});

test("a save of what AWS need not know is the same schedule", () => {
  const [schedule] = toSchedules(sampleJob(), environment, arn, now);
  const [again] = toSchedules(
    sampleJob({ generation: 9, name: "Renamed", description: "Explained", labels: { team: "ledger" } }),
    environment,
    arn,
    now,
  );
  const [larger] = toSchedules(sampleJob({ definition: { ...sampleJob().definition, memory: 2048 } }), environment, arn, now);
  if (!schedule || !again || !larger) throw new Error("no schedule");
  expect(scheduleFingerprint(again)).toBe(scheduleFingerprint(schedule));
  expect(scheduleFingerprint(larger)).not.toBe(scheduleFingerprint(schedule));
});

test("a paused job keeps its schedule, disabled; a deleted one has none", () => {
  expect(toSchedules(sampleJob({ pausedAt: now }), environment, arn, now)[0]?.State).toBe("DISABLED");
  expect(toSchedules(sampleJob({ deletedAt: now }), environment, arn, now)).toEqual([]);
});

test("an at(...) keeps its schedule while AWS may still start it, and wants none afterwards", () => {
  const job = sampleJob({ expression: "at(2026-03-01T13:00:00)", timeZone: "Europe/Berlin" });
  expect(onlyMomentOf(job)).toEqual(now);
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
  expect(toSchedules(job, environment, arn, later(-60))).toHaveLength(1);
  expect(toSchedules(job, environment, arn, later(900))).toHaveLength(1);
  expect(toSchedules(job, environment, arn, later(1021))).toEqual([]);
});

test("what repeats has no only moment", () => {
  expect(onlyMomentOf(sampleJob())).toBeNull();
  expect(onlyMomentOf(sampleJob({ expression: "rate(1 hour)" }))).toBeNull();
});

test("pinning changes the revision and nothing else", () => {
  const [schedule] = toSchedules(sampleJob(), environment, "unregistered", now);
  if (!schedule) throw new Error("no schedule");
  expect(pinTo(schedule, arn)).toEqual(toSchedules(sampleJob(), environment, arn, now)[0]);
});

test("what GetSchedule answers has the fingerprint of what was written", () => {
  const [schedule] = toSchedules(sampleJob(), environment, arn, now);
  if (!schedule) throw new Error("no schedule");
  const answered = {
    $metadata: {},
    ...schedule,
    Arn: "arn:aws:scheduler:eu-central-1:123456789012:schedule/belfry-prod/blf-abcde12345-nightly-report",
    CreationDate: now,
    LastModificationDate: now,
    Target: {
      ...schedule.Target,
      Input: JSON.stringify(JSON.parse(schedule.Target.Input), null, 2),
      EcsParameters: { ...schedule.Target.EcsParameters, EnableECSManagedTags: false, PlacementConstraints: [], Tags: [] },
    },
  };
  expect(scheduleFingerprint(answered)).toBe(scheduleFingerprint(schedule));
  expect(scheduleFingerprint({ ...answered, State: "DISABLED" })).not.toBe(scheduleFingerprint(schedule));
  expect(scheduleFingerprint({ ...answered, EndDate: now })).not.toBe(scheduleFingerprint(schedule));
});
