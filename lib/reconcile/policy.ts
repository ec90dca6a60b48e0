import type { JobStep, Plan } from "./plan-jobs";

/** How far a round may go. */
export type Policy = {
  /** Plan and report, change nothing. */
  dryRun: boolean;
  /** Never remove a schedule. */
  noDelete: boolean;
  /** Remove at most this many schedules a round that nobody asked to be removed, or this share of the group if that is more. */
  brake: { count: number; share: number };
};

export const standardPolicy: Policy = { dryRun: false, noDelete: false, brake: { count: 10, share: 0.2 } };

/** A plan that stays within the policy, and what was taken out of it. */
export type NarrowedPlan = Plan & { braked: { names: string[]; reason: string } | null };

/**
 * Takes removals out that the policy does not allow. A job that somebody deleted may always be removed. What else seems
 * to be too much is more likely our mistake than the group's: a database from another day, a clock that is wrong. Then
 * nothing of it is removed, rather than a part.
 */
export function narrow(plan: Plan, listedCount: number, policy: Policy): NarrowedPlan {
  if (policy.dryRun)
    return { ...plan, steps: plan.steps.map(asKept), orphans: [], braked: brakedBy(allRemovals(plan), "this is a dry run") };
  if (policy.noDelete) return without(plan, () => true, "removing is switched off");
  const unasked = [...plan.steps.filter(isUnasked).flatMap((step) => step.remove), ...plan.orphans];
  const most = Math.max(policy.brake.count, Math.floor(policy.brake.share * listedCount));
  if (unasked.length <= most) return { ...plan, braked: null };
  return without(plan, isUnasked, `${unasked.length} of ${listedCount} schedules would go in one round, and nobody deleted their jobs`);
}

/** A renamed job has its new schedule beside the old one, so nothing is lost with the old. */
function isUnasked({ job, put, remove }: JobStep): boolean {
  return remove.length > 0 && !put.length && !job.deletedAt;
}

function without(plan: Plan, isTaken: (step: JobStep) => boolean, reason: string): NarrowedPlan {
  const taken = plan.steps.filter(isTaken);
  return {
    ...plan,
    steps: plan.steps.map((step) =>
      isTaken(step) ? { ...step, remove: [], isHeld: step.remove.length > 0, kind: step.put.length ? step.kind : "keep" } : step,
    ),
    orphans: [],
    braked: brakedBy([...taken.flatMap((step) => step.remove), ...plan.orphans], reason),
  };
}

function asKept(step: JobStep): JobStep {
  return { ...step, kind: "keep", put: [], remove: [], confirmed: [], forget: [], repairs: [], isHeld: true };
}

function allRemovals(plan: Plan): string[] {
  return [...plan.steps.flatMap((step) => step.remove), ...plan.orphans];
}

function brakedBy(names: string[], reason: string): NarrowedPlan["braked"] {
  return names.length ? { names, reason } : null;
}
