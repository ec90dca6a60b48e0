import { type Calendar, type Expectation, mostMoments } from "@/lib/db/expectations";
import { nextOccurrences } from "@/lib/schedule/occurrences";
import { parseExpression } from "@/lib/schedule/parse";
import type { RateUnit } from "@/lib/schedule/schedule";

/*
 * Which moments of a calendar have no run: a value, decided without a call.
 *
 *   moment                                                    judgement
 *   ───────────────────────────────────────────────────────   ──────────────────────────────────────────────────────────
 *   has a run                                                  nothing
 *   is still to come                                           it is expected
 *   has come; a start may still come, or not all was looked at it is expected
 *   a start can no longer come, and all was looked at since    it is missed
 *   within a minute of a change of the calendar                nothing: AWS may have followed the one or the other
 *   between the saving of a newer calendar and its arrival     nothing, for the same reason
 */

/** AWS starts a target within a minute of its moment (EventBridge Scheduler User Guide, "What is"), and follows a change about as fast. */
const changeSeconds = 60;
/** What a start may need beyond its retry policy until a source tells of it: the minute above, Fargate's time, the way of an event. */
export const slackSeconds = 180;
/** So many missed moments of one job are written at a time. */
const mostMissed = 200;

export type Missed = { at: Date; by: Date; calendar: Calendar };
export type Judgement = { missed: Missed[]; expectedAt: Date | null; expectBy: Date | null };

/** `toldUntil`: until then every source of history has told all it knew; null: one of them never has. */
export function judgeExpectation(expectation: Expectation, { now, toldUntil }: { now: Date; toldUntil: Date | null }): Judgement {
  const missed: Missed[] = [];
  // Where not all moments could be read, what lies behind the last of them is not known yet.
  const horizon = expectation.moments.length >= mostMoments ? expectation.moments.at(-1) : undefined;
  for (const { at, calendar } of momentsWithoutRun(expectation, now)) {
    const by = lastChance(at, calendar);
    const isOver = now > by && toldUntil !== null && toldUntil > by;
    if (!isOver || missed.length >= mostMissed || (horizon && at > horizon)) return { missed, expectedAt: at, expectBy: by };
    missed.push({ at, by, calendar });
  }
  return { missed, expectedAt: null, expectBy: null };
}

/** Until when a start for a moment may still come: window and retries, as AWS was told of them, and our slack. */
function lastChance(at: Date, { flexibleWindowMinutes, maximumEventAgeSeconds }: Calendar): Date {
  return new Date(at.getTime() + (flexibleWindowMinutes * 60 + maximumEventAgeSeconds + slackSeconds) * 1000);
}

type Demanded = { at: Date; calendar: Calendar };

/** A stretch in which AWS surely followed one calendar, in epoch milliseconds; a rate counts from `anchor`. */
type Stretch = { calendar: Calendar; from: number; until: number; anchor: number };

function* momentsWithoutRun(expectation: Expectation, now: Date): Generator<Demanded, void, undefined> {
  const known = expectation.moments.map((at) => at.getTime());
  const since = expectation.expectedAt.getTime();
  for (const stretch of stretchesOf(expectation)) {
    const parsed = parseExpression(stretch.calendar.expression);
    if (!parsed.ok) continue;
    const moments =
      parsed.schedule.kind === "rate"
        ? rateMoments(periodMs(parsed.schedule), stretch, known, since)
        : clockMoments(parsed.schedule, stretch, known, Math.max(stretch.from, since), now);
    for (const at of moments) if (at >= stretch.from) yield { at: new Date(at), calendar: stretch.calendar };
  }
}

function stretchesOf({ calendars, appliedAt }: Expectation): Stretch[] {
  const changes = withoutRepeats(calendars);
  return changes.flatMap((calendar, index) => {
    if (!calendar.enabled) return [];
    const next = changes[index + 1];
    const began = calendar.appliedAt.getTime();
    const until = next ? next.savedAt.getTime() - changeSeconds * 1000 : Number.POSITIVE_INFINITY;
    const whole: Stretch = { calendar, from: began + changeSeconds * 1000, until, anchor: began };
    // A rate counts anew from each write, also one that put the schedule right (EventBridge Scheduler re-anchors it).
    const again = isRate(calendar) && !next && appliedAt && appliedAt > calendar.appliedAt ? appliedAt.getTime() : null;
    const stretches =
      again === null
        ? [whole]
        : [
            { ...whole, until: again - changeSeconds * 1000 },
            { ...whole, from: again + changeSeconds * 1000, anchor: again },
          ];
    return stretches.filter(({ from, until }) => from <= until);
  });
}

/** A save that leaves expression and zone as they are moves no moment of a cron(...) or at(...): the calendar goes on. */
function withoutRepeats(calendars: Calendar[]): Calendar[] {
  const changes: Calendar[] = [];
  for (const calendar of calendars) {
    const last = changes.at(-1);
    const goesOn =
      last?.enabled === calendar.enabled &&
      last.expression === calendar.expression &&
      last.timeZone === calendar.timeZone &&
      !isRate(calendar);
    if (goesOn) changes[changes.length - 1] = { ...calendar, savedAt: last.savedAt, appliedAt: last.appliedAt };
    else changes.push(calendar);
  }
  return changes;
}

const isRate = ({ expression }: Calendar): boolean => expression.startsWith("rate(");

/** Moments by the clock are whole minutes, so what a start tells of its moment belongs to the minute it is in. */
function* clockMoments(
  schedule: Parameters<typeof nextOccurrences>[0],
  { calendar, until }: Stretch,
  known: number[],
  from: number,
  now: Date,
): Generator<number, void, undefined> {
  const minuteOf = (at: number) => Math.floor(at / 60_000);
  const minutes = new Set(known.map(minuteOf));
  let after = new Date(from - 1);
  for (let count = 2; ; count = Math.min(count * 4, 128)) {
    const occurrences = nextOccurrences(schedule, calendar.timeZone, after, count);
    for (const { at } of occurrences) {
      if (at.getTime() > until) return;
      if (minutes.has(minuteOf(at.getTime()))) continue;
      yield at.getTime();
      // One that is still to come is enough.
      if (at > now) return;
    }
    const last = occurrences.at(-1);
    if (!last || occurrences.length < count) return;
    after = last.at;
  }
}

const unitMs: Record<RateUnit, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const periodMs = ({ value, unit }: { value: number; unit: RateUnit }): number => value * unitMs[unit];

/** A rate is only known from its runs: each that comes near its turn sets the next one, so `since` may lie some seconds behind. */
function* rateMoments(
  period: number,
  { from, until, anchor }: Stretch,
  known: number[],
  since: number,
): Generator<number, void, undefined> {
  let turn = anchor + period;
  const earliest = Math.min(anchor, from) - changeSeconds * 1000;
  for (const at of known) {
    if (at < earliest || at > until + changeSeconds * 1000) continue;
    for (; turn <= at - period / 2; turn += period) if (turn > since - period / 2) yield turn;
    turn = at + period;
  }
  for (; turn <= until; turn += period) if (turn > since - period / 2) yield turn;
}
