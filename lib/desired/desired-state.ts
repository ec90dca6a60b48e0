import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import type { Environment } from "@/lib/domain/environment";
import type { Job } from "@/lib/domain/job";
import { fingerprint } from "./fingerprint";
import { type DesiredSchedule, toSchedules, unregistered } from "./schedules";
import { toTaskDefinition } from "./task-definition";

/** All that one job wants in AWS, as complete documents. */
export type Desired = {
  job: Job;
  /** Null for a deleted job. */
  definition: { document: RegisterTaskDefinitionCommandInput; fingerprint: string; arn: string | null } | null;
  schedules: DesiredSchedule[];
};

/**
 * What the jobs want in AWS. `registered` tells which definitions have a revision already, by fingerprint; a schedule
 * whose definition has none names `unregistered` in its place.
 */
export function desiredState(
  jobs: Job[],
  environment: Environment,
  registered: ReadonlyMap<string, { arn: string }>,
  now: Date,
): Desired[] {
  return jobs.map((job) => {
    if (job.deletedAt) return { job, definition: null, schedules: [] };
    const document = toTaskDefinition(job, environment);
    const print = fingerprint(document);
    const arn = registered.get(print)?.arn ?? null;
    return {
      job,
      definition: { document, fingerprint: print, arn },
      schedules: toSchedules(job, environment, arn ?? unregistered, now),
    };
  });
}
