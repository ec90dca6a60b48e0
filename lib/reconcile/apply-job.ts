import type { Aws } from "@/lib/aws/clients";
import { type DesiredSchedule, pinTo } from "@/lib/desired/schedules";
import type { Environment } from "@/lib/domain/environment";
import type { JobStep } from "./plan-jobs";

/** A schedule that AWS has just taken. */
export type Written = { schedule: DesiredSchedule; answeredAt: Date | null };

/** What AWS took for one job, still to be verified. */
export type Applied = { step: JobStep; arn: string | null; written: Written[]; removed: string[] };

/**
 * Does one job's step: every wanted schedule whole, then what is not wanted any more. In this order, so that a job with
 * a new address is never without a schedule; should both fire, the second task is shown as a duplicate delivery.
 * Throws what AWS throws; what was done until then is done again by the next round, with the same result.
 */
export async function applyJob(
  aws: Aws,
  environment: Pick<Environment, "scheduleGroup">,
  step: JobStep,
  arn: string | null,
): Promise<Applied> {
  const applied: Applied = { step, arn, written: [], removed: [] };
  for (const { schedule, exists } of step.put) {
    const pinned = arn ? pinTo(schedule, arn) : schedule;
    const { answeredAt } = await aws.scheduler.putSchedule(pinned, exists);
    applied.written.push({ schedule: pinned, answeredAt });
  }
  for (const name of step.remove) {
    await aws.scheduler.deleteSchedule(environment.scheduleGroup, name);
    applied.removed.push(name);
  }
  return applied;
}
