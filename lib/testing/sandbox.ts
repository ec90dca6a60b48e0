import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateClusterCommand, ECSClient } from "@aws-sdk/client-ecs";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateQueueCommand, GetQueueAttributesCommand, SetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { makeAws } from "@/lib/aws/clients";
import type { Database } from "@/lib/db/client";
import type { Clock, Deps } from "@/lib/deps";
import { systemClock } from "@/lib/deps";
import type { EnvironmentSettings } from "@/lib/domain/environment";
import { type SandboxControl, sandboxControl } from "@/lib/sandbox/control-client";
import type { Settings } from "@/lib/sandbox/service";
import { startSandbox } from "@/lib/sandbox/start-server";
import type { SandboxWorld } from "@/lib/sandbox/world";

const region = "eu-central-1";
const accountId = "123456789012";

/** Nothing takes time and nothing is held back: a test that is about that says so. */
const quick: Partial<Settings> = {
  provisioningMs: 0,
  pullingMs: 0,
  deprovisioningMs: 0,
  logIngestionMs: 0,
  eventDelayMs: 0,
  groupDeletionMs: 0,
};

export type TestSandbox = {
  endpoint: string;
  /** The imitated AWS itself, in this process. */
  world: SandboxWorld;
  control: SandboxControl;
  /** Cluster, roles, queues and rule, made through the API; schedule group and log group are Belfry's to make. */
  environment: EnvironmentSettings;
  /** What a process of its own would have: doors that remember nothing. */
  deps(db: Database, clock?: Clock): Deps;
  close(): Promise<void>;
};

/** An imitated AWS of its own on a free port, within this process; the SDK's variables point at it until it is closed. */
export async function testSandbox(settings: Partial<Settings> = {}): Promise<TestSandbox> {
  const dataFolder = mkdtempSync(path.join(tmpdir(), "belfry-test-sandbox-"));
  const sandbox = await startSandbox({ port: 0, dataFolder, accountId, settings: { ...quick, ...settings } });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: sandbox.endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: "AKIDTEST",
    AWS_SECRET_ACCESS_KEY: "secret",
  });
  return {
    endpoint: sandbox.endpoint,
    world: sandbox.world,
    control: sandboxControl(sandbox.endpoint),
    environment: await layGround("test"),
    deps: (db, clock = systemClock) => {
      const aws = makeAws(region);
      return { db, clock, aws: () => aws, log: { info: () => {}, warn: () => {}, error: () => {} } };
    },
    close: async () => {
      await sandbox.close();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

/** What a deployment has before Belfry starts. */
async function layGround(name: string): Promise<EnvironmentSettings> {
  const [ecs, iam, queues, events] = [new ECSClient({}), new IAMClient({}), new SQSClient({}), new EventBridgeClient({})];
  const { cluster } = await ecs.send(new CreateClusterCommand({ clusterName: name }));
  const role = async (roleName: string, service: string) => {
    const statement = { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" };
    const trust = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: roleName, AssumeRolePolicyDocument: trust }));
    return Role?.Arn ?? "";
  };
  const queue = async (queueName: string) => {
    const { QueueUrl: url = "" } = await queues.send(new CreateQueueCommand({ QueueName: queueName }));
    const { Attributes } = await queues.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn"] }));
    return { url, arn: Attributes?.QueueArn ?? "" };
  };
  const eventQueue = await queue(`${name}-events`);
  const deadLetterQueue = await queue(`${name}-dead-letters`);
  const pattern = { source: ["aws.ecs"], "detail-type": ["ECS Task State Change"], detail: { clusterArn: [cluster?.clusterArn] } };
  const { RuleArn } = await events.send(new PutRuleCommand({ Name: `${name}-task-events`, EventPattern: JSON.stringify(pattern) }));
  const statement = {
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: eventQueue.arn,
    Condition: { ArnEquals: { "aws:SourceArn": RuleArn } },
  };
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  await queues.send(new SetQueueAttributesCommand({ QueueUrl: eventQueue.url, Attributes: { Policy: policy } }));
  await events.send(new PutTargetsCommand({ Rule: `${name}-task-events`, Targets: [{ Id: "queue", Arn: eventQueue.arn }] }));
  return {
    name,
    region,
    accountId,
    clusterArn: cluster?.clusterArn ?? "",
    scheduleGroup: `belfry-${name}`,
    schedulerRoleArn: await role("belfry-scheduler", "scheduler.amazonaws.com"),
    executionRoleArn: await role("belfry-execution", "ecs-tasks.amazonaws.com"),
    taskRoleArn: null,
    subnets: ["subnet-11111111"],
    securityGroups: ["sg-11111111"],
    assignPublicIp: false,
    eventQueueUrl: eventQueue.url,
    deadLetterQueueUrl: deadLetterQueue.url,
    deadLetterQueueArn: deadLetterQueue.arn,
    logGroup: `/belfry/${name}`,
    historyDays: 400,
  };
}
