import { App } from "aws-cdk-lib";
import { BelfryStack } from "../lib/belfry-stack";

/**
 * Deploys Belfry itself. Settings come as CDK context:
 * `-c environment=prod -c certificateArn=... -c domainName=belfry.example.com -c firstAdmin=ops@example.com [-c vpcId=vpc-...]`.
 */
const app = new App({ analyticsReporting: false });
const setting = (name: string): string | undefined => {
  const value: unknown = app.node.tryGetContext(name);
  return typeof value === "string" && value !== "" ? value : undefined;
};

new BelfryStack(app, "Belfry", {
  // Account and region as the CDK command line knows them; without them the template fits any.
  env: process.env.CDK_DEFAULT_ACCOUNT ? { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION } : undefined,
  environmentName: setting("environment") ?? "default",
  vpcId: setting("vpcId"),
  certificateArn: setting("certificateArn"),
  domainName: setting("domainName"),
  firstAdminEmail: setting("firstAdmin"),
});

app.synth();
