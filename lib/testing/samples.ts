import type { Environment } from "@/lib/domain/environment";
import { defaultPolicies, type Job, type JobDefinition } from "@/lib/domain/job";

const moment = new Date("2026-03-01T12:00:00Z");

/** An environment that exists only as a value, for tables. */
export function sampleEnvironment(overrides: Partial<Environment> = {}): Environment {
  return {
    id: "envenvenv1",
    name: "prod",
    region: "eu-central-1",
    accountId: "123456789012",
    clusterArn: "arn:aws:ecs:eu-central-1:123456789012:cluster/jobs",
    scheduleGroup: "belfry-prod",
    schedulerRoleArn: "arn:aws:iam::123456789012:role/belfry-scheduler",
    executionRoleArn: "arn:aws:iam::123456789012:role/belfry-execution",
    taskRoleArn: null,
    subnets: ["subnet-b", "subnet-a"],
    securityGroups: ["sg-1"],
    assignPublicIp: false,
    eventQueueUrl: "https://sqs.eu-central-1.amazonaws.com/123456789012/belfry-events",
    deadLetterQueueUrl: "https://sqs.eu-central-1.amazonaws.com/123456789012/belfry-dead-letters",
    deadLetterQueueArn: "arn:aws:sqs:eu-central-1:123456789012:belfry-dead-letters",
    logGroup: "/belfry/prod",
    historyDays: 400,
    ...overrides,
  };
}

/** A job that exists only as a value, saved and not yet applied. */
export function sampleJob(overrides: Partial<Omit<Job, "definition">> & { definition?: Partial<JobDefinition> } = {}): Job {
  const { definition, ...rest } = overrides;
  return {
    id: "abcde12345",
    environmentId: "envenvenv1",
    name: "Nightly report",
    slug: "nightly-report",
    description: "",
    application: "billing",
    labels: {},
    definition: {
      image: "registry.example.com/billing:1.4.2",
      entryPoint: [],
      command: ["report", "--month", "last"],
      environment: [{ name: "MODE", value: "full" }],
      secrets: [],
      cpu: 512,
      memory: 1024,
      ...definition,
    },
    expression: "cron(30 2 * * ? *)",
    timeZone: "Europe/Berlin",
    policies: defaultPolicies,
    generation: 1,
    savedAt: moment,
    savedBy: "Ada",
    createdAt: moment,
    pausedAt: null,
    pausedBy: null,
    pauseReason: null,
    deletedAt: null,
    appliedGeneration: 0,
    appliedAt: null,
    observedGeneration: 0,
    observedAt: null,
    taskDefinitionArn: null,
    syncError: null,
    retryAt: null,
    removedAt: null,
    expectedAt: null,
    expectBy: null,
    ...rest,
  };
}
