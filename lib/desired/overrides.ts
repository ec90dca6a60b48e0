import type { ContainerOverride, TaskOverride } from "@aws-sdk/client-ecs";
import type { Job, JobDefinition } from "@/lib/domain/job";
import { containerName, ownVariables } from "./names";

type Variable = { name: string; value: string };

/** What of a job is its own and not shared with others: it travels with each start. Null leaves the definition's. */
export type OwnPart = Pick<JobDefinition, "cpu" | "memory"> & { command: string[] | null; environment: Variable[] | null };

/** ECS takes so many characters of overrides, JSON punctuation counted (ECS API, TaskOverride). */
export const overrideLimit = 8192;

/** Replaced by the Scheduler at each start (User Guide, "Adding context attributes"), and in the Input only. */
export const scheduleVariables: Variable[] = [
  { name: ownVariables.scheduleArn, value: "<aws.scheduler.schedule-arn>" },
  { name: ownVariables.scheduledTime, value: "<aws.scheduler.scheduled-time>" },
  { name: ownVariables.executionId, value: "<aws.scheduler.execution-id>" },
  { name: ownVariables.attempt, value: "<aws.scheduler.attempt-number>" },
];

/** What a run that somebody asked for has in their place. */
export function runVariables(runId: string): Variable[] {
  return [{ name: ownVariables.run, value: runId }];
}

/**
 * The part of a task that is the job's own: command, plain environment, CPU and memory, and Belfry's variables.
 * `extra` says who starts it: `scheduleVariables` or `runVariables`. A command and an environment that are too long
 * are left off, because `toTaskDefinition` has put them into the definition by the same rule.
 */
export function toOverrides(job: Pick<Job, "id" | "generation"> & { definition: OwnPart }, extra: Variable[]): TaskOverride {
  const { definition } = job;
  return compose(isTooLong(definition) ? { ...definition, command: null, environment: null } : definition, [
    { name: ownVariables.job, value: job.id },
    { name: ownVariables.generation, value: String(job.generation) },
    ...extra,
  ]);
}

/**
 * Whether command and environment are too long to travel with each start.
 * Counted with the longest values that Belfry's own variables can have once the Scheduler has filled them in, and with
 * nothing else of the job: a schedule and a run asked for, today's generation and the next one, all decide alike.
 */
export function isTooLong(definition: OwnPart): boolean {
  const longest: Variable[] = [
    { name: ownVariables.job, value: "x".repeat(10) },
    { name: ownVariables.generation, value: "9".repeat(10) },
    // arn:aws-us-gov:scheduler:<region>:<account>:schedule/<group, 64>/<name, 64>
    { name: ownVariables.scheduleArn, value: "x".repeat(200) },
    { name: ownVariables.scheduledTime, value: "2026-03-22T18:59:00Z" },
    { name: ownVariables.executionId, value: "x".repeat(64) },
    { name: ownVariables.attempt, value: "185" },
  ];
  return JSON.stringify(compose(definition, longest)).length > overrideLimit;
}

function compose({ command, environment, cpu, memory }: OwnPart, own: Variable[]): TaskOverride {
  const main: ContainerOverride = { name: containerName, environment: [...(environment ?? []), ...own] };
  if (command?.length) main.command = command;
  return { cpu: String(cpu), memory: String(memory), containerOverrides: [main] };
}
