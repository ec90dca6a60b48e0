import { Duration } from "aws-cdk-lib";
import type * as ecs from "aws-cdk-lib/aws-ecs";
import * as events from "aws-cdk-lib/aws-events";
import * as targets from "aws-cdk-lib/aws-events-targets";
import * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

/** Both queues keep what they have for as long as SQS can: the worker may be away for long. */
const longest = Duration.days(14);

/** Dead letters of the Scheduler: starts that it gave up on. Made before the job ground, whose role writes to it. */
export class DeadLetters extends Construct {
  readonly queue: sqs.Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.queue = new sqs.Queue(this, "Queue", { retentionPeriod: longest, encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true });
  }
}

/** What ECS tells of the cluster's tasks, on a queue that the worker reads. */
export class EventIntake extends Construct {
  readonly queue: sqs.Queue;
  /** Messages that could not be read five times: kept aside, they block nothing. */
  readonly unreadable: sqs.Queue;

  constructor(scope: Construct, id: string, { cluster }: { cluster: ecs.ICluster }) {
    super(scope, id);
    this.unreadable = new sqs.Queue(this, "Unreadable", {
      retentionPeriod: longest,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    this.queue = new sqs.Queue(this, "Queue", {
      retentionPeriod: longest,
      visibilityTimeout: Duration.seconds(60),
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deadLetterQueue: { queue: this.unreadable, maxReceiveCount: 5 },
    });
    new events.Rule(this, "Rule", {
      description: "State changes of Belfry's tasks",
      eventPattern: { source: ["aws.ecs"], detailType: ["ECS Task State Change"], detail: { clusterArn: [cluster.clusterArn] } },
      targets: [new targets.SqsQueue(this.queue)],
    });
  }
}
