import { join } from "node:path";
import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import * as ecs from "aws-cdk-lib/aws-ecs";
import type { Construct } from "constructs";
import { Alarms } from "./alarms";
import { Database } from "./database";
import { DeadLetters, EventIntake } from "./event-intake";
import { JobGround } from "./job-ground";
import { Network } from "./network";
import { keepsAwsAsWanted } from "./permissions";
import { WebService } from "./web-service";
import { WorkerService } from "./worker-service";

export type BelfryStackProps = StackProps & {
  environmentName: string;
  vpcId?: string;
  certificateArn?: string;
  domainName?: string;
  firstAdminEmail?: string;
};

/** All of Belfry in one stack: the ground that jobs run on, the ears that hear of them, the works and the desk. */
export class BelfryStack extends Stack {
  constructor(scope: Construct, id: string, props: BelfryStackProps) {
    super(scope, id, props);
    const { environmentName, vpcId, certificateArn, domainName, firstAdminEmail } = props;
    const scheduleGroup = `belfry-${environmentName}`;
    const network = new Network(this, "Network", { vpcId });
    const { vpc } = network;
    const deadLetters = new DeadLetters(this, "DeadLetters").queue;
    const ground = new JobGround(this, "JobGround", { vpc, environmentName, scheduleGroup, deadLetters });
    const intake = new EventIntake(this, "EventIntake", { cluster: ground.cluster });
    const database = new Database(this, "Database", { vpc });
    const image = ecs.ContainerImage.fromAsset(join(import.meta.dirname, "../.."), {
      exclude: [".git", ".data", ".next", "node_modules", "dist", "cdk.out", "infra/cdk.out", "test-results"],
    });
    const { cluster, executionRole, taskRole, schedulerRole, logGroup } = ground;
    new WorkerService(this, "WorkerService", {
      cluster,
      image,
      database,
      permissions: keepsAwsAsWanted(this, {
        cluster,
        environmentName,
        scheduleGroup,
        schedulerRole,
        logGroup,
        roles: [executionRole, taskRole],
        queues: [intake.queue, deadLetters],
      }),
      environment: {
        BELFRY_ENVIRONMENT_NAME: environmentName,
        BELFRY_CLUSTER_ARN: cluster.clusterArn,
        BELFRY_SCHEDULE_GROUP: scheduleGroup,
        BELFRY_SCHEDULER_ROLE_ARN: schedulerRole.roleArn,
        BELFRY_EXECUTION_ROLE_ARN: executionRole.roleArn,
        BELFRY_TASK_ROLE_ARN: taskRole.roleArn,
        BELFRY_SUBNETS: network.privateSubnetIds.join(","),
        BELFRY_SECURITY_GROUPS: network.jobSecurityGroup.securityGroupId,
        BELFRY_ASSIGN_PUBLIC_IP: "false",
        BELFRY_EVENT_QUEUE_URL: intake.queue.queueUrl,
        BELFRY_DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl,
        BELFRY_DEAD_LETTER_QUEUE_ARN: deadLetters.queueArn,
        BELFRY_LOG_GROUP: logGroup.logGroupName,
        ...(firstAdminEmail && { BELFRY_FIRST_ADMIN_EMAIL: firstAdminEmail }),
      },
    });
    const web = new WebService(this, "WebService", { cluster, image, database, jobLogGroup: logGroup, certificateArn, domainName });
    new Alarms(this, "Alarms", { scheduleGroup, eventQueue: intake.queue, unreadable: intake.unreadable, deadLetters });
    new CfnOutput(this, "Address", { value: web.address });
  }
}
