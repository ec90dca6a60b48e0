import type { GetScheduleCommandOutput } from "@aws-sdk/client-scheduler";
import type { Aws } from "@/lib/aws/clients";
import type { ListedSchedule } from "@/lib/aws/scheduler";
import { scheduleFingerprint } from "@/lib/desired/fingerprint";
import type { DesiredSchedule } from "@/lib/desired/schedules";
import type { Environment } from "@/lib/domain/environment";
import { Unavailable } from "@/lib/domain/errors";
import type { Applied, Written } from "./apply-job";
import { lanes } from "./lanes";

/** A schedule that was read back as it is wanted. */
export type Verified = { schedule: DesiredSchedule; lastModifiedAt: Date };

/** What reading back showed: the schedules that stand as written, and the names that do not (or are still there), with the reason. */
export type Verification = { verified: Map<string, Verified>; unverified: Map<string, unknown> };

const notShown = new Unavailable("AWS does not show what was just written to it. Belfry looks again.");

/**
 * Looks whether AWS shows what was just written, with the fewest calls: the whole group's list, or each schedule by itself
 * where there are fewer of them than pages.
 * The list tells no content. It suffices where it shows the state we wrote, written by nobody after AWS answered us and
 * not before we asked; what leaves a doubt is read whole.
 */
export async function verify(
  aws: Aws,
  { scheduleGroup }: Pick<Environment, "scheduleGroup">,
  applied: Applied[],
  before: ReadonlyMap<string, ListedSchedule>,
): Promise<Verification> {
  const written = applied.flatMap((each) => each.written);
  const removed = applied.flatMap((each) => each.removed);
  const result: Verification = { verified: new Map(), unverified: new Map() };
  const pages = Math.max(1, Math.ceil((before.size + written.length) / 100));

  let doubtful = written;
  let stillThere = removed;
  // Without the list everything is in doubt, and read by itself.
  const after = written.length + removed.length > pages ? await aws.scheduler.listSchedules(scheduleGroup).then(byName, () => null) : null;
  if (after) {
    doubtful = written.filter((each) => {
      const seen = after.get(each.schedule.Name);
      if (!seen || !isOurs(each, seen, before.get(seen.name))) return true;
      result.verified.set(seen.name, { schedule: each.schedule, lastModifiedAt: seen.lastModifiedAt });
      return false;
    });
    stillThere = removed.filter((name) => after.has(name));
  }

  const inLane = lanes(16);
  /** What cannot be read back is not verified, which is no other schedule's trouble. */
  const read = async (name: string, isAsItShouldBe: (whole: GetScheduleCommandOutput | null) => boolean) => {
    try {
      if (!isAsItShouldBe(await inLane(() => aws.scheduler.getSchedule(scheduleGroup, name)))) result.unverified.set(name, notShown);
    } catch (error) {
      result.unverified.set(name, error);
    }
  };
  await Promise.all([
    ...doubtful.map(({ schedule }) =>
      read(schedule.Name, (whole) => {
        if (!whole?.LastModificationDate || scheduleFingerprint(whole) !== scheduleFingerprint(schedule)) return false;
        result.verified.set(schedule.Name, { schedule, lastModifiedAt: whole.LastModificationDate });
        return true;
      }),
    ),
    ...stillThere.map((name) => read(name, (whole) => whole === null)),
  ]);
  return result;
}

function byName(schedules: ListedSchedule[]): Map<string, ListedSchedule> {
  return new Map(schedules.map((each) => [each.name, each]));
}

/** The answer's Date is cut to its second, so a write within that second may be ours. */
function isOurs({ schedule, answeredAt }: Written, seen: ListedSchedule, before: ListedSchedule | undefined): boolean {
  if (!answeredAt || seen.state !== schedule.State) return false;
  if (before && seen.lastModifiedAt <= before.lastModifiedAt) return false;
  return seen.lastModifiedAt.getTime() < answeredAt.getTime() + 1000;
}
