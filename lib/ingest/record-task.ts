import type { Database } from "@/lib/db/client";
import { getRunOfTask, listJobsOfApplication } from "@/lib/db/run-tasks";
import { getRunById, type RecordedTask, upsertRunFromTask } from "@/lib/db/runs";
import type { Deps } from "@/lib/deps";
import { containerName, logStreamOf } from "@/lib/desired/names";
import type { Environment } from "@/lib/domain/environment";
import { NotFound } from "@/lib/domain/errors";
import { explainStop } from "@/lib/domain/failure";
import { isEnded, type Run } from "@/lib/domain/run";
import { mainContainerOf, runStateOf } from "@/lib/domain/run-state";
import type { FactSource, TaskFacts } from "@/lib/domain/task-facts";
import { type Owner, ownerOf } from "./owner-of";
import type { SeenTask } from "./task-event";

/** `ignored` says why a task is not in the history: it is foreign, or nobody can say whose it is. */
export type RecordOutcome = RecordedTask | { ignored: string };

type Seen = { source: FactSource; seenAt: Date };

/**
 * Writes what was seen of a task into its run, whoever saw it: events and sweeps both end here, and the row decides by
 * ECS's own counter which of them knew more. Throws when Postgres does not take it; then it has to be told again.
 */
export async function recordTask(
  { db }: Pick<Deps, "db">,
  environment: Environment,
  task: SeenTask,
  { source, seenAt }: Seen,
): Promise<RecordOutcome> {
  if (task.clusterArn !== null && task.clusterArn !== environment.clusterArn) return { ignored: "another cluster" };
  const owner = ownerOf(task, environment);
  if (!owner) return { ignored: "not a task of Belfry" };
  const [asked, known] = await Promise.all([owner.runId ? getRunById(db, owner.runId) : null, getRunOfTask(db, task.taskArn)]);
  const jobId = owner.jobId ?? asked?.jobId ?? known?.jobId ?? (await onlyJobOf(db, environment, owner, task));
  if (!jobId) return { ignored: "its family belongs to several jobs or to none" };
  try {
    return await upsertRunFromTask(db, toFacts({ environment, task, owner, jobId, asked, run: known ?? asked, source, seenAt }));
  } catch (error) {
    if (error instanceof NotFound) return { ignored: "its job is not here" };
    throw error;
  }
}

/** A task started by hand from a family of ours names no job: it belongs to the one that is on its revision, or that is alone. */
async function onlyJobOf(db: Database, environment: Environment, owner: Owner, task: SeenTask): Promise<string | null> {
  if (owner.application === null) return null;
  const jobs = await listJobsOfApplication(db, environment.id, owner.application);
  const same = jobs.filter((job) => job.taskDefinitionArn === task.taskDefinitionArn);
  const [only, ...others] = same.length > 0 ? same : jobs;
  return only && others.length === 0 ? only.id : null;
}

type Known = Seen & { environment: Environment; task: SeenTask; owner: Owner; jobId: string; asked: Run | null; run: Run | null };

function toFacts({ environment, task, owner, jobId, asked, run, source, seenAt }: Known): TaskFacts {
  const { phases, containers, stopCode, stoppedReason, memory } = task;
  const state = runStateOf({ ...task, mainContainer: containerName, startedAt: phases.startedAt ?? null });
  const main = mainContainerOf({ containers, mainContainer: containerName });
  const startedAt = momentOf(phases.startedAt);
  const ended = isEnded({ state });
  const stoppedAt = ended ? (momentOf(phases.stoppedAt) ?? momentOf(phases.executionStoppedAt) ?? seenAt) : null;
  return {
    environmentId: environment.id,
    jobId,
    runId: asked?.id ?? null,
    // Somebody may have set our startedBy by hand: without a run that asked, it is a start from outside.
    trigger: owner.runId && !asked ? "outside" : owner.trigger,
    scheduledAt: owner.scheduledAt,
    taskArn: task.taskArn,
    taskVersion: task.version,
    taskDefinitionArn: task.taskDefinitionArn,
    jobGeneration: owner.jobGeneration,
    attempt: owner.attempt,
    executionId: owner.executionId,
    state,
    phases,
    startedAt,
    stoppedAt,
    exitCode: main?.exitCode ?? null,
    stopCode,
    stoppedReason,
    containers,
    cause: ended
      ? explainStop({
          stopCode,
          stoppedReason,
          containers,
          mainContainer: containerName,
          stopRequestedBy: run?.stopRequestedBy ?? null,
          startedAt,
          stoppedAt,
          memory,
          image: main?.image ?? null,
          phases,
        })
      : null,
    cpu: task.cpu,
    memory,
    capacityProvider: task.capacityProvider,
    overrides: task.overrides,
    logGroup: environment.logGroup,
    logStream: logStreamOf(task.taskArn),
    source,
    seenAt,
    createdAt: momentOf(phases.createdAt) ?? momentOf(phases.pullStartedAt) ?? startedAt ?? stoppedAt ?? seenAt,
  };
}

function momentOf(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text);
}
