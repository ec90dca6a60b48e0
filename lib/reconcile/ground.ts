import type { Aws } from "@/lib/aws/clients";
import type { Environment } from "@/lib/domain/environment";

/** What this process need not look at again in every round; another process, or a gone group, begins anew. */
type Sure = {
  /** The schedule group and the log group are there. */
  ofGround: boolean;
  /**
   * Every job was compared once, not only the unsettled: Belfry itself or the environment may have changed since AWS was
   * last told, and neither does so while a process lives.
   */
  ofEveryJob: boolean;
};

const kept = new WeakMap<Aws, Map<string, Sure>>();

/** What this process is sure of, for the environment behind these doors. */
export function sureOf(aws: Aws, environmentId: string): Sure {
  const byEnvironment = kept.get(aws) ?? new Map<string, Sure>();
  kept.set(aws, byEnvironment);
  const sure = byEnvironment.get(environmentId) ?? { ofGround: false, ofEveryJob: false };
  byEnvironment.set(environmentId, sure);
  return sure;
}

/** Makes the schedule group and the log group if they are missing: without the one no schedule can be made, without the other no task starts. */
export async function ensureGround(aws: Aws, environment: Pick<Environment, "id" | "scheduleGroup" | "logGroup">): Promise<void> {
  const sure = sureOf(aws, environment.id);
  if (sure.ofGround) return;
  await Promise.all([aws.scheduler.ensureScheduleGroup(environment.scheduleGroup), aws.logs.ensureLogGroup(environment.logGroup)]);
  sure.ofGround = true;
}
