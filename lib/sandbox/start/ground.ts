import { CloudWatchLogsClient, CreateLogGroupCommand, PutRetentionPolicyCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateClusterCommand, ECSClient } from "@aws-sdk/client-ecs";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, GetRoleCommand, IAMClient, PutRolePolicyCommand, UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateQueueCommand, GetQueueAttributesCommand, SetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

/** Where jobs run, in the form of the variables that Belfry reads. */
export type Ground = Record<string, string>;

/** The sandbox takes any keys. */
export const sandboxKeys = { AWS_ACCESS_KEY_ID: "sandbox", AWS_SECRET_ACCESS_KEY: "sandbox" };

/** Queues keep what they have for as long as SQS can, 14 days: the worker may be away for long. */
const longestSeconds = "1209600";

/**
 * Makes what the CDK app makes in an account, through AWS's own API: cluster, roles with their trust, queues with their
 * policies, the rule that sends task events to a queue, the log group. What is there already is brought to the same state,
 * so that a second call changes nothing.
 */
export async function makeGround(endpoint: string, { name = "sandbox", region = "us-east-1" } = {}): Promise<Ground> {
  const place = {
    endpoint,
    region,
    credentials: { accessKeyId: sandboxKeys.AWS_ACCESS_KEY_ID, secretAccessKey: sandboxKeys.AWS_SECRET_ACCESS_KEY },
  };
  const clients = {
    ecs: new ECSClient(place),
    iam: new IAMClient(place),
    sqs: new SQSClient(place),
    events: new EventBridgeClient(place),
    logs: new CloudWatchLogsClient(place),
    sts: new STSClient(place),
  };
  try {
    return await make(name, region, clients);
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}

type Clients = {
  ecs: ECSClient;
  iam: IAMClient;
  sqs: SQSClient;
  events: EventBridgeClient;
  logs: CloudWatchLogsClient;
  sts: STSClient;
};

async function make(name: string, region: string, clients: Clients): Promise<Ground> {
  const { Account: account = "" } = await clients.sts.send(new GetCallerIdentityCommand({}));
  const scheduleGroup = `belfry-${name}`;
  const logGroup = `/belfry/${name}`;
  const { cluster } = await clients.ecs.send(new CreateClusterCommand({ clusterName: `belfry-${name}` }));
  const clusterArn = cluster?.clusterArn ?? "";

  const unreadable = await makeQueue(clients.sqs, `belfry-${name}-unreadable`, { MessageRetentionPeriod: longestSeconds });
  const deadLetters = await makeQueue(clients.sqs, `belfry-${name}-dead-letters`, { MessageRetentionPeriod: longestSeconds });
  const events = await makeQueue(clients.sqs, `belfry-${name}-events`, {
    MessageRetentionPeriod: longestSeconds,
    VisibilityTimeout: "60",
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: unreadable.arn, maxReceiveCount: 5 }),
  });

  const rule = `belfry-${name}-tasks`;
  const EventPattern = JSON.stringify({
    source: ["aws.ecs"],
    "detail-type": ["ECS Task State Change"],
    detail: { clusterArn: [clusterArn] },
  });
  const { RuleArn = "" } = await clients.events.send(
    new PutRuleCommand({ Name: rule, EventPattern, Description: "State changes of Belfry's tasks" }),
  );
  const Policy = policyOf({
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: events.arn,
    Condition: { ArnEquals: { "aws:SourceArn": RuleArn } },
  });
  await clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl: events.url, Attributes: { Policy } }));
  await clients.events.send(new PutTargetsCommand({ Rule: rule, Targets: [{ Id: "queue", Arn: events.arn }] }));

  const fromTasks = { Service: "ecs-tasks.amazonaws.com" };
  const taskSource = { StringEquals: { "aws:SourceAccount": account } };
  const executionRole = await makeRole(clients.iam, `belfry-${name}-execution`, fromTasks, taskSource, [
    { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: "*" },
    { Effect: "Allow", Action: ["secretsmanager:GetSecretValue", "ssm:GetParameters"], Resource: "*" },
  ]);
  const taskRole = await makeRole(clients.iam, `belfry-${name}-task`, fromTasks, taskSource, []);
  // The source is the schedule group: a schedule's own ARN never matches (Scheduler guide, "Confused deputy prevention").
  const groupSource = {
    StringEquals: {
      "aws:SourceAccount": account,
      "aws:SourceArn": `arn:aws:scheduler:${region}:${account}:schedule-group/${scheduleGroup}`,
    },
  };
  const schedulerRole = await makeRole(clients.iam, `belfry-${name}-scheduler`, { Service: "scheduler.amazonaws.com" }, groupSource, [
    {
      Effect: "Allow",
      Action: "ecs:RunTask",
      Resource: [`arn:aws:ecs:${region}:${account}:task-definition/belfry-*`],
      Condition: { ArnEquals: { "ecs:cluster": clusterArn } },
    },
    { Effect: "Allow", Action: "ecs:TagResource", Resource: `arn:aws:ecs:${region}:${account}:task/*` },
    { Effect: "Allow", Action: "iam:PassRole", Resource: [executionRole, taskRole] },
    { Effect: "Allow", Action: "sqs:SendMessage", Resource: deadLetters.arn },
  ]);

  await makeLogGroup(clients.logs, logGroup);
  return {
    BELFRY_ENVIRONMENT_NAME: name,
    BELFRY_CLUSTER_ARN: clusterArn,
    BELFRY_SCHEDULE_GROUP: scheduleGroup,
    BELFRY_SCHEDULER_ROLE_ARN: schedulerRole,
    BELFRY_EXECUTION_ROLE_ARN: executionRole,
    BELFRY_TASK_ROLE_ARN: taskRole,
    // Networks are not imitated: any name of the right form will do.
    BELFRY_SUBNETS: "subnet-0b1e11f7000000001,subnet-0b1e11f7000000002",
    BELFRY_SECURITY_GROUPS: "sg-0b1e11f7000000001",
    BELFRY_ASSIGN_PUBLIC_IP: "false",
    BELFRY_EVENT_QUEUE_URL: events.url,
    BELFRY_DEAD_LETTER_QUEUE_URL: deadLetters.url,
    BELFRY_DEAD_LETTER_QUEUE_ARN: deadLetters.arn,
    BELFRY_LOG_GROUP: logGroup,
  };
}

const policyOf = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

/** CreateQueue refuses a queue that exists with other attributes, so it is made bare and then set. */
async function makeQueue(sqs: SQSClient, QueueName: string, Attributes: Record<string, string>): Promise<{ url: string; arn: string }> {
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName }));
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  const { Attributes: found } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  return { url: QueueUrl, arn: found?.QueueArn ?? "" };
}

/** A role that `principal` may assume under `condition`, with one inline policy. */
async function makeRole(iam: IAMClient, RoleName: string, principal: object, condition: object, statements: object[]): Promise<string> {
  const document = policyOf({ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole", Condition: condition });
  let arn = await arnOfRole(iam, RoleName);
  if (arn) await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: document }));
  else {
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName, Path: "/belfry/", AssumeRolePolicyDocument: document }));
    arn = Role?.Arn ?? "";
  }
  if (statements.length > 0)
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "belfry", PolicyDocument: policyOf(...statements) }));
  return arn;
}

async function arnOfRole(iam: IAMClient, RoleName: string): Promise<string | null> {
  try {
    return (await iam.send(new GetRoleCommand({ RoleName }))).Role?.Arn ?? null;
  } catch (error) {
    if ((error as Error).name === "NoSuchEntityException") return null;
    throw error;
  }
}

async function makeLogGroup(logs: CloudWatchLogsClient, logGroupName: string): Promise<void> {
  try {
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
  } catch (error) {
    if ((error as Error).name !== "ResourceAlreadyExistsException") throw error;
  }
  await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 30 }));
}
