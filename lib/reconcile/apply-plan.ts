import { setTimeout as pause } from "node:timers/promises";
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

export type ApplyOptions = {
  /** Once it is aborted, what was not begun is left to the next round. */
  signal?: AbortSignal;
  /** The jobs of which AWS does not tell how they stand: nothing is done for them. */
  unread?: ReadonlyMap<string, unknown>;
  /** After so long without an outcome what is done is given back, and the rest by itself. */
  patienceMs?: number;
};

/**
 * Does every step, a few at a time, each outcome caught for its job alone. A definition that many jobs share is found or
 * registered once, and only its jobs wait for it. Gives what is done in one part, unless some calls take long: then those
 * that wait for them come in a part of their own, and keep nobody waiting.
 */
export async function* applyPlan(
  deps: Deps,
  environment: Environment,
  plan: NarrowedPlan,
  { signal, unread = new Map(), patienceMs = 1000 }: ApplyOptions = {},
): AsyncGenerator<Tried> {
  const aws = deps.aws(environment);
  const revisionOf = registrar(deps, environment);
  const inLane = lanes(16);
  let tried: Tried = nothing();
  let done = 0;

  const apply = async (step: JobStep) => {
    try {
      if (unread.has(step.job.id)) throw unread.get(step.job.id);
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
  const all = [...plan.steps.map(apply), ...plan.orphans.map(removeOrphan)].map((one) => one.then(() => void done++));
  const end = Promise.all(all).then(() => "end" as const);
  for (let isEnded = false; !isEnded; ) {
    const before = done;
    const leaving = new AbortController();
    const idle = pause(patienceMs, "idle" as const, { signal: leaving.signal }).catch(() => "idle" as const);
    isEnded = (await Promise.race([end, idle])) === "end";
    leaving.abort();
    if (!isEnded && (done > before || isEmpty(tried))) continue;
    const part = tried;
    tried = nothing();
    yield part;
  }
}

function nothing(): Tried {
  return { applied: [], failed: [], orphans: [] };
}

function isEmpty({ applied, failed, orphans }: Tried): boolean {
  return applied.length + failed.length + orphans.length === 0;
}

function refuseToBegin(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Postponed("The worker is leaving.");
}
