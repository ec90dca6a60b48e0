import { nextOccurrences } from "@/lib/schedule/occurrences";
import { parseExpression } from "@/lib/schedule/parse";
import type { Settings } from "../service";
import type { ScheduleRecord } from "./state";

const minuteMs = 60_000;

/** Sets the next moment of a schedule: the first strictly after `after`, fired somewhere in its flexible window and jitter. */
export function planNext(schedule: ScheduleRecord, after: Date, settings: Settings): void {
  const nominal = schedule.definition.state === "ENABLED" ? momentsAfter(schedule, after, 1)[0] : undefined;
  schedule.next = nominal ? { nominal, fireAt: fireTime(schedule, nominal, settings) } : null;
}

/** The moments of a schedule strictly after `after`, at most `count`, whatever its state. */
export function momentsAfter(schedule: ScheduleRecord, after: Date, count: number): Date[] {
  const { expression, timeZone, startDate, endDate } = schedule.definition;
  const parsed = parseExpression(expression);
  // It was checked when it was stored; another version of the sandbox may have been more lenient.
  if (!parsed.ok) return [];
  return nextOccurrences(parsed.schedule, timeZone, after, count, { anchor: schedule.anchor, startAt: startDate, endAt: endDate }).map(
    ({ at }) => at,
  );
}

function fireTime(schedule: ScheduleRecord, nominal: Date, settings: Settings): Date {
  const { Mode, MaximumWindowInMinutes } = schedule.definition.window;
  const windowMs = Mode === "FLEXIBLE" ? (MaximumWindowInMinutes ?? 0) * minuteMs : 0;
  const lateMs = Math.floor(Math.random() * windowMs) + Math.floor(Math.random() * settings.scheduleJitterMs);
  return new Date(nominal.getTime() + lateMs);
}
