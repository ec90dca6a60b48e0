import type { CronFields, DayOfMonthPart, DayOfWeekPart } from "./schedule";

const dayMs = 86_400_000;

/** The days of one month (1 to 12) that the fields name, ascending. */
export function daysOf(fields: Pick<CronFields, "daysOfMonth" | "daysOfWeek">, year: number, month: number): number[] {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const firstWeekday = new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 1;
  const days = new Set<number>();
  for (const part of fields.daysOfMonth ?? []) for (const day of daysOfMonthPart(part, length, firstWeekday)) days.add(day);
  for (const part of fields.daysOfWeek ?? []) for (const day of daysOfWeekPart(part, length, firstWeekday)) days.add(day);
  return [...days].filter((day) => day >= 1 && day <= length).sort((a, b) => a - b);
}

/** 1 is Sunday. */
const weekdayOf = (day: number, firstWeekday: number): number => ((day - 1 + firstWeekday - 1) % 7) + 1;

function daysOfMonthPart(part: DayOfMonthPart, length: number, firstWeekday: number): number[] {
  switch (part.kind) {
    case "days":
      return part.days;
    case "last":
      return [length];
    case "last-weekday":
      return [nearestWeekday(length, length, firstWeekday)];
    case "nearest-weekday":
      return part.day > length ? [] : [nearestWeekday(part.day, length, firstWeekday)];
  }
}

/** The weekday nearest to a day without leaving the month, as Quartz reads W; AWS does not say what happens at a month's edge. */
function nearestWeekday(day: number, length: number, firstWeekday: number): number {
  const weekday = weekdayOf(day, firstWeekday);
  if (weekday === 7) return day === 1 ? 3 : day - 1;
  if (weekday === 1) return day === length ? day - 2 : day + 1;
  return day;
}

function daysOfWeekPart(part: DayOfWeekPart, length: number, firstWeekday: number): number[] {
  const firstOf = (weekday: number) => 1 + ((weekday - firstWeekday + 7) % 7);
  const allOf = (weekday: number) => [0, 1, 2, 3, 4].map((week) => firstOf(weekday) + 7 * week).filter((day) => day <= length);
  switch (part.kind) {
    case "weekdays":
      return part.weekdays.flatMap(allOf);
    case "last":
      return allOf(part.weekday).slice(-1);
    case "nth":
      return allOf(part.weekday).slice(part.nth - 1, part.nth);
  }
}

/**
 * The local moments that the fields name, from `from` on (that moment included), forward or backward, until the years end.
 * A local moment is what a clock on the wall shows, as milliseconds as if it were UTC; whether it exists in a zone is not asked here.
 * Steps by year, month and day, so that a rare expression costs no more than a frequent one.
 */
export function* localMoments(fields: CronFields, from: number, direction: "forward" | "backward"): Generator<number, void, undefined> {
  const ordered = (values: number[]): number[] => (direction === "forward" ? values : values.toReversed());
  const isBefore = (first: number, last: number): boolean => (direction === "forward" ? last < from : first > from);
  const [years, months, hours, minutes] = [fields.years, fields.months, fields.hours, fields.minutes].map(ordered) as [
    number[],
    number[],
    number[],
    number[],
  ];
  for (const year of years) {
    if (isBefore(Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1) - 1)) continue;
    for (const month of months) {
      if (isBefore(Date.UTC(year, month - 1, 1), Date.UTC(year, month, 1) - 1)) continue;
      for (const day of ordered(daysOf(fields, year, month))) {
        const start = Date.UTC(year, month - 1, day);
        if (isBefore(start, start + dayMs - 1)) continue;
        for (const hour of hours)
          for (const minute of minutes) {
            const moment = start + (hour * 60 + minute) * 60_000;
            if (!isBefore(moment, moment)) yield moment;
          }
      }
    }
  }
}
