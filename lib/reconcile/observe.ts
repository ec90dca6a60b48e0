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

/** Whether a schedule stands as it was last verified: nobody has written it since. */
export function isAsNoted(listed: ListedSchedule, noted: JobScheduleRow | undefined): noted is JobScheduleRow {
  return noted?.state === listed.state && noted.lastModifiedAt.getTime() === listed.lastModifiedAt.getTime();
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

/**
 * Reads whole what the list leaves open: schedules that are not as noted though AWS has taken the job as it stands. What
 * is to be written anyway is not read first, save an at(...), which must not be written twice.
 */
export async function readDoubtful(
  aws: Aws,
  { scheduleGroup }: Pick<Environment, "scheduleGroup">,
  { listed, noted }: Observed,
  desired: Desired<JobToReconcile>[],
): Promise<Map<string, GetScheduleCommandOutput>> {
  const inLane = lanes(16);
  const whole = new Map<string, GetScheduleCommandOutput>();
  const names = desired
    .filter(({ job }) => job.appliedGeneration >= job.generation || onlyMomentOf(job))
    .flatMap(({ schedules }) => schedules.map(({ Name }) => Name))
    .filter((name) => {
      const seen = listed.get(name);
      return seen && !isAsNoted(seen, noted.get(name));
    });
  await Promise.all(
    names.map((name) =>
      inLane(async () => {
        const schedule = await aws.scheduler.getSchedule(scheduleGroup, name);
        if (schedule) whole.set(name, schedule);
      }),
    ),
  );
  return whole;
}
