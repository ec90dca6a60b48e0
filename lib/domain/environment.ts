/** Where jobs run: one AWS account and region, one cluster, one network, one schedule group, one set of roles. */
export type Environment = {
  id: string;
  name: string;
  region: string;
  accountId: string;
  clusterArn: string;
  scheduleGroup: string;
  schedulerRoleArn: string;
  executionRoleArn: string;
  taskRoleArn: string | null;
  subnets: string[];
  securityGroups: string[];
  assignPublicIp: boolean;
  eventQueueUrl: string;
  deadLetterQueueUrl: string;
  deadLetterQueueArn: string;
  logGroup: string;
  historyDays: number;
};

/** The environment as the deployment's settings describe it; Belfry gives it its id. */
export type EnvironmentSettings = Omit<Environment, "id">;
