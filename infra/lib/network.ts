import * as ec2 from "aws-cdk-lib/aws-ec2";
import { Construct } from "constructs";

/** The network of Belfry and of its jobs: an existing one by its id, or a new one over two zones with one NAT gateway. */
export class Network extends Construct {
  readonly vpc: ec2.IVpc;
  /** Of the jobs' tasks: out to anywhere, in from nowhere. */
  readonly jobSecurityGroup: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, { vpcId }: { vpcId?: string }) {
    super(scope, id);
    this.vpc = vpcId
      ? ec2.Vpc.fromLookup(this, "Vpc", { vpcId })
      : new ec2.Vpc(this, "Vpc", { maxAzs: 2, natGateways: 1, flowLogs: { rejected: { trafficType: ec2.FlowLogTrafficType.REJECT } } });
    this.jobSecurityGroup = new ec2.SecurityGroup(this, "Jobs", {
      vpc: this.vpc,
      description: "Tasks of the jobs",
      allowAllOutbound: true,
    });
  }

  /** Private subnets with a way out: images, secrets and logs are fetched through it. */
  get privateSubnetIds(): string[] {
    return this.vpc.selectSubnets({ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }).subnetIds;
  }
}
