import { localMoments } from "./local-moments";
import type { RateUnit, Schedule } from "./schedule";
import { type ClockChange, clockChanges, formatLocal, formatOffset, localOf, momentsOf, offsetMinutes, zoneNameOf } from "./time-zone";

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

/** One moment of a schedule, as a clock in its zone shows it. `offset` is "+01:00". */
export type Occurrence = { at: Date; local: string; weekday: (typeof weekdays)[number]; offset: string; zoneName: string };

/** `anchor`: a rate's first moment. `startAt` and `endAt` are inclusive and do not concern at(...), as in AWS. */
export type OccurrenceBounds = { anchor?: Date; startAt?: Date; endAt?: Date };

export type PreviewRow =
  | { kind: "occurrence"; occurrence: Occurrence }
  | { kind: "clock-change"; at: Date; sentence: string; skipped: string[] };

const unitMs: Record<RateUnit, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const dayMs = 86_400_000;

/**
 * The next moments strictly after `after`, at most `count`, fewer where the schedule ends.
 * A local time that the clocks leave out is skipped, one that comes twice counts once, at its first
 * (EventBridge Scheduler User Guide, "Daylight savings time"). A rate counts from `anchor`, else `startAt`, else `after`.
 */
export function nextOccurrences(
  schedule: Schedule,
  timeZone: string,
  after: Date,
  count: number,
  bounds: OccurrenceBounds = {},
): Occurrence[] {
  const found: Occurrence[] = [];
  if (count <= 0) return found;
  for (const at of momentsAfter(schedule, timeZone, after.getTime(), bounds)) {
    found.push(toOccurrence(timeZone, at));
    if (found.length >= count) break;
  }
  return found;
}

/** The latest moment at or before `atOrBefore`, or null where there was none. A rate without an anchor has no past. */
export function previousOccurrence(
  schedule: Schedule,
  timeZone: string,
  atOrBefore: Date,
  bounds: OccurrenceBounds = {},
): Occurrence | null {
  const limit =
    schedule.kind === "at" ? atOrBefore.getTime() : Math.min(atOrBefore.getTime(), bounds.endAt?.getTime() ?? Number.POSITIVE_INFINITY);
  const first = schedule.kind === "at" ? Number.NEGATIVE_INFINITY : (bounds.startAt?.getTime() ?? Number.NEGATIVE_INFINITY);
  const at = latestMoment(schedule, timeZone, limit, bounds);
  return at === null || at < first ? null : toOccurrence(timeZone, at);
}

function latestMoment(schedule: Schedule, timeZone: string, limit: number, bounds: OccurrenceBounds): number | null {
  if (schedule.kind === "at") {
    const [at] = momentsOf(timeZone, Date.parse(`${schedule.local}Z`));
    return at !== undefined && at <= limit ? at : null;
  }
  if (schedule.kind === "rate") {
    const anchor = (bounds.anchor ?? bounds.startAt)?.getTime();
    if (anchor === undefined || anchor > limit) return null;
    const period = schedule.value * unitMs[schedule.unit];
    return anchor + Math.floor((limit - anchor) / period) * period;
  }
  // Where the clocks went back within the last day, a local time that the clock does not show yet may already have had its first turn.
  const repeated = Math.max(0, localOf(timeZone, limit - dayMs) - (localOf(timeZone, limit) - dayMs));
  for (const local of localMoments(schedule.fields, localOf(timeZone, limit) + repeated, "backward")) {
    const [at] = momentsOf(timeZone, local);
    if (at !== undefined && at <= limit) return at;
  }
  return null;
}

function* momentsAfter(schedule: Schedule, timeZone: string, after: number, bounds: OccurrenceBounds): Generator<number, void, undefined> {
  if (schedule.kind === "at") {
    const [at] = momentsOf(timeZone, Date.parse(`${schedule.local}Z`));
    if (at !== undefined && at > after) yield at;
    return;
  }
  const base = Math.max(after, (bounds.startAt?.getTime() ?? Number.NEGATIVE_INFINITY) - 1);
  const end = bounds.endAt?.getTime() ?? Number.POSITIVE_INFINITY;
  const moments = schedule.kind === "rate" ? rateMoments(schedule, base, bounds, after) : cronMoments(schedule.fields, timeZone, base);
  for (const at of moments) {
    if (at > end) return;
    yield at;
  }
}

function* rateMoments(
  rate: { value: number; unit: RateUnit },
  base: number,
  bounds: OccurrenceBounds,
  after: number,
): Generator<number, void, undefined> {
  const anchor = (bounds.anchor ?? bounds.startAt)?.getTime() ?? after;
  const period = rate.value * unitMs[rate.unit];
  const passed = Math.max(0, Math.floor((base - anchor) / period) + 1);
  for (let turn = passed; ; turn++) yield anchor + turn * period;
}

function* cronMoments(fields: Parameters<typeof localMoments>[0], timeZone: string, after: number): Generator<number, void, undefined> {
  for (const local of localMoments(fields, localOf(timeZone, after), "forward")) {
    const [at] = momentsOf(timeZone, local);
    if (at !== undefined && at > after) yield at;
  }
}

function toOccurrence(timeZone: string, at: number): Occurrence {
  const date = new Date(at);
  const local = localOf(timeZone, at);
  return {
    at: date,
    local: formatLocal(local),
    weekday: weekdays[new Date(local).getUTCDay()] ?? "Sun",
    offset: formatOffset(offsetMinutes(timeZone, date)),
    zoneName: zoneNameOf(timeZone, date),
  };
}

/**
 * The next `count` moments for a page, with a row wherever the clocks change between two of them and it matters:
 * the offset differs afterwards, or a moment was left out. A rate counts from `anchor`, else `startAt`, else `after`.
 */
export function previewRows(schedule: Schedule, timeZone: string, after: Date, count: number, bounds: OccurrenceBounds = {}): PreviewRow[] {
  const occurrences = nextOccurrences(schedule, timeZone, after, count, bounds);
  const until = occurrences.length < count ? null : (occurrences.at(-1)?.at ?? null);
  const skipped = skippedMoments(schedule, timeZone, after, until, count).filter(
    ({ change: { at } }) => schedule.kind === "at" || ((bounds.startAt ?? at) <= at && at <= (bounds.endAt ?? at)),
  );
  const rows: PreviewRow[] = [];
  let from = after;
  for (const occurrence of occurrences) {
    rows.push(...changeRows(timeZone, from, occurrence.at, skipped), { kind: "occurrence", occurrence });
    from = occurrence.at;
  }
  const last = skipped.at(-1);
  if (last && last.change.at > from) rows.push(...changeRows(timeZone, from, last.change.at, skipped));
  return rows;
}

type Skipped = { local: string; change: ClockChange };

/**
 * The local moments that the schedule names and the clocks leave out, up to `until`;
 * without it to the schedule's end, but no more than `changes` clock changes (a job can be skipped each spring until 2199).
 */
function skippedMoments(schedule: Schedule, timeZone: string, after: Date, until: Date | null, changes: number): Skipped[] {
  const locals =
    schedule.kind === "cron"
      ? localMoments(schedule.fields, localOf(timeZone, after.getTime()), "forward")
      : schedule.kind === "at"
        ? [Date.parse(`${schedule.local}Z`)]
        : [];
  const found: Skipped[] = [];
  let seen = 0;
  for (const local of locals) {
    const [at] = momentsOf(timeZone, local);
    if (at !== undefined && until && at >= until.getTime()) break;
    if (at !== undefined) continue;
    const change = clockChanges(timeZone, new Date(local - 2 * dayMs), new Date(local + 2 * dayMs)).find(
      ({ localBefore, localAfter }) => localBefore <= formatLocal(local) && formatLocal(local) < localAfter,
    );
    if (!change || change.at <= after) continue;
    if (!until && found.at(-1)?.change.at.getTime() !== change.at.getTime() && seen++ >= changes) break;
    found.push({ local: formatLocal(local), change });
  }
  return found;
}

function changeRows(timeZone: string, from: Date, to: Date, skipped: Skipped[]): PreviewRow[] {
  const within = skipped.filter(({ change }) => change.at > from && change.at <= to);
  if (within.length === 0 && offsetMinutes(timeZone, from) === offsetMinutes(timeZone, to)) return [];
  return clockChanges(timeZone, from, to).map((change) => ({
    kind: "clock-change",
    at: change.at,
    sentence: sentenceOf(change),
    skipped: within.filter((one) => one.change.at.getTime() === change.at.getTime()).map(({ local }) => local),
  }));
}

function sentenceOf({ offsetBefore, offsetAfter, localBefore, localAfter }: ClockChange): string {
  const sameDay = localBefore.slice(0, 10) === localAfter.slice(0, 10);
  const show = (local: string) => (sameDay ? local.slice(11, 16) : `${local.slice(0, 10)} ${local.slice(11, 16)}`);
  return `Clocks go ${offsetAfter > offsetBefore ? "forward" : "back"}: ${show(localBefore)} becomes ${show(localAfter)}`;
}
