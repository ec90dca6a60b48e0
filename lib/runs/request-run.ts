import { database } from "@/lib/db/client";
import { getJobBySlug } from "@/lib/db/jobs";
import { getRunById, insertRequestedRun } from "@/lib/db/runs";
import { type Actor, requireMay } from "@/lib/domain/actor";
import { Conflict, Invalid, NotFound } from "@/lib/domain/errors";
import { newId } from "@/lib/domain/ids";
import type { Job } from "@/lib/domain/job";
import { isRunId, type Run, runCan, type WantedRun } from "@/lib/domain/run";

/**
 * Asks for a run of a job now: a row, then a nudge; the worker starts it with the row's id as client token.
 * The same `requestKey` is the same run, however often it is sent. `repeatOf` runs an earlier run again as it was:
 * its revision, command, environment and size. Throws NotFound, Conflict, Invalid.
 */
export async function requestRun(request: { actor: Actor; slug: string; requestKey: string; repeatOf?: string; now?: Date }): Promise<Run> {
  const { actor, slug, requestKey, repeatOf, now = new Date() } = request;
  requireMay(actor, "run jobs");
  if (!/^[A-Za-z0-9-]{8,64}$/.test(requestKey))
    throw new Invalid([{ field: "requestKey", sentence: "The request key must be 8 to 64 letters, digits or dashes: send a fresh UUID." }]);
  const db = database();
  const job = await getJobBySlug(db, slug);
  if (!job) throw new NotFound(`There is no job at ${slug}: it may have been deleted.`);
  const wanted = repeatOf ? asItWas(isRunId(repeatOf) ? await getRunById(db, repeatOf) : null, job) : asItStands(job);
  const { run } = await insertRequestedRun(
    db,
    {
      id: newId(now),
      jobId: job.id,
      environmentId: job.environmentId,
      trigger: repeatOf ? "repeat" : "person",
      requestedAt: now,
      requestedBy: actor.name,
      requestKey: `${job.id}:${requestKey}`,
      repeatOfId: repeatOf ?? null,
      wanted,
    },
    { actor, action: repeatOf ? "run.repeat" : "run.request", jobName: job.name, after: { jobId: job.id, repeatOf: repeatOf ?? null } },
  );
  return run;
}

/** The job as it was last saved; the worker fills in the revision once it is applied. */
function asItStands(job: Job): WantedRun {
  return {
    taskDefinitionArn: job.appliedGeneration >= job.generation ? job.taskDefinitionArn : null,
    jobGeneration: job.generation,
    command: job.definition.command,
    environment: job.definition.environment,
    cpu: job.definition.cpu,
    memory: job.definition.memory,
  };
}

function asItWas(earlier: Run | null, job: Job): WantedRun {
  if (!earlier || earlier.jobId !== job.id) throw new NotFound("The run that shall be repeated does not exist any more.");
  if (!runCan.repeat(earlier)) throw new Conflict(`This run is ${earlier.state}: it can be run again once it has ended.`);
  // What ECS told of its task is how it was; what had been asked for may have waited for a revision, and found a newer one.
  if (!earlier.taskDefinitionArn && earlier.wanted?.taskDefinitionArn) return earlier.wanted;
  if (!earlier.taskDefinitionArn)
    throw new Conflict("This run never had a task, so it cannot be run again as it was: use Run now to run the job as it stands.");
  const overrides = earlier.overrides?.containerOverrides?.find((container) => container.name === "main");
  return {
    taskDefinitionArn: earlier.taskDefinitionArn,
    jobGeneration: earlier.jobGeneration ?? job.generation,
    command: overrides?.command ?? null,
    environment: overrides?.environment?.filter((variable) => !variable.name.startsWith("BELFRY_")) ?? null,
    cpu: earlier.cpu ?? job.definition.cpu,
    memory: earlier.memory ?? job.definition.memory,
  };
}
