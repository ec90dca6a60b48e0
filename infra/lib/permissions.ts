import { ArnFormat, Stack } from "aws-cdk-lib";
import type * as ecs from "aws-cdk-lib/aws-ecs";
import * as iam from "aws-cdk-lib/aws-iam";
import type * as logs from "aws-cdk-lib/aws-logs";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { family } from "@/lib/desired/names";

// What each role may do, a named function each. An action on "*" is one that IAM cannot narrow (Service Authorization Reference).

type Ground = { cluster: ecs.ICluster; environmentName: string; roles: iam.IRole[] };

const families = (scope: Construct, environmentName: string): string =>
  Stack.of(scope).formatArn({ service: "ecs", resource: "task-definition", resourceName: `${family({ name: environmentName }, "*")}:*` });

const tasks = (scope: Construct, cluster: ecs.ICluster): string =>
  Stack.of(scope).formatArn({ service: "ecs", resource: "task", resourceName: `${cluster.clusterName}/*` });

/** The Scheduler's role, and the worker for runs that people ask for: start tasks of our families in this cluster, with the jobs' roles. */
export function startsTasks(scope: Construct, { cluster, environmentName, roles }: Ground): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      actions: ["ecs:RunTask"],
      resources: [families(scope, environmentName)],
      conditions: { ArnEquals: { "ecs:cluster": cluster.clusterArn } },
    }),
    new iam.PolicyStatement({
      actions: ["ecs:TagResource"],
      resources: [tasks(scope, cluster)],
      conditions: { StringEquals: { "ecs:CreateAction": "RunTask" } },
    }),
    passesRoles(roles, "ecs-tasks.amazonaws.com"),
  ];
}

/** Passing a role is the real boundary of what a job can do: by name of the role and of the service that takes it. */
export function passesRoles(roles: iam.IRole[], service: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ["iam:PassRole"],
    resources: roles.map((role) => role.roleArn),
    conditions: { StringEquals: { "iam:PassedToService": service } },
  });
}

/** The execution role writes the tasks' lines. */
export function writesLogs(group: logs.ILogGroup): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [`${group.logGroupArn}:*`, group.logGroupArn],
  });
}

/** The web command's only right in AWS: reading the jobs' log lines. */
export function readsLogs(group: logs.ILogGroup): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ["logs:GetLogEvents"], resources: [`${group.logGroupArn}:*`, group.logGroupArn] });
}

type Works = Ground & { scheduleGroup: string; schedulerRole: iam.IRole; logGroup: logs.ILogGroup; queues: sqs.IQueue[] };

/** The worker: keep schedules and revisions as wanted, start and stop asked-for runs, read what AWS tells. */
export function keepsAwsAsWanted(scope: Construct, works: Works): iam.PolicyStatement[] {
  const stack = Stack.of(scope);
  const group = stack.formatArn({ service: "scheduler", resource: "schedule-group", resourceName: works.scheduleGroup });
  const schedules = stack.formatArn({ service: "scheduler", resource: "schedule", resourceName: `${works.scheduleGroup}/*` });
  const inCluster = { ArnEquals: { "ecs:cluster": works.cluster.clusterArn } };
  return [
    new iam.PolicyStatement({
      actions: ["scheduler:CreateSchedule", "scheduler:UpdateSchedule", "scheduler:GetSchedule", "scheduler:DeleteSchedule"],
      resources: [schedules],
    }),
    new iam.PolicyStatement({
      actions: ["scheduler:CreateScheduleGroup", "scheduler:GetScheduleGroup", "scheduler:TagResource"],
      resources: [group],
    }),
    new iam.PolicyStatement({ actions: ["scheduler:ListSchedules"], resources: ["*"] }),
    passesRoles([works.schedulerRole], "scheduler.amazonaws.com"),
    new iam.PolicyStatement({ actions: ["ecs:RegisterTaskDefinition"], resources: [families(scope, works.environmentName)] }),
    new iam.PolicyStatement({
      actions: ["ecs:TagResource"],
      resources: [families(scope, works.environmentName)],
      conditions: { StringEquals: { "ecs:CreateAction": "RegisterTaskDefinition" } },
    }),
    new iam.PolicyStatement({
      actions: ["ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions", "ecs:ListTaskDefinitionFamilies"],
      resources: ["*"],
    }),
    ...startsTasks(scope, works),
    new iam.PolicyStatement({
      actions: ["ecs:StopTask", "ecs:DescribeTasks"],
      resources: [tasks(scope, works.cluster)],
      conditions: inCluster,
    }),
    new iam.PolicyStatement({ actions: ["ecs:ListTasks"], resources: ["*"], conditions: inCluster }),
    readsLogs(works.logGroup),
    new iam.PolicyStatement({
      actions: ["logs:CreateLogGroup"],
      resources: [
        stack.formatArn({ service: "logs", resource: "log-group", resourceName: "/belfry/*", arnFormat: ArnFormat.COLON_RESOURCE_NAME }),
      ],
    }),
    new iam.PolicyStatement({
      actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
      resources: works.queues.map((queue) => queue.queueArn),
    }),
  ];
}
