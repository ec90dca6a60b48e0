import type { Database } from "@/lib/db/client";
import { listJobsOfApplication, listRunsOfTasks, type RunOfTask } from "@/lib/db/run-tasks";
import { type RecordedTask, upsertRunsFromTasks } from "@/lib/db/upsert-runs";
import type { Deps } from "@/lib/deps";
import { containerName, logStreamOf } from "@/lib/desired/names";
import type { Environment } from "@/lib/domain/environment";
import { Unavailable } from "@/lib/domain/errors";
import { explainStop } from "@/lib/domain/failure";
import { isEnded } from "@/lib/domain/run";
import { mainContainerOf, runStateOf } from "@/lib/domain/run-state";
import type { FactSource, TaskFacts } from "@/lib/domain/task-facts";
import { inLanes } from "./in-lanes";
import { type Owner, ownerOf } from "./owner-of";
import type { SeenTask } from "./task-event";

/** `ignored` says why a task is not in the history: it is foreign, or nobody can say whose it is. */
export type RecordOutcome = RecordedTask | { ignored: string };

/** A task as somebody saw it. */
export type Sight = { task: SeenTask; source: FactSource; seenAt: Date };

/** So many facts go into one statement. */
const mostFacts = 100;

/**
 * Writes what was seen of tasks into their runs, whoever saw it: events and sweeps both end here, and the row decides by
 * ECS's own counter which of them knew more. Gives the outcome of each, in their order; what Postgres did not take has to be
 * told again, and holds up no other.
 */
export async function recordTasks(
  { db }: Pick<Deps, "db">,
  environment: Environment,
  sights: readonly Sight[],
): Promise<PromiseSettledResult<RecordOutcome>[]> {
  const outcomes: PromiseSettledResult<RecordOutcome>[] = [];
  for (let from = 0; from < sights.length; from += mostFacts)
    outcomes.push(...(await recordSome(db, environment, sights.slice(from, from + mostFacts))));
  return outcomes;
}

/** As recordTasks, of one task. Throws when Postgres does not take it. */
export async function recordTask(
  deps: Pick<Deps, "db">,
  environment: Environment,
  task: SeenTask,
  seen: Omit<Sight, "task">,
): Promise<RecordOutcome> {
  const [outcome] = await recordTasks(deps, environment, [{ ...seen, task }]);
  if (outcome?.status !== "fulfilled") throw outcome?.reason;
  return outcome.value;
}

async function recordSome(
  db: Database,
  environment: Environment,
  sights: readonly Sight[],
): Promise<PromiseSettledResult<RecordOutcome>[]> {
  try {
    return (await write(db, environment, sights)).map((value) => ({ status: "fulfilled", value }));
  } catch (reason) {
    const [first, ...others] = sights;
    if (reason instanceof Unavailable || !first || others.length === 0) return sights.map(() => ({ status: "rejected", reason }));
    // One of them cannot be written, and nobody knows which: each is written alone.
    return (await inLanes(sights, 4, (sight) => write(db, environment, [sight]))).map((outcome) =>
      outcome.status === "rejected" ? outcome : { status: "fulfilled", value: outcome.value[0] as RecordOutcome },
    );
  }
}

/** Two statements, whatever the number; one more for each application whose family alone tells the job. */
async function write(db: Database, environment: Environment, sights: readonly Sight[]): Promise<RecordOutcome[]> {
  const owners = sights.map(({ task }) => ownerIn(environment, task));
  const ours = sights.flatMap((sight, n) => {
    const owner = owners[n];
    return owner && "trigger" in owner ? [{ n, sight, owner }] : [];
  });
  const runs = await listRunsOfTasks(db, {
    taskArns: ours.map(({ sight }) => sight.task.taskArn),
    runIds: ours.flatMap(({ owner }) => owner.runId ?? []),
  });
  const byId = new Map(runs.map((run) => [run.id, run]));
  const byTask = new Map(runs.map((run) => [run.taskArn, run]));
  const onlyJob = onlyJobsIn(db, environment);

  const outcomes: RecordOutcome[] = owners.map((owner) => ("ignored" in owner ? owner : { ignored: "its job is not here" }));
  const facts: { n: number; facts: TaskFacts }[] = [];
  for (const { n, sight, owner } of ours) {
    const [asked, known] = [byId.get(owner.runId ?? "") ?? null, byTask.get(sight.task.taskArn) ?? null];
    const jobId = owner.jobId ?? asked?.jobId ?? known?.jobId ?? (await onlyJob(owner, sight.task));
    if (jobId) facts.push({ n, facts: toFacts({ ...sight, environment, owner, jobId, asked, run: known ?? asked }) });
    else outcomes[n] = { ignored: "its family belongs to several jobs or to none" };
  }
  const recorded = await upsertRunsFromTasks(
    db,
    facts.map((each) => each.facts),
  );
  facts.forEach(({ n }, index) => {
    const outcome = recorded[index];
    if (outcome) outcomes[n] = outcome;
  });
  return outcomes;
}

function ownerIn(environment: Environment, task: SeenTask): Owner | { ignored: string } {
  if (task.clusterArn !== null && task.clusterArn !== environment.clusterArn) return { ignored: "another cluster" };
  return ownerOf(task, environment) ?? { ignored: "not a task of Belfry" };
}

/** A task started by hand from a family of ours names no job: it belongs to the one that is on its revision, or that is alone. */
function onlyJobsIn(db: Database, environment: Environment): (owner: Owner, task: SeenTask) => Promise<string | null> {
  const asked = new Map<string, ReturnType<typeof listJobsOfApplication>>();
  return async ({ application }, { taskDefinitionArn }) => {
    if (application === null) return null;
    const listing = asked.get(application) ?? listJobsOfApplication(db, environment.id, application);
    asked.set(application, listing);
    const jobs = await listing;
    const same = jobs.filter((job) => job.taskDefinitionArn === taskDefinitionArn);
    const [only, ...others] = same.length > 0 ? same : jobs;
    return only && others.length === 0 ? only.id : null;
  };
}

type Known = Sight & { environment: Environment; owner: Owner; jobId: string; asked: RunOfTask | null; run: RunOfTask | null };

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
