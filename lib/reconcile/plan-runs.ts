import type { RunToStop } from "@/lib/db/runs";
import type { Job } from "@/lib/domain/job";
import type { Run, WantedRun } from "@/lib/domain/run";

/*
 * What becomes of the runs that people asked for: a value, decided without a call.
 *
 *   asked to start                                          step
 *   ─────────────────────────────────────────────────────   ──────────────────────────────────────────────────
 *   its revision is known                                   start
 *   the job as it stands is applied by now                  start, as the job stands
 *   the job as it stands is not applied yet                 wait, and say for what
 *   AWS refuses the job, or the job was deleted             refuse: it would never start
 *   asked longer ago than ECS surely knows the token        refuse: it might start twice, and is late anyway
 *
 *   asked to stop                                           step
 *   ─────────────────────────────────────────────────────   ──────────────────────────────────────────────────
 *   it has a task                                           stop
 *   it was never started                                    withdraw
 */

export type StartStep =
  | { kind: "start"; run: Run; wanted: WantedRun; taskDefinitionArn: string }
  | { kind: "wait"; run: Run; sentence: string }
  | { kind: "refuse"; run: Run; headline: string; nextStep: string };

export type StopStep = { kind: "stop"; run: Run; taskArn: string; reason: string } | { kind: "withdraw"; run: Run; by: string };

/**
 * ECS knows a client token for at least an hour after the task has ended (ECS Developer Guide, "Ensuring idempotency").
 * A start that was tried before a crash is thus the same start for so long, and not for longer.
 */
const longestWaitMinutes = 50;

/** What to do about a run that was asked for. Pure. */
export function planStart({ run, job }: { run: Run; job: Job }, now: Date): StartStep {
  const waitedMinutes = (now.getTime() - (run.requestedAt ?? run.dueAt).getTime()) / 60_000;
  if (waitedMinutes > longestWaitMinutes)
    return {
      kind: "refuse",
      run,
      headline: `It could not be started within ${longestWaitMinutes} minutes of being asked for, so it was given up`,
      nextStep: "Run it again if it is still wanted.",
    };
  if (job.deletedAt)
    return { kind: "refuse", run, headline: "The job was deleted before this run was started", nextStep: "Nothing is left to be run." };

  if (run.wanted?.taskDefinitionArn) return { kind: "start", run, wanted: run.wanted, taskDefinitionArn: run.wanted.taskDefinitionArn };
  // What was asked for had not reached AWS, and what replaced it has: that runs as a whole, for an old command and a new
  // image may not go together.
  if (job.taskDefinitionArn && job.appliedGeneration >= job.generation)
    return { kind: "start", run, wanted: asItStands(job), taskDefinitionArn: job.taskDefinitionArn };
  if (job.syncError && !job.syncError.passing)
    return { kind: "refuse", run, headline: job.syncError.sentence, nextStep: "Change what the job's page names, and run it again." };
  return { kind: "wait", run, sentence: job.syncError?.sentence ?? "It waits until AWS has taken the job as it was saved." };
}

/** What to do about a run that somebody wants stopped. Pure. */
export function planStop(run: RunToStop): StopStep {
  const by = run.stopRequestedBy ?? "somebody";
  const taskArn = run.taskArn ?? run.launchedTaskArn;
  return taskArn ? { kind: "stop", run, taskArn, reason: `Stopped by ${by} in Belfry` } : { kind: "withdraw", run, by };
}

function asItStands({ definition, generation }: Job): WantedRun {
  const { command, environment, cpu, memory } = definition;
  return { taskDefinitionArn: null, jobGeneration: generation, command, environment, cpu, memory };
}
