import type { Deps } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";
import { Refused } from "@/lib/domain/errors";
import { type Applied, applyJob } from "./apply-job";
import { lanes } from "./lanes";
import type { JobStep } from "./plan-jobs";
import type { NarrowedPlan } from "./policy";
import { Postponed, registrar } from "./register";

/** What became of a plan's steps. */
export type Tried = {
  applied: Applied[];
  failed: { step: JobStep; cause: unknown }[];
  /** Names of the orphans that were removed. */
  orphans: string[];
};

/**
 * Does every step, a few at a time, each outcome caught for its job alone. A definition that many jobs share is found or
 * registered once, and only its jobs wait for it. Once `signal` is aborted, what was not begun is left to the next round.
 */
export async function applyPlan(deps: Deps, environment: Environment, plan: NarrowedPlan, signal?: AbortSignal): Promise<Tried> {
  const aws = deps.aws(environment);
  const revisionOf = registrar(deps, environment);
  const inLane = lanes(16);
  const tried: Tried = { applied: [], failed: [], orphans: [] };

  const apply = async (step: JobStep) => {
    try {
      const isWanted = !step.tooLate && (step.put.length > 0 || step.kind === "register");
      if (isWanted) refuseToBegin(signal);
      const arn = step.definition && isWanted ? await revisionOf(step.definition) : (step.definition?.arn ?? null);
      const applied = await inLane(async () => {
        if (step.kind !== "keep") refuseToBegin(signal);
        return applyJob(aws, environment, step, arn);
      });
      tried.applied.push(applied);
      if (step.tooLate) throw new Refused(step.tooLate, "expression");
    } catch (cause) {
      tried.failed.push({ step, cause });
    }
  };
  const removeOrphan = async (name: string) => {
    try {
      await inLane(() => aws.scheduler.deleteSchedule(environment.scheduleGroup, name));
      tried.orphans.push(name);
    } catch (error) {
      deps.log.warn({ err: error, schedule: name }, "An orphan could not be removed; the next round tries again.");
    }
  };
  await Promise.all([...plan.steps.map(apply), ...plan.orphans.map(removeOrphan)]);
  return tried;
}

function refuseToBegin(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Postponed("The worker is leaving.");
}
