import type { Database } from "@/lib/db/client";
import type { Prisma } from "@/lib/db/generated/client";
import { toJob } from "@/lib/db/job-row";
import type { Person } from "@/lib/db/people";
import { toRun } from "@/lib/db/run-row";
import type { Actor, Role } from "@/lib/domain/actor";
import type { Environment } from "@/lib/domain/environment";
import { newId, newShortId } from "@/lib/domain/ids";
import { defaultPolicies, type Job, type JobDefinition, type JobInput } from "@/lib/domain/job";
import type { Run } from "@/lib/domain/run";

/** Rows as they may stand in Postgres, written directly. Each call makes another one; what a test is about, it says. */

let count = 0;
const next = () => ++count;

/** Somebody who acts, without a row. */
export function makeActor(role: Role = "admin"): Actor {
  return { id: newId(), name: `${role} ${next()}`, role };
}

/** A job as somebody may write it down. */
export function jobInput(overrides: Partial<Omit<JobInput, "definition">> & { definition?: Partial<JobDefinition> } = {}): JobInput {
  const { definition, ...rest } = overrides;
  const number = next();
  return {
    name: `Job ${number}`,
    slug: `job-${number}`,
    description: "",
    application: "reports",
    labels: {},
    definition: {
      image: "registry.example.com/reports:1.4",
      entryPoint: [],
      command: ["sh", "-c", "echo hello"],
      environment: [],
      secrets: [],
      cpu: 256,
      memory: 512,
      ...definition,
    },
    expression: "cron(0 2 * * ? *)",
    timeZone: "UTC",
    policies: defaultPolicies,
    ...rest,
  };
}

/** An environment of its own cluster, schedule group and queues. */
export async function makeEnvironment(db: Database, overrides: Partial<Environment> = {}): Promise<Environment> {
  const name = overrides.name ?? `environment-${next()}`;
  const {
    createdAt: _createdAt,
    updatedAt: _updatedAt,
    ...environment
  } = await db.environment.create({
    data: {
      id: newShortId(),
      name,
      region: "eu-central-1",
      accountId: "123456789012",
      clusterArn: `arn:aws:ecs:eu-central-1:123456789012:cluster/${name}`,
      scheduleGroup: `belfry-${name}`,
      schedulerRoleArn: "arn:aws:iam::123456789012:role/belfry-scheduler",
      executionRoleArn: "arn:aws:iam::123456789012:role/belfry-execution",
      subnets: ["subnet-11111111"],
      securityGroups: ["sg-11111111"],
      eventQueueUrl: `https://sqs.eu-central-1.amazonaws.com/123456789012/${name}-events`,
      deadLetterQueueUrl: `https://sqs.eu-central-1.amazonaws.com/123456789012/${name}-dead-letters`,
      deadLetterQueueArn: `arn:aws:sqs:eu-central-1:123456789012:${name}-dead-letters`,
      logGroup: `/belfry/${name}`,
      ...overrides,
    },
  });
  return environment;
}

type JobColumns = Partial<Omit<Job, "definition">> & { definition?: Partial<JobDefinition> };

/** A job that was saved and that AWS does not follow yet; without `environmentId` it gets an environment of its own. */
export async function makeJob(db: Database, overrides: JobColumns = {}): Promise<Job> {
  const { definition, environmentId = (await makeEnvironment(db)).id, syncError, ...rest } = overrides;
  const savedAt = overrides.savedAt ?? new Date();
  const row = await db.job.create({
    data: {
      ...{ id: newShortId(), environmentId, savedAt, savedBy: "Ada", createdAt: savedAt },
      ...jobInput({ definition }),
      ...rest,
      ...(syncError && { syncError, syncGeneration: overrides.generation ?? 1 }),
    },
  });
  return toJob(row);
}

/** A run of a job; without `jobId` it gets a job of its own. Due now, and in the state "requested" unless told. */
export async function makeRun(
  db: Database,
  overrides: Partial<Run> & Pick<Prisma.RunUncheckedCreateInput, "launchedTaskArn" | "logKeptAt"> = {},
): Promise<Run> {
  const job = overrides.jobId ? await db.job.findUniqueOrThrow({ where: { id: overrides.jobId } }) : await makeJob(db);
  const { wanted, launchError, cause, overrides: taskOverrides, logTail, ...rest } = overrides;
  const dueAt = overrides.dueAt ?? overrides.scheduledAt ?? overrides.requestedAt ?? new Date();
  const row = await db.run.create({
    data: {
      ...{ id: newId(dueAt), environmentId: job.environmentId, trigger: overrides.scheduledAt ? "schedule" : "person", dueAt },
      ...rest,
      jobId: job.id,
      causeKind: cause?.kind,
      // A JSON column that is left out is null; given as null it would be a mistake.
      ...(wanted && { wanted }),
      ...(launchError && { launchError }),
      ...(cause && { cause }),
      ...(taskOverrides && { overrides: taskOverrides }),
      ...(logTail && { logTail }),
    },
  });
  return toRun(row);
}

/** Somebody who may sign in; the hash is no password's unless told. */
export async function makePerson(db: Database, overrides: Partial<Person> & { passwordHash?: string } = {}): Promise<Person> {
  const number = next();
  const {
    passwordHash: _passwordHash,
    role,
    ...person
  } = await db.person.create({
    data: { id: newId(), email: `person-${number}@example.com`, name: `Person ${number}`, role: "viewer", ...overrides },
  });
  return { ...person, role: role as Role };
}
