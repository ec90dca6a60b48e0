import type { GetScheduleCommandOutput } from "@aws-sdk/client-scheduler";
import type { Aws } from "@/lib/aws/clients";
import type { ListedSchedule } from "@/lib/aws/scheduler";
import { scheduleFingerprint } from "@/lib/desired/fingerprint";
import type { DesiredSchedule } from "@/lib/desired/schedules";
import type { Environment } from "@/lib/domain/environment";
import { Unavailable } from "@/lib/domain/errors";
import type { Applied, Written } from "./apply-job";
import { inParts, type Patience } from "./in-parts";
import { lanes } from "./lanes";

/** A schedule that was read back as it is wanted. */
export type Verified = { schedule: DesiredSchedule; lastModifiedAt: Date };

/** What reading back showed of some steps: the schedules that stand as written, and the names that do not (or are still there), with the reason. */
export type Verification = { applied: Applied[]; verified: Map<string, Verified>; unverified: Map<string, unknown> };

const notShown = new Unavailable("AWS does not show what was just written to it. Belfry looks again.");

/**
 * Looks whether AWS shows what was just written, with the fewest calls: the whole group's list, or each schedule by itself
 * where there are fewer of them than pages.
 * The list tells no content. It suffices where it shows the state we wrote, written by nobody after AWS answered us and
 * not before we asked; what leaves a doubt is read whole. What takes long to be read comes in a part of its own.
 */
export async function* verify(
  aws: Aws,
  { scheduleGroup }: Pick<Environment, "scheduleGroup">,
  applied: Applied[],
  before: ReadonlyMap<string, ListedSchedule>,
  patience: Patience,
): AsyncGenerator<Verification> {
  const written = applied.flatMap((each) => each.written);
  const removed = applied.flatMap((each) => each.removed);
  const pages = Math.max(1, Math.ceil((before.size + written.length) / 100));
  // Without the list everything is in doubt, and read by itself.
  const after = written.length + removed.length > pages ? await aws.scheduler.listSchedules(scheduleGroup).then(byName, () => null) : null;

  const inLane = lanes(16);
  /** What cannot be read back is not verified, which is no other schedule's trouble. */
  const read = async (name: string, show: (whole: GetScheduleCommandOutput | null) => Shown) => {
    try {
      return show(await inLane(() => aws.scheduler.getSchedule(scheduleGroup, name)));
    } catch (error) {
      return { name, doubt: error };
    }
  };
  const lookAtWritten = async (each: Written): Promise<Shown> => {
    const { schedule } = each;
    const seen = after?.get(schedule.Name);
    if (seen && isOurs(each, seen, before.get(seen.name)))
      return { name: seen.name, verified: { schedule, lastModifiedAt: seen.lastModifiedAt } };
    return read(schedule.Name, (whole) =>
      whole?.LastModificationDate && scheduleFingerprint(whole) === scheduleFingerprint(schedule)
        ? { name: schedule.Name, verified: { schedule, lastModifiedAt: whole.LastModificationDate } }
        : { name: schedule.Name, doubt: notShown },
    );
  };
  const lookAtRemoved = async (name: string): Promise<Shown> =>
    after && !after.has(name) ? { name } : read(name, (whole) => (whole ? { name, doubt: notShown } : { name }));

  const looks = applied.map(async (each) => ({
    each,
    shown: await Promise.all([...each.written.map(lookAtWritten), ...each.removed.map(lookAtRemoved)]),
  }));
  for await (const part of inParts(looks, patience)) {
    const shown = part.flatMap((looked) => looked.shown);
    yield {
      applied: part.map(({ each }) => each),
      verified: new Map(shown.flatMap(({ name, verified }) => (verified ? [[name, verified]] : []))),
      unverified: new Map(shown.flatMap(({ name, doubt }) => (doubt === undefined ? [] : [[name, doubt]]))),
    };
  }
}

/** One schedule, read back; with neither, it is gone as it should be. */
type Shown = { name: string; verified?: Verified; doubt?: unknown };

function byName(schedules: ListedSchedule[]): Map<string, ListedSchedule> {
  return new Map(schedules.map((each) => [each.name, each]));
}

/** The answer's Date is cut to its second, so a write within that second may be ours. */
function isOurs({ schedule, answeredAt }: Written, seen: ListedSchedule, before: ListedSchedule | undefined): boolean {
  if (!answeredAt || seen.state !== schedule.State) return false;
  if (before && seen.lastModifiedAt <= before.lastModifiedAt) return false;
  return seen.lastModifiedAt.getTime() < answeredAt.getTime() + 1000;
}
