import type { GetScheduleCommandOutput } from "@aws-sdk/client-scheduler";
import type { Aws } from "@/lib/aws/clients";
import type { ListedSchedule } from "@/lib/aws/scheduler";
import type { Database } from "@/lib/db/client";
import type { JobToReconcile } from "@/lib/db/jobs";
import { type JobScheduleRow, listSettledSchedules } from "@/lib/db/observations";
import type { Desired } from "@/lib/desired/desired-state";
import { jobIdOfScheduleName } from "@/lib/desired/names";
import { onlyMomentOf } from "@/lib/desired/schedules";
import type { Environment } from "@/lib/domain/environment";
import { inParts, type Patience } from "./in-parts";
import { lanes } from "./lanes";

/** What is in our schedule group, beside what was there when it was last verified. */
export type Observed = {
  /** Now, by name: only what the list tells. */
  listed: Map<string, ListedSchedule>;
  /** As last verified, by name. */
  noted: Map<string, JobScheduleRow>;
};

/** Lists our schedule group (a call for a hundred schedules), then what we noted. Throws what AWS throws. */
export async function observe(aws: Aws, db: Database, environment: Pick<Environment, "id" | "scheduleGroup">): Promise<Observed> {
  const listed = await aws.scheduler.listSchedules(environment.scheduleGroup);
  const noted = await listSettledSchedules(db, environment.id);
  return { listed: new Map(listed.map((each) => [each.name, each])), noted: new Map(noted.map((each) => [each.name, each])) };
}

/**
 * Whether a schedule stands as it was last verified: nobody has written it since. AWS's lists may lag behind its writes, and
 * a schedule's time of change never goes back: one that is listed with an earlier one is listed as it was before.
 */
export function isAsNoted(listed: ListedSchedule, noted: JobScheduleRow | undefined): noted is JobScheduleRow {
  if (!noted) return false;
  const [now, before] = [listed.lastModifiedAt.getTime(), noted.lastModifiedAt.getTime()];
  return now < before || (now === before && listed.state === noted.state);
}

/** The jobs that our records call settled but the list does not confirm: moved, missing or never noted. */
export function doubtfulJobIds({ listed, noted }: Observed): string[] {
  const ids = new Set<string>();
  for (const schedule of listed.values()) {
    const id = jobIdOfScheduleName(schedule.name);
    if (id && !isAsNoted(schedule, noted.get(schedule.name))) ids.add(id);
  }
  for (const row of noted.values()) if (!listed.has(row.name)) ids.add(row.jobId);
  return [...ids];
}

/** What was read beyond the list: schedules by name, the jobs of which all was read, and those of which it could not be, with the reason. */
export type ReadWhole = {
  observed: Observed;
  whole: Map<string, GetScheduleCommandOutput>;
  read: Set<string>;
  unread: Map<string, unknown>;
};

/**
 * Reads whole what the list leaves open, and believes that rather than the list, which may lag behind:
 * - schedules that are not as noted though AWS has taken the job as it stands; what is to be written anyway is not read
 *   first, save an at(...), which must not be written twice;
 * - those that are noted and not listed: just made, or really gone;
 * - those that are listed, not noted and not wanted: just removed, or really there.
 * What cannot be read fails for its job alone, and jobs of which the reading takes long come in a part of their own. There is
 * a first part also where there are no jobs.
 */
export async function* readDoubtful(
  aws: Aws,
  { scheduleGroup }: Pick<Environment, "scheduleGroup">,
  { listed, noted }: Observed,
  desired: Desired<JobToReconcile>[],
  patience: Patience,
): AsyncGenerator<ReadWhole> {
  const inLane = lanes(16);
  const seen = new Map(listed);
  const nothing = (): ReadWhole => ({ observed: { listed: seen, noted }, whole: new Map(), read: new Set(), unread: new Map() });
  if (desired.length === 0) yield nothing();
  const unwanted = Map.groupBy(
    [...listed.keys()].filter((name) => !noted.has(name)),
    jobIdOfScheduleName,
  );
  const notListed = Map.groupBy(
    [...noted.values()].filter(({ name }) => !listed.has(name)),
    ({ jobId }) => jobId,
  );
  const isOpen = (name: string, { job }: Desired<JobToReconcile>) => {
    const schedule = listed.get(name);
    return schedule && !isAsNoted(schedule, noted.get(name)) && (job.appliedGeneration >= job.generation || onlyMomentOf(job) !== null);
  };
  const readJob = async (each: Desired<JobToReconcile>) => {
    const jobId = each.job.id;
    const wanted = each.schedules.map(({ Name }) => Name);
    const names = [
      ...wanted.filter((name) => isOpen(name, each)),
      ...(notListed.get(jobId) ?? []).map(({ name }) => name),
      ...(unwanted.get(jobId) ?? []).filter((name) => !wanted.includes(name)),
    ];
    const read = names.map((name) => inLane(async () => [name, await aws.scheduler.getSchedule(scheduleGroup, name)] as const));
    return { jobId, outcomes: await Promise.allSettled(read) };
  };
  for await (const part of inParts(desired.map(readJob), patience)) {
    const result = nothing();
    for (const { jobId, outcomes } of part) {
      result.read.add(jobId);
      for (const outcome of outcomes) {
        if (outcome.status === "rejected") {
          result.unread.set(jobId, outcome.reason);
          continue;
        }
        const [name, schedule] = outcome.value;
        const { State, LastModificationDate } = schedule ?? {};
        if (schedule) result.whole.set(name, schedule);
        if (!schedule) seen.delete(name);
        else if (LastModificationDate)
          seen.set(name, { name, state: State === "DISABLED" ? "DISABLED" : "ENABLED", lastModifiedAt: LastModificationDate });
      }
    }
    yield result;
  }
}
