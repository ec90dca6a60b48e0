import { isGone } from "@/lib/aws/errors";
import { type JobToReconcile, listJobIntents, listLiveJobIds, writeSyncOutcomes } from "@/lib/db/jobs";
import { tryLock } from "@/lib/db/lock";
import { nudge } from "@/lib/db/nudge";
import { findTaskDefinitions } from "@/lib/db/observations";
import { listJobIdsOnRetiredRevisions } from "@/lib/db/task-definitions";
import type { Deps } from "@/lib/deps";
import { type Desired, desiredState, withRevisions } from "@/lib/desired/desired-state";
import type { Environment } from "@/lib/domain/environment";
import { applyPlan, type Tried } from "./apply-plan";
import { ensureGround, sureOf } from "./ground";
import { Patience, unlessWanted } from "./in-parts";
import { leftBehindBy, retriesAfter } from "./left-behind";
import { doubtfulJobIds, type Observed, observe, readDoubtful } from "./observe";
import { planJobs } from "./plan-jobs";
import { asKept, type NarrowedPlan, narrow, type Policy, standardPolicy } from "./policy";
import { announceRepairs } from "./repairs";
import { type ReconcileReport, reportOf, type Settled, settle, toTakenOutcomes } from "./settle";
import { type Verification, verify } from "./verify";

/*
 * Makes EventBridge Scheduler and ECS match what people wrote down: the heart of Belfry.
 *
 * Four rules.
 * 1. Level, not edge. A round compares what is wanted with what is there; it does not matter what happened between. A
 *    nudge only makes it come sooner, and carries nothing.
 * 2. Every step may be the last. A worker may be killed between any two calls, and several may run at once: each call
 *    gives the same result when it is made again (a registration does not, so it is written down before), and each write is
 *    guarded by the job's generation.
 * 3. Only what is ours. Schedules in our own group that bear our name; families with our prefix. All else is left alone.
 * 4. One job's trouble is its own. Each outcome is caught and written for that job, and stops no other.
 *
 * The order of looking: AWS first, our records second. A job that is saved while we look is then in our records though its
 * schedule is not in our list, which is harmless; the other way round its schedule would be an orphan, and removed.
 *
 * The cost: a round over N unchanged jobs is N/100 calls, one list of the group, and no write. Only what is unsettled, or
 * not as it was noted, is loaded and compared; only what leaves a doubt is read whole. N schedules to change with D new
 * definitions among them cost N + D calls and one more list, which verifies them.
 */

export type ReconcileOptions = {
  policy?: Policy;
  /** No new step is begun once it is aborted; what was done is still verified and written down. */
  signal?: AbortSignal;
  /** Aborted once another round is wanted: then this one does not wait any longer for calls that AWS takes its time over. */
  wanted?: AbortSignal;
};

/** After so long without an answer what is done is settled, and the rest comes by itself. */
const patienceMs = 500;

/**
 * One round over one environment. Null when another worker is at it: that spares double work and is not needed for
 * safety. Throws when the whole round cannot be done (Postgres or AWS away).
 */
export async function reconcileJobs(
  deps: Deps,
  environment: Environment,
  { policy = standardPolicy, signal, wanted }: ReconcileOptions = {},
): Promise<ReconcileReport | null> {
  return tryLock(deps.db, `reconcile-jobs:${environment.id}`, async () => {
    const aws = deps.aws(environment);
    const sure = sureOf(aws, environment.id);
    const { busy, retries } = leftBehindBy("reconcile-jobs", aws, environment.id);

    const { ground, observed } = await observeGroup(deps, environment);
    const desired = await loadDesired(deps, environment, observed, !sure.ofEveryJob);
    const patience = new Patience(patienceMs);
    const round: RoundUnderWay = { observed, desired, policy, signal, patience, busy: new Set(busy), plans: [] };
    const unsettled = new Set(desired.map(({ job }) => job.id).filter((id) => !busy.has(id)));
    for (const id of unsettled) busy.add(id);
    const settling = settleInParts(deps, environment, round);
    const settleNext = async () => {
      const { value } = await settling.next();
      for (const id of value?.jobIds ?? []) if (unsettled.delete(id)) busy.delete(id);
      for (const { step } of value?.stood ?? []) if (!step.isHeld) retries.delete(step.job.id);
      for (const { step, retryAt } of value?.failed ?? []) retries.set(step.job.id, retryAt);
      return value ?? "end";
    };
    const parts: Settled[] = [];
    let isLeft = false;
    try {
      for (;;) {
        const next = settleNext();
        const part = await unlessWanted(next, wanted, patience);
        if (part === "end") break;
        isLeft = part === null;
        if (part === null) {
          void finishAlone(deps, next, settleNext, () => {
            for (const id of unsettled) busy.delete(id);
          });
          break;
        }
        parts.push(part);
      }
    } finally {
      if (!isLeft) for (const id of unsettled) busy.delete(id);
    }
    const slow = isLeft ? unsettled.size : 0;
    const report = reportOf({ ...round, ground, parts, slow, retryAts: retriesAfter(deps.clock.now(), retries) });

    // A settled job that was put off is found again only by looking at all once more.
    if (report.postponed === 0 && slow === 0) sure.ofEveryJob = true;
    return report;
  });
}

/** What is settled part by part. `busy`: jobs that an earlier round has under way still. `plans`: what each part was to do. */
type RoundUnderWay = {
  observed: Observed;
  desired: Desired<JobToReconcile>[];
  policy: Policy;
  signal: AbortSignal | undefined;
  patience: Patience;
  busy: ReadonlySet<string>;
  plans: NarrowedPlan[];
};

/** Reads, plans, acts, verifies and writes down, each job as soon as AWS has answered what concerns it. */
async function* settleInParts(deps: Deps, environment: Environment, round: RoundUnderWay): AsyncGenerator<Settled> {
  const aws = deps.aws(environment);
  const { desired, policy, signal, patience, busy } = round;
  const idle = desired.filter(({ job }) => !busy.has(job.id));
  let isFirst = true;
  for await (const { observed, whole, read, unread } of readDoubtful(aws, environment, round.observed, idle, patience)) {
    const looked = planJobs({ ...observed, desired, whole, now: deps.clock.now() });
    const ours = looked.steps.filter(({ job }) => read.has(job.id));
    const allowed = narrow({ ...looked, steps: ours, orphans: isFirst ? looked.orphans : [] }, observed.listed.size, policy);
    const plan = { ...allowed, steps: allowed.steps.map((step) => (unread.has(step.job.id) ? asKept(step) : step)) };
    round.plans.push(plan);
    isFirst = false;

    await announceRepairs(deps, plan, observed);
    for await (const tried of applyPlan(deps, environment, plan, { signal, unread, patience })) {
      await writeSyncOutcomes(deps.db, toTakenOutcomes(tried, deps.clock.now()));
      if (tried.applied.length === 0) yield await settle(deps, environment, { observed, tried, verification: nothingToVerify });
      let rest: Omit<Tried, "applied"> = tried;
      for await (const verification of verify(aws, environment, tried.applied, observed.listed, patience)) {
        yield await settle(deps, environment, { observed, tried: { ...rest, applied: verification.applied }, verification });
        rest = { failed: [], orphans: [] };
      }
    }
  }
}

const nothingToVerify: Verification = { applied: [], verified: new Map(), unverified: new Map() };

/** Goes on with what a round has left. Then the next one is asked for, which knows when what failed is to be tried again. */
async function finishAlone(
  deps: Deps,
  begun: Promise<Settled | "end">,
  settleNext: () => Promise<Settled | "end">,
  end: () => void,
): Promise<void> {
  try {
    for (let part = await begun; part !== "end"; ) part = await settleNext();
  } catch (error) {
    deps.log.warn({ err: error }, "What a round had left could not be settled; the next round looks at it.");
  }
  end();
  await nudge(deps.db, "reconcile-jobs").catch(() => {}); // Postgres is away: the next round comes by itself
}

/** The group's list. A group that is not there (any more) is made. */
async function observeGroup(deps: Deps, environment: Environment): Promise<{ ground: string[]; observed: Observed }> {
  const aws = deps.aws(environment);
  const trouble = await ensureGround(aws, environment);
  try {
    return { ground: trouble?.sentences ?? [], observed: await observe(aws, deps.db, environment) };
  } catch (error) {
    if (!isGone(error)) throw error;
    sureOf(aws, environment.id).ofGround = false;
    const again = await ensureGround(aws, environment);
    if (again?.ofGroup) throw again.ofGroup;
    return { ground: again?.sentences ?? [], observed: await observe(aws, deps.db, environment) };
  }
}

/** What the jobs want that are unsettled, or whose schedules are not as noted, or whose revision is gone; `all`: every job. */
async function loadDesired(deps: Deps, environment: Environment, observed: Observed, all: boolean): Promise<Desired<JobToReconcile>[]> {
  const { db, clock } = deps;
  const alsoIds = new Set([
    ...doubtfulJobIds(observed),
    ...(await listJobIdsOnRetiredRevisions(db, environment.id)),
    ...(all ? await listLiveJobIds(db, environment.id) : []),
  ]);
  const now = clock.now();
  // Without a bound: a job left out would make its schedules look like orphans.
  const jobs = await listJobIntents(db, environment.id, { now, alsoIds: [...alsoIds], limit: Number.MAX_SAFE_INTEGER });
  const desired = desiredState(jobs, environment, now);
  const fingerprints = new Set(desired.flatMap(({ definition }) => definition?.fingerprint ?? []));
  return withRevisions(desired, await findTaskDefinitions(db, environment.id, [...fingerprints]));
}
