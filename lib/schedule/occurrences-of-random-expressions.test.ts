import { Cron } from "croner";
import fc from "fast-check";
import { expect, test } from "vitest";
import { daysOf } from "./local-moments";
import { nextOccurrences, previousOccurrence } from "./occurrences";
import { parseExpression } from "./parse";
import type { CronFields } from "./schedule";
import { clockChanges, formatLocal, localOf, momentsOf } from "./time-zone";

/**
 * Random expressions of AWS's grammar against another library, so that both cannot agree on a mistake of ours.
 * What croner reads otherwise than AWS or Quartz, and is therefore not asked of it:
 * - wrap-round ranges (22-2, FRI-MON): refused by croner;
 * - L in the day of week alone: written as 7 for it;
 * - a step over all years: croner counts it from the year 0, AWS's years (and Quartz's) begin with 1970;
 * - a weekday number 8 and the years 1969 and 2200: taken by croner, refused by us;
 * - local times that the clocks leave out or show twice: see theirMoments.
 */
const number = (min: number, max: number) => fc.integer({ min, max }).map(String);

function item(min: number, max: number, names: string[] = []): fc.Arbitrary<string> {
  const step = fc.integer({ min: 1, max: Math.max(1, Math.min(max - min, 30)) });
  const value = number(min, max);
  const range = fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const choices = [
    { weight: 4, arbitrary: value },
    { weight: 3, arbitrary: range },
    { weight: 2, arbitrary: fc.tuple(value, step).map(([start, by]) => `${start}/${by}`) },
    { weight: 1, arbitrary: fc.tuple(range, step).map(([span, by]) => `${span}/${by}`) },
    { weight: 1, arbitrary: step.map((by) => `*/${by}`) },
  ];
  if (names.length > 0) choices.push({ weight: 2, arbitrary: fc.constantFrom(...names) });
  return fc.oneof(...choices);
}

const field = (min: number, max: number, names?: string[]) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant("*") },
    { weight: 5, arbitrary: fc.array(item(min, max, names), { minLength: 1, maxLength: 3 }).map((items) => items.join(",")) },
  );

const dayOfMonth = fc.oneof(
  { weight: 5, arbitrary: field(1, 31) },
  { weight: 1, arbitrary: fc.constant("L") },
  { weight: 1, arbitrary: fc.constant("LW") },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 28 }).map((day) => `${day}W`) },
);
const dayOfWeek = fc.oneof(
  { weight: 5, arbitrary: field(1, 7, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]) },
  { weight: 1, arbitrary: number(1, 7).map((day) => `${day}L`) },
  { weight: 2, arbitrary: fc.tuple(number(1, 7), number(1, 5)).map(([day, nth]) => `${day}#${nth}`) },
);
const days = fc.oneof(
  dayOfMonth.map((day) => [day, "?"] as const),
  dayOfWeek.map((day) => ["?", day] as const),
);
const year = fc.oneof(
  { weight: 3, arbitrary: fc.constant("*") },
  { weight: 1, arbitrary: field(2026, 2060).filter((text) => !text.includes("*/")) },
);
const expression = fc
  .tuple(field(0, 59), field(0, 23), days, field(1, 12, ["JAN", "FEB", "JUN", "DEC"]), year)
  .map(([minutes, hours, [ofMonth, ofWeek], month, years]) => [minutes, hours, ofMonth, month, ofWeek, years].join(" "));
const after = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2036, 0, 1) }).map((at) => new Date(at));

function parsedCron(text: string) {
  const parsed = parseExpression(`cron(${text})`);
  if (!parsed.ok || parsed.schedule.kind !== "cron") throw new Error(parsed.ok ? text : parsed.fault.sentence);
  return parsed.schedule;
}

function matches(fields: CronFields, local: string): boolean {
  const date = new Date(`${local}Z`);
  return (
    fields.minutes.includes(date.getUTCMinutes()) &&
    fields.hours.includes(date.getUTCHours()) &&
    fields.months.includes(date.getUTCMonth() + 1) &&
    fields.years.includes(date.getUTCFullYear()) &&
    daysOf(fields, date.getUTCFullYear(), date.getUTCMonth() + 1).includes(date.getUTCDate()) &&
    date.getUTCSeconds() === 0
  );
}

const threeZones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"];
/** Every second search begins about a clock change. */
const changesOf = Map.groupBy(
  threeZones.flatMap((timeZone) =>
    clockChanges(timeZone, new Date("2026-01-01"), new Date("2036-01-01")).map((change) => ({ timeZone, change })),
  ),
  ({ timeZone }) => timeZone,
);
const inThreeZones = fc.constantFrom(...threeZones).chain((timeZone) =>
  fc.tuple(
    fc.constant(timeZone),
    fc.oneof(
      after,
      fc
        .tuple(fc.constantFrom(...(changesOf.get(timeZone) ?? [])), fc.integer({ min: -36 * 60, max: 6 * 60 }))
        .map(([{ change }, minutes]) => new Date(change.at.getTime() + minutes * 60_000)),
    ),
  ),
);

/**
 * The next moments as croner has them, without those that it has and AWS has not: a local time that the clocks leave out
 * (croner moves it behind the gap, so the moment shows what the fields do not name), and the second turn of one that they
 * show twice.
 */
function theirMoments(text: string, timeZone: string, from: Date, count: number): string[] {
  const theirs = new Cron(`0 ${text}`, { timezone: timeZone, mode: "7-part", alternativeWeekdays: true, sloppyRanges: true });
  const { fields } = parsedCron(text);
  const moments: string[] = [];
  let at: Date | null = from;
  while (moments.length < count) {
    at = theirs.nextRun(at);
    if (!at || at.getUTCFullYear() > 2199) break;
    const local = localOf(timeZone, at.getTime());
    const isMoved = !matches(fields, formatLocal(local)) && clockChanges(timeZone, new Date(at.getTime() - 86_400_000), at).length > 0;
    const isSecondTurn = momentsOf(timeZone, local)[0] !== at.getTime();
    if (!isMoved && !isSecondTurn) moments.push(at.toISOString());
  }
  return moments;
}

test("5,000 random expressions come at the moments at which another library expects them, in three zones and about their clock changes", () => {
  fc.assert(
    fc.property(expression, inThreeZones, (text, [timeZone, from]) => {
      const ours = nextOccurrences(parsedCron(text), timeZone, from, 4).map(({ at }) => at.toISOString());
      expect(ours).toEqual(theirMoments(text, timeZone, from, 4));
    }),
    { numRuns: 5000 },
  );
});

test("1,000 random expressions come at those moments in UTC as well", () => {
  fc.assert(
    fc.property(expression, after, (text, from) => {
      const ours = nextOccurrences(parsedCron(text), "UTC", from, 4).map(({ at }) => at.toISOString());
      expect(ours).toEqual(theirMoments(text, "UTC", from, 4));
    }),
    { numRuns: 1000 },
  );
});

const zone = fc.constantFrom(
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Antarctica/Troll",
  "Asia/Kathmandu",
  "Africa/Casablanca",
  "Pacific/Chatham",
);

test("in any zone the moments rise, come after the one asked for, and show what the fields name", () => {
  fc.assert(
    fc.property(expression, zone, after, (text, timeZone, from) => {
      const schedule = parsedCron(text);
      let last = from.getTime();
      for (const { at, local } of nextOccurrences(schedule, timeZone, from, 6)) {
        expect(at.getTime()).toBeGreaterThan(last);
        expect(matches(schedule.fields, local)).toBe(true);
        last = at.getTime();
      }
    }),
    { numRuns: 1000 },
  );
});

/** Days on which clocks change: by an hour, half an hour, two hours, and a whole day. */
const changing = fc.constantFrom(
  ["Europe/Berlin", "2027-03-28"],
  ["Europe/Berlin", "2027-10-31"],
  ["America/New_York", "2027-11-07"],
  ["Australia/Lord_Howe", "2026-10-04"],
  ["Australia/Lord_Howe", "2026-04-05"],
  ["Antarctica/Troll", "2026-03-29"],
  ["Antarctica/Troll", "2026-10-25"],
  ["Pacific/Apia", "2011-12-30"],
);

test("around a clock change the moments are those that walking minute by minute finds: each local time once, at its first", () => {
  fc.assert(
    fc.property(field(0, 59), field(0, 23), changing, (minutes, hours, [timeZone, day]) => {
      const schedule = parsedCron(`${minutes} ${hours} * * ? *`);
      const [from, to] = [Date.parse(day) - 86_400_000, Date.parse(day) + 2 * 86_400_000];
      const shownBefore = new Set<number>();
      const expected: string[] = [];
      for (let at = from + 60_000; at <= to; at += 60_000) {
        const local = localOf(timeZone, at);
        if (!shownBefore.has(local) && matches(schedule.fields, formatLocal(local))) expected.push(new Date(at).toISOString());
        shownBefore.add(local);
      }
      const found = nextOccurrences(schedule, timeZone, new Date(from), 5000, { endAt: new Date(to) });
      expect(found.map(({ at }) => at.toISOString())).toEqual(expected);
      const last = previousOccurrence(schedule, timeZone, new Date(to));
      if (expected.length > 0) expect(last?.at.toISOString()).toBe(expected.at(-1));
    }),
    { numRuns: 80 },
  );
});

test("the moment before the next one is the one that came before", () => {
  fc.assert(
    fc.property(expression, zone, after, (text, timeZone, from) => {
      const schedule = parsedCron(text);
      const [first, second] = nextOccurrences(schedule, timeZone, from, 2);
      if (!first || !second) return;
      expect(previousOccurrence(schedule, timeZone, first.at)).toEqual(first);
      expect(previousOccurrence(schedule, timeZone, new Date(second.at.getTime() - 1))).toEqual(first);
    }),
    { numRuns: 1000 },
  );
});

test("the canonical form reads as the same schedule", () => {
  fc.assert(
    fc.property(expression, (text) => {
      const schedule = parsedCron(text);
      expect(parsedCron(schedule.expression.slice("cron(".length, -1))).toEqual(schedule);
    }),
    { numRuns: 1000 },
  );
});
