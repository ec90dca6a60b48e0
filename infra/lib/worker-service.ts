import { Duration } from "aws-cdk-lib";
import * as ecs from "aws-cdk-lib/aws-ecs";
import type * as iam from "aws-cdk-lib/aws-iam";
import * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Database } from "./database";

type WorkerServiceProps = {
  cluster: ecs.ICluster;
  image: ecs.ContainerImage;
  database: Database;
  environment: Record<string, string>;
  permissions: iam.PolicyStatement[];
};

/** The works: the same image, the other command. Several may run at once; one is enough, because no run waits for it. */
export class WorkerService extends Construct {
  readonly service: ecs.FargateService;

  constructor(scope: Construct, id: string, { cluster, image, database, environment, permissions }: WorkerServiceProps) {
    super(scope, id);
    // Its first round compares every job: with 10,000 of them it takes 400 MB.
    const definition = new ecs.FargateTaskDefinition(this, "Definition", { cpu: 256, memoryLimitMiB: 1024 });
    definition.addContainer("worker", {
      image,
      command: ["worker"],
      environment: { ...environment, ...database.settings },
      secrets: database.variables,
      stopTimeout: Duration.seconds(30),
      logging: ecs.LogDrivers.awsLogs({ streamPrefix: "worker", logRetention: logs.RetentionDays.ONE_MONTH }),
    });
    for (const statement of permissions) definition.taskRole.addToPrincipalPolicy(statement);
    this.service = new ecs.FargateService(this, "Worker", {
      cluster,
      taskDefinition: definition,
      desiredCount: 1,
      minHealthyPercent: 0,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
    });
    database.instance.connections.allowDefaultPortFrom(this.service, "The worker reads and writes");
  }
}
