import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { EventBridgeClient, ListTargetsByRuleCommand } from "@aws-sdk/client-eventbridge";
import { CreateScheduleCommand, CreateScheduleGroupCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { ListQueuesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { publishEvent } from "../events/publish";
import { type RunningSandbox, startSandbox } from "../start-server";
import { makeGround } from "./ground";

let sandbox: RunningSandbox;
let folder: string;
const region = "us-east-1";
const common = () => ({ endpoint: sandbox.endpoint, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } });

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "belfry-ground-"));
  sandbox = await startSandbox({ port: 0, dataFolder: folder, settings: { eventDelayMs: 0 } });
});
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

test("made twice, the ground is the same and nothing is there twice", async () => {
  const first = await makeGround(sandbox.endpoint);
  const { roles } = sandbox.world.iam;
  const madeAt = new Map([...roles.values()].map(({ arn, createdAt }) => [arn, createdAt]));
  expect(await makeGround(sandbox.endpoint)).toEqual(first);
  expect(new Map([...roles.values()].map(({ arn, createdAt }) => [arn, createdAt]))).toEqual(madeAt);
  expect((await new SQSClient(common()).send(new ListQueuesCommand({}))).QueueUrls).toHaveLength(3);
  const { Targets } = await new EventBridgeClient(common()).send(new ListTargetsByRuleCommand({ Rule: "belfry-sandbox-tasks" }));
  expect(Targets).toHaveLength(1);
  expect(first).toMatchObject({
    BELFRY_ENVIRONMENT_NAME: "sandbox",
    BELFRY_CLUSTER_ARN: `arn:aws:ecs:${region}:123456789012:cluster/belfry-sandbox`,
    BELFRY_EVENT_QUEUE_URL: `${sandbox.endpoint}/123456789012/belfry-sandbox-events`,
    BELFRY_DEAD_LETTER_QUEUE_ARN: `arn:aws:sqs:${region}:123456789012:belfry-sandbox-dead-letters`,
  });
});

test("on it, the Scheduler may start tasks and task events arrive", async () => {
  const ground = await makeGround(sandbox.endpoint);
  const scheduler = new SchedulerClient(common());
  await scheduler.send(new CreateScheduleGroupCommand({ Name: ground.BELFRY_SCHEDULE_GROUP }));
  const { ScheduleArn } = await scheduler.send(
    new CreateScheduleCommand({
      Name: "nightly",
      GroupName: ground.BELFRY_SCHEDULE_GROUP,
      ScheduleExpression: "cron(0 2 * * ? *)",
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: {
        Arn: ground.BELFRY_CLUSTER_ARN,
        RoleArn: ground.BELFRY_SCHEDULER_ROLE_ARN,
        EcsParameters: { TaskDefinitionArn: `arn:aws:ecs:${region}:123456789012:task-definition/belfry-x:1`, LaunchType: "FARGATE" },
      },
    }),
  );
  expect(ScheduleArn).toContain("/nightly");
  publishEvent(sandbox.world, sandbox.world.region(region), {
    source: "aws.ecs",
    detailType: "ECS Task State Change",
    detail: { clusterArn: ground.BELFRY_CLUSTER_ARN },
    resources: [],
    time: new Date(),
  });
  const { Messages } = await new SQSClient(common()).send(
    new ReceiveMessageCommand({ QueueUrl: ground.BELFRY_EVENT_QUEUE_URL, WaitTimeSeconds: 5 }),
  );
  expect(Messages).toHaveLength(1);
});
