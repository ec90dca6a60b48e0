import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import type { Environment } from "@/lib/domain/environment";
import type { Job } from "@/lib/domain/job";
import { fingerprint } from "./fingerprint";
import { type DesiredSchedule, pinTo, toSchedules, unregistered } from "./schedules";
import { toTaskDefinition } from "./task-definition";

/** A definition that jobs may share. `arn` is its revision; null until one is known. */
export type DesiredDefinition = { document: RegisterTaskDefinitionCommandInput; fingerprint: string; arn: string | null };

/** All that one job wants in AWS, as complete documents. */
export type Desired<J extends Job = Job> = {
  job: J;
  /** Null for a deleted job. */
  definition: DesiredDefinition | null;
  schedules: DesiredSchedule[];
};

/** What the jobs want in AWS. The schedules name no revision yet: that is `withRevisions`. */
export function desiredState<J extends Job>(jobs: J[], environment: Environment, now: Date): Desired<J>[] {
  return jobs.map((job) => {
    if (job.deletedAt) return { job, definition: null, schedules: [] };
    const document = toTaskDefinition(job, environment);
    return {
      job,
      definition: { document, fingerprint: fingerprint(document), arn: null },
      schedules: toSchedules(job, environment, unregistered, now),
    };
  });
}

/** The same with the revisions that are registered already; of several equal ones, a job keeps the one it has. */
export function withRevisions<J extends Job>(desired: Desired<J>[], revisions: { fingerprint: string; arn: string }[]): Desired<J>[] {
  const known = Map.groupBy(revisions, (revision) => revision.fingerprint);
  return desired.map((wanted) => {
    const { job, definition, schedules } = wanted;
    const equal = known.get(definition?.fingerprint ?? "") ?? [];
    const arn = equal.find((revision) => revision.arn === job.taskDefinitionArn)?.arn ?? equal[0]?.arn;
    if (!definition || !arn) return wanted;
    return { job, definition: { ...definition, arn }, schedules: schedules.map((schedule) => pinTo(schedule, arn)) };
  });
}
