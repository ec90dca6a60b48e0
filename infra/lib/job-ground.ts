import { ArnFormat, RemovalPolicy, Stack } from "aws-cdk-lib";
import type * as ec2 from "aws-cdk-lib/aws-ec2";
import * as ecs from "aws-cdk-lib/aws-ecs";
import * as iam from "aws-cdk-lib/aws-iam";
import * as kms from "aws-cdk-lib/aws-kms";
import * as logs from "aws-cdk-lib/aws-logs";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { startsTasks, writesLogs } from "./permissions";

type JobGroundProps = { vpc: ec2.IVpc; environmentName: string; scheduleGroup: string; deadLetters: sqs.IQueue };

/** Where the jobs stand: cluster, log group, and the three roles that starting and running a task needs. */
export class JobGround extends Construct {
  readonly cluster: ecs.Cluster;
  readonly logGroup: logs.LogGroup;
  readonly schedulerRole: iam.Role;
  readonly executionRole: iam.Role;
  readonly taskRole: iam.Role;

  constructor(scope: Construct, id: string, { vpc, environmentName, scheduleGroup, deadLetters }: JobGroundProps) {
    super(scope, id);
    const stack = Stack.of(this);
    this.cluster = new ecs.Cluster(this, "Cluster", {
      vpc,
      enableFargateCapacityProviders: true,
      containerInsightsV2: ecs.ContainerInsights.ENABLED,
    });
    this.logGroup = new logs.LogGroup(this, "Log", {
      logGroupName: `/belfry/${environmentName}`,
      retention: logs.RetentionDays.THREE_MONTHS,
      encryptionKey: this.logKey(environmentName),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const fromTasks = new iam.ServicePrincipal("ecs-tasks.amazonaws.com", {
      conditions: {
        StringEquals: { "aws:SourceAccount": stack.account },
        ArnLike: { "aws:SourceArn": `arn:${stack.partition}:ecs:${stack.region}:${stack.account}:*` },
      },
    });
    // One path for all roles of jobs: the boundary of what the worker may pass.
    this.executionRole = new iam.Role(this, "ExecutionRole", {
      path: "/belfry/jobs/",
      assumedBy: fromTasks,
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName("service-role/AmazonECSTaskExecutionRolePolicy")],
    });
    this.executionRole.addToPolicy(writesLogs(this.logGroup));
    this.taskRole = new iam.Role(this, "TaskRole", { path: "/belfry/jobs/", assumedBy: fromTasks });
    this.schedulerRole = new iam.Role(this, "SchedulerRole", {
      // The source is the schedule group: a schedule's own ARN never matches (EventBridge Scheduler guide, "Confused deputy prevention").
      assumedBy: new iam.ServicePrincipal("scheduler.amazonaws.com", {
        conditions: {
          StringEquals: {
            "aws:SourceAccount": stack.account,
            "aws:SourceArn": stack.formatArn({ service: "scheduler", resource: "schedule-group", resourceName: scheduleGroup }),
          },
        },
      }),
    });
    for (const statement of startsTasks(this, { cluster: this.cluster, environmentName, roles: [this.executionRole, this.taskRole] }))
      this.schedulerRole.addToPolicy(statement);
    // The Scheduler writes dead letters with the schedule's role, so the queue itself needs no policy.
    deadLetters.grantSendMessages(this.schedulerRole);
  }

  private logKey(environmentName: string): kms.Key {
    const stack = Stack.of(this);
    const key = new kms.Key(this, "LogKey", { enableKeyRotation: true, description: "The log lines of Belfry's jobs" });
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
        actions: ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        resources: ["*"],
        conditions: {
          ArnLike: {
            "kms:EncryptionContext:aws:logs:arn": stack.formatArn({
              service: "logs",
              resource: "log-group",
              resourceName: `/belfry/${environmentName}*`,
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            }),
          },
        },
      }),
    );
    return key;
  }
}
