import { database } from "@/lib/db/client";
import { getEnvironmentById } from "@/lib/db/environments";
import { getJobById } from "@/lib/db/jobs";
import { getRunById, listDuplicates, listNeighbours, usualSecondsOf } from "@/lib/db/runs";
import { containerName, scheduleName } from "@/lib/desired/names";
import { type Actor, requireMay } from "@/lib/domain/actor";
import { type ConsoleLink, consoleLinkOf } from "@/lib/domain/console-links";
import type { Environment } from "@/lib/domain/environment";
import { NotFound } from "@/lib/domain/errors";
import type { Job } from "@/lib/domain/job";
import { isRunId, type Run } from "@/lib/domain/run";
import { mainContainerOf } from "@/lib/domain/run-state";
import { getRunComparison, type RunComparison } from "./get-run-comparison";

/** All that a run's page shows. */
export type RunPage = {
  run: Run;
  job: Job;
  environment: Environment;
  usualSeconds: number | null;
  /** Further tasks that AWS started for the same moment, the first twenty of `duplicateCount`. */
  duplicates: { id: string; taskArn: string | null }[];
  duplicateCount: number;
  newerId: string | null;
  olderId: string | null;
  /** How its failure stands among those before it; null for a run that did not fail. */
  comparison: RunComparison | null;
  /** The page of AWS's console for its cause. */
  consoleLink: ConsoleLink | null;
};

/** A run by its id. Throws NotFound. */
export async function getRun({ actor, runId }: { actor: Actor; runId: string }): Promise<RunPage> {
  requireMay(actor, "read");
  const db = database();
  const run = isRunId(runId) ? await getRunById(db, runId) : null;
  const job = run && (await getJobById(db, run.jobId));
  if (!run || !job) throw new NotFound("There is no such run: it may be older than the history that is kept.");
  const [environment, usualSeconds, { duplicates, duplicateCount }, neighbours] = await Promise.all([
    getEnvironmentById(db, run.environmentId),
    usualSecondsOf(db, job.id),
    listDuplicates(db, run.id),
    listNeighbours(db, run),
  ]);
  if (!environment) throw new NotFound("The environment of this run does not exist any more.");
  const comparison = await getRunComparison(db, { run, job, environment });
  return {
    run,
    job,
    environment,
    usualSeconds,
    duplicates,
    duplicateCount,
    ...neighbours,
    comparison,
    consoleLink: linkOf(run, job, environment),
  };
}

function linkOf(run: Run, job: Job, environment: Environment): ConsoleLink | null {
  const cause = run.cause ?? (run.state === "missed" || run.state === "lost" ? { kind: run.state, awsWords: [] } : null);
  if (!cause) return null;
  const { taskArn, logGroup, logStream, containers, wanted } = run;
  return consoleLinkOf(cause, {
    ...environment,
    ...{ taskArn, logStream, logGroup: logGroup ?? environment.logGroup, scheduleName: scheduleName(job) },
    taskDefinitionArn: run.taskDefinitionArn ?? wanted?.taskDefinitionArn ?? job.taskDefinitionArn,
    image: mainContainerOf({ containers, mainContainer: containerName })?.image ?? job.definition.image,
  });
}
