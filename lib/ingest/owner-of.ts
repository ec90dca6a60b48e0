import { containerName, family, jobIdOfGroup, ownVariables, runIdOfStartedBy } from "@/lib/desired/names";
import type { Environment } from "@/lib/domain/environment";
import type { RunTrigger } from "@/lib/domain/run";
import type { SeenTask } from "./task-event";

/** Whose task it is, and which of the job's moments it serves. */
export type Owner = {
  /** Null when only the family tells: it names an application, and that may have several jobs. */
  jobId: string | null;
  application: string | null;
  /** The run that says it asked for this task; to be believed only if there is such a row. */
  runId: string | null;
  trigger: RunTrigger;
  scheduledAt: Date | null;
  jobGeneration: number | null;
  attempt: number | null;
  executionId: string | null;
};

/**
 * Reads job and moment back from what Belfry laid into the schedule: override environment, task group, family.
 * Null for a foreign task. The task has to stand in our group or our family: a copied variable alone proves nothing.
 * `startedBy` decides nothing by itself: the Scheduler cuts it, and anybody may set it.
 */
export function ownerOf(task: SeenTask, environment: Pick<Environment, "name">): Owner | null {
  const groupJobId = task.group ? jobIdOfGroup(task.group) : null;
  const application = applicationOf(task.taskDefinitionArn, environment);
  if (!groupJobId && application === null) return null;

  const variables = variablesOf(task);
  const said = variables.get(ownVariables.job);
  const scheduledAt = momentOf(variables.get(ownVariables.scheduledTime));
  const runId = task.startedBy ? runIdOfStartedBy(task.startedBy) : null;
  return {
    jobId: said && /^[a-z0-9]{10}$/.test(said) ? said : groupJobId,
    application,
    runId,
    trigger: runId ? "person" : scheduledAt ? "schedule" : "outside",
    scheduledAt: runId ? null : scheduledAt,
    jobGeneration: wholeNumber(variables.get(ownVariables.generation)),
    attempt: wholeNumber(variables.get(ownVariables.attempt)),
    executionId: runId ? null : (variables.get(ownVariables.executionId) ?? null),
  };
}

function variablesOf(task: SeenTask): Map<string, string> {
  const main = task.overrides?.containerOverrides?.find(({ name }) => name === containerName);
  return new Map(main?.environment?.map(({ name, value }) => [name, value]));
}

function applicationOf(taskDefinitionArn: string | null, environment: Pick<Environment, "name">): string | null {
  const name = taskDefinitionArn?.match(/:task-definition\/(?<family>[^:]+):\d+$/)?.groups?.family;
  const prefix = family(environment, "");
  return name?.startsWith(prefix) && name.length > prefix.length ? name.slice(prefix.length) : null;
}

/** The Scheduler's own form, UTC without fraction. A token that it did not replace is no moment. */
function momentOf(text: string | undefined): Date | null {
  if (!text || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/.test(text)) return null;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? null : at;
}

function wholeNumber(text: string | undefined): number | null {
  return text && /^\d{1,9}$/.test(text) ? Number(text) : null;
}
