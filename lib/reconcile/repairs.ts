import { isRefused, isThrottled } from "@/lib/aws/errors";
import { type Repair, recordRepairs, withdrawRepairs } from "@/lib/db/observations";
import type { Deps } from "@/lib/deps";
import { idOf } from "@/lib/domain/ids";
import type { Tried } from "./apply-plan";
import type { Observed } from "./observe";
import type { JobStep } from "./plan-jobs";
import type { NarrowedPlan } from "./policy";
import { Postponed } from "./register";

/**
 * Notes what is about to be put right, before it is: a worker that is killed after it put something right would leave
 * nothing by which anybody could tell that it had been otherwise. Until it is put right, each round notes the same.
 */
export async function announceRepairs({ db, clock }: Deps, plan: NarrowedPlan, observed: Observed): Promise<void> {
  const at = clock.now();
  const repairs = plan.steps.flatMap((step) => repairsOf(step, observed).map((repair) => ({ ...repair, at })));
  await recordRepairs(db, repairs);
}

/** Takes back what AWS clearly did not let be put right. Where its answer was lost, it may have been, and the next round sees to it. */
export async function withdrawFailedRepairs({ db }: Deps, { failed }: Tried, observed: Observed): Promise<void> {
  const undone = failed.filter(({ cause }) => cause instanceof Postponed || isThrottled(cause) || isRefused(cause));
  await withdrawRepairs(
    db,
    undone.flatMap(({ step }) => repairsOf(step, observed).map(({ id }) => id)),
  );
}

/** A change is known by its sentence and by how the job's schedules stood when they were last verified. */
function repairsOf({ job, repairs }: JobStep, { noted }: Observed): Omit<Repair, "at">[] {
  if (repairs.length === 0) return [];
  const before = [...noted.values()]
    .filter(({ jobId }) => jobId === job.id)
    .map((row) => `${row.name} ${row.lastModifiedAt.toISOString()}`);
  return repairs.map((sentence) => ({ id: idOf(job.id, sentence, ...before), jobId: job.id, sentence }));
}
