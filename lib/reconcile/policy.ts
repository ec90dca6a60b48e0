import type { JobStep, Plan } from "./plan-jobs";

/** How far a round may go. */
export type Policy = {
  /** Plan and report, change nothing. */
  dryRun: boolean;
  /** Never remove a schedule. */
  noDelete: boolean;
  /** In one round remove at most this many schedules that nobody asked to be removed, or this share of the group if that is more. */
  brake: { count: number; share: number };
};

export const standardPolicy: Policy = { dryRun: false, noDelete: false, brake: { count: 10, share: 0.2 } };

/** A plan that stays within the policy, and what was taken out of it. */
export type NarrowedPlan = Plan & { braked: { names: string[]; reason: string } | null };

/**
 * Takes removals out that the policy does not allow. A job that somebody deleted may always be removed, and the old address
 * of one that has its schedule at the new one. What else seems to be too much is more likely our mistake than the group's:
 * a database from another day, a clock that is wrong. Then no orphan is removed, rather than a part of them. The jobs whose
 * only moment is over go a few in each round: many may end at once, and a brake that held them would hold for ever.
 */
export function narrow(plan: Plan, listedCount: number, policy: Policy): NarrowedPlan {
  if (policy.dryRun)
    return { ...plan, steps: plan.steps.map(asKept), orphans: [], braked: brakedBy(allRemovals(plan), "this is a dry run") };
  if (policy.noDelete) return without(plan, () => true, "removing is switched off");
  const most = Math.max(policy.brake.count, Math.floor(policy.brake.share * listedCount));
  const later = new Set(plan.steps.filter(isOver).slice(most));
  const unhurried = { ...plan, steps: plan.steps.map((step) => (later.has(step) ? withoutRemovals(step) : step)) };
  if (plan.orphans.length <= most) return { ...unhurried, braked: null };
  return without(
    unhurried,
    () => false,
    `${plan.orphans.length} of ${listedCount} schedules would go in one round, and nobody deleted their jobs`,
  );
}

/** Nothing is wanted any more of a job that nobody deleted: its only moment is over. */
function isOver({ job, schedules, remove }: JobStep): boolean {
  return remove.length > 0 && schedules.length === 0 && !job.deletedAt;
}

function without(plan: Plan, isTaken: (step: JobStep) => boolean, reason: string): NarrowedPlan {
  const taken = plan.steps.filter(isTaken);
  return {
    ...plan,
    steps: plan.steps.map((step) => (isTaken(step) ? withoutRemovals(step) : step)),
    orphans: [],
    braked: brakedBy([...taken.flatMap((step) => step.remove), ...plan.orphans], reason),
  };
}

function withoutRemovals(step: JobStep): JobStep {
  return { ...step, remove: [], isHeld: step.remove.length > 0, kind: step.put.length ? step.kind : "keep" };
}

/** A step of which nothing is done. */
export function asKept(step: JobStep): JobStep {
  return { ...step, kind: "keep", put: [], remove: [], confirmed: [], forget: [], repairs: [], isHeld: true };
}

function allRemovals(plan: Plan): string[] {
  return [...plan.steps.flatMap((step) => step.remove), ...plan.orphans];
}

function brakedBy(names: string[], reason: string): NarrowedPlan["braked"] {
  return names.length ? { names, reason } : null;
}
