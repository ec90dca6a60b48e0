import type { Environment } from "@/lib/domain/environment";
import type { Job } from "@/lib/domain/job";

/**
 * Every name that Belfry gives to something in AWS, and the way back from the name.
 * What bears another name is not ours and is left alone.
 */

/** The one container of a job's task. */
export const containerName = "main";

/** awslogs names a stream `prefix/container/task id` (ECS API, LogConfiguration). */
export const logStreamPrefix = "belfry";

/** The variables that Belfry sets for each run. The Scheduler fills in the last four. */
export const ownVariables = {
  job: "BELFRY_JOB",
  generation: "BELFRY_GENERATION",
  run: "BELFRY_RUN",
  scheduleArn: "BELFRY_SCHEDULE_ARN",
  scheduledTime: "BELFRY_SCHEDULED_TIME",
  executionId: "BELFRY_EXECUTION_ID",
  attempt: "BELFRY_ATTEMPT",
} as const;

/** Task-definition tags by which a revision is known again. */
export const ownTags = { environment: "belfry:environment", fingerprint: "belfry:fingerprint" } as const;

/**
 * `blf-<id>-<slug>`, at most 64 characters (Scheduler API, Name). The id stands first because a task's startedBy keeps
 * only 19 characters of it; the slug is for people who read the Scheduler's console.
 */
export function scheduleName(job: Pick<Job, "id" | "slug">): string {
  return `blf-${job.id}-${job.slug}`.slice(0, 64);
}

/** The job that a schedule of ours belongs to; null for a foreign name. */
export function jobIdOfScheduleName(name: string): string | null {
  return /^blf-([a-z0-9]{10})(?:-|$)/.exec(name)?.[1] ?? null;
}

/** The task-definition family of an application: what people read in the ECS console as `belfry-prod-billing:42`. */
export function family(environment: Pick<Environment, "name">, application: string): string {
  return `belfry-${environment.name}-${application}`;
}

/** The ECS task group of a job's tasks; it is whole in every event. */
export function taskGroup(jobId: string): string {
  return `belfry-${jobId}`;
}

/** The job of a task group; null for a foreign group. */
export function jobIdOfGroup(group: string): string | null {
  return /^belfry-([a-z0-9]{10})$/.exec(group)?.[1] ?? null;
}

/** What RunTask keeps as startedBy of a run that somebody asked for. */
export function startedByOf(runId: string): string {
  return `belfry/${runId}`;
}

/** The run that asked for a task; null when somebody else started it. */
export function runIdOfStartedBy(startedBy: string): string | null {
  return /^belfry\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(startedBy)?.[1] ?? null;
}

/** The log stream of a container of a task; of its main one unless told. */
export function logStreamOf(taskArn: string, container = containerName): string {
  return `${logStreamPrefix}/${container}/${taskArn.slice(taskArn.lastIndexOf("/") + 1)}`;
}
