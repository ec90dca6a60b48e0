import { Duration, RemovalPolicy } from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as ecs from "aws-cdk-lib/aws-ecs";
import * as rds from "aws-cdk-lib/aws-rds";
import { Construct } from "constructs";

/** Belfry's Postgres: private, encrypted, backed up, its password made and kept by Secrets Manager. */
export class Database extends Construct {
  readonly instance: rds.DatabaseInstance;

  constructor(scope: Construct, id: string, { vpc }: { vpc: ec2.IVpc }) {
    super(scope, id);
    this.instance = new rds.DatabaseInstance(this, "Postgres", {
      vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      engine: rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_16 }),
      instanceType: ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.SMALL),
      credentials: rds.Credentials.fromGeneratedSecret("belfry"),
      databaseName: "belfry",
      storageType: rds.StorageType.GP3,
      allocatedStorage: 20,
      maxAllocatedStorage: 200,
      storageEncrypted: true,
      multiAz: false,
      backupRetention: Duration.days(14),
      deletionProtection: true,
      removalPolicy: RemovalPolicy.SNAPSHOT,
    });
  }

  /**
   * RDS refuses connections that are not encrypted (rds.force_ssl since PostgreSQL 15). The authority behind its certificate is
   * RDS's own and not among those that Node knows, so the certificate is not checked; the traffic stays within the network.
   */
  readonly settings = { PGSSLMODE: "no-verify" };

  /** The connection as libpq's own variables, from the secret's members: no password stands in a template. */
  get variables(): Record<string, ecs.Secret> {
    const secret = this.instance.secret;
    if (!secret) throw new Error("The database was made without a secret.");
    return {
      PGHOST: ecs.Secret.fromSecretsManager(secret, "host"),
      PGPORT: ecs.Secret.fromSecretsManager(secret, "port"),
      PGUSER: ecs.Secret.fromSecretsManager(secret, "username"),
      PGPASSWORD: ecs.Secret.fromSecretsManager(secret, "password"),
      PGDATABASE: ecs.Secret.fromSecretsManager(secret, "dbname"),
    };
  }
}
