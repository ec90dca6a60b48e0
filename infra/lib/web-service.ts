import { Duration } from "aws-cdk-lib";
import * as acm from "aws-cdk-lib/aws-certificatemanager";
import * as ecs from "aws-cdk-lib/aws-ecs";
import * as patterns from "aws-cdk-lib/aws-ecs-patterns";
import * as elb from "aws-cdk-lib/aws-elasticloadbalancingv2";
import * as logs from "aws-cdk-lib/aws-logs";
import * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import type { Database } from "./database";
import { readsLogs } from "./permissions";

type WebServiceProps = {
  cluster: ecs.ICluster;
  image: ecs.ContainerImage;
  database: Database;
  jobLogGroup: logs.ILogGroup;
  certificateArn?: string;
  domainName?: string;
};

/** The console behind a load balancer; over HTTPS where a certificate is given. Its role can read log lines and nothing else. */
export class WebService extends Construct {
  readonly address: string;

  constructor(scope: Construct, id: string, props: WebServiceProps) {
    super(scope, id);
    const { cluster, image, database, jobLogGroup, certificateArn, domainName } = props;
    const sessionSecret = new secretsmanager.Secret(this, "SessionSecret", {
      description: "Signs Belfry's session cookies",
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
    });
    const service = new patterns.ApplicationLoadBalancedFargateService(this, "Web", {
      cluster,
      cpu: 512,
      memoryLimitMiB: 1024,
      desiredCount: 2,
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      publicLoadBalancer: true,
      certificate: certificateArn ? acm.Certificate.fromCertificateArn(this, "Certificate", certificateArn) : undefined,
      redirectHTTP: certificateArn !== undefined,
      protocol: certificateArn ? elb.ApplicationProtocol.HTTPS : elb.ApplicationProtocol.HTTP,
      // A live log is one long answer with a heartbeat every 15 s.
      idleTimeout: Duration.seconds(120),
      taskImageOptions: {
        image,
        command: ["web"],
        containerPort: 3000,
        logDriver: ecs.LogDrivers.awsLogs({ streamPrefix: "web", logRetention: logs.RetentionDays.ONE_MONTH }),
        environment: database.settings,
        secrets: { ...database.variables, NEXTAUTH_SECRET: ecs.Secret.fromSecretsManager(sessionSecret) },
      },
    });
    this.address = `${certificateArn ? "https" : "http"}://${domainName ?? service.loadBalancer.loadBalancerDnsName}`;
    service.taskDefinition.defaultContainer?.addEnvironment("NEXTAUTH_URL", this.address);
    service.taskDefinition.taskRole.addToPrincipalPolicy(readsLogs(jobLogGroup));
    // Each console keeps its own copy of a log that is looked at: whoever leafs through one stays where it was read.
    service.targetGroup.enableCookieStickiness(Duration.hours(12));
    service.targetGroup.configureHealthCheck({ path: "/api/health", healthyThresholdCount: 2, interval: Duration.seconds(15) });
    database.instance.connections.allowDefaultPortFrom(service.service, "The console reads and writes");
  }
}
