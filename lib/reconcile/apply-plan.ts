import type { Deps } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";
import { Refused } from "@/lib/domain/errors";
import { type Applied, applyJob } from "./apply-job";
import { inParts, type Patience } from "./in-parts";
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

export type ApplyOptions = {
  /** Once it is aborted, what was not begun is left to the next round. */
  signal?: AbortSignal;
  /** The jobs of which AWS does not tell how they stand: nothing is done for them. */
  unread?: ReadonlyMap<string, unknown>;
  patience: Patience;
};

/**
 * Does every step, a few at a time, each outcome caught for its job alone. A definition that many jobs share is found or
 * registered once, and only its jobs wait for it. What takes long comes in a part of its own.
 */
export async function* applyPlan(
  deps: Deps,
  environment: Environment,
  plan: NarrowedPlan,
  { signal, unread = new Map(), patience }: ApplyOptions,
): AsyncGenerator<Tried> {
  const aws = deps.aws(environment);
  const revisionOf = registrar(deps, environment);
  const inLane = lanes(16);

  const apply = async (step: JobStep): Promise<Tried> => {
    let applied: Applied[] = [];
    try {
      if (unread.has(step.job.id)) throw unread.get(step.job.id);
      const isWanted = !step.tooLate && (step.put.length > 0 || step.kind === "register");
      if (isWanted) refuseToBegin(signal);
      const arn = step.definition && isWanted ? await revisionOf(step.definition) : (step.definition?.arn ?? null);
      applied = [
        await inLane(async () => {
          if (step.kind !== "keep") refuseToBegin(signal);
          return applyJob(aws, environment, step, arn);
        }),
      ];
      if (step.tooLate) throw new Refused(step.tooLate, "expression");
      return { applied, failed: [], orphans: [] };
    } catch (cause) {
      return { applied, failed: [{ step, cause }], orphans: [] };
    }
  };
  const removeOrphan = async (name: string): Promise<Tried> => {
    try {
      await inLane(() => aws.scheduler.deleteSchedule(environment.scheduleGroup, name));
      return { applied: [], failed: [], orphans: [name] };
    } catch (error) {
      deps.log.warn({ err: error, schedule: name }, "An orphan could not be removed; the next round tries again.");
      return { applied: [], failed: [], orphans: [] };
    }
  };
  for await (const part of inParts([...plan.steps.map(apply), ...plan.orphans.map(removeOrphan)], patience))
    yield {
      applied: part.flatMap(({ applied }) => applied),
      failed: part.flatMap(({ failed }) => failed),
      orphans: part.flatMap(({ orphans }) => orphans),
    };
}

function refuseToBegin(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Postponed("The worker is leaving.");
}
