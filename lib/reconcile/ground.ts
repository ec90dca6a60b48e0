import type { Aws } from "@/lib/aws/clients";
import { wordsOf } from "@/lib/aws/errors";
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

/** What could not be made sure of, a sentence each, and the failure that concerns the schedule group. */
export type GroundTrouble = { sentences: string[]; ofGroup: unknown };

/**
 * Makes the schedule group and the log group if they are missing: without the one no schedule can be made, without the other
 * no task starts. Throws nothing: they are there in all rounds but the first, and what is wrong with one call shall not keep
 * the jobs waiting. What is not sure is looked at again in the next round.
 */
export async function ensureGround(
  aws: Aws,
  environment: Pick<Environment, "id" | "scheduleGroup" | "logGroup">,
): Promise<GroundTrouble | null> {
  const sure = sureOf(aws, environment.id);
  if (sure.ofGround) return null;
  const { scheduleGroup, logGroup } = environment;
  const [group, logs] = await Promise.allSettled([aws.scheduler.ensureScheduleGroup(scheduleGroup), aws.logs.ensureLogGroup(logGroup)]);
  sure.ofGround = group.status === "fulfilled" && logs.status === "fulfilled";
  if (sure.ofGround) return null;
  const sentences = [
    ...(group.status === "rejected" ? [`Whether the schedule group ${scheduleGroup} is there is not sure. ${said(group.reason)}`] : []),
    ...(logs.status === "rejected" ? [`Whether the log group ${logGroup} is there is not sure. ${said(logs.reason)}`] : []),
  ];
  return { sentences, ofGroup: group.status === "rejected" ? group.reason : null };
}

function said(error: unknown): string {
  const { code, message } = wordsOf(error);
  return `AWS says: ${code}: ${message}`;
}
