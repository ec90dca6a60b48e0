import { Faulty, fieldFault, parseCronFields, shorten } from "./cron-fields";
import { fromCrontab } from "./crontab";
import { daysOf, localMoments } from "./local-moments";
import { nextOccurrences } from "./occurrences";
import type { CronFields, ParsedSchedule, RateUnit, Schedule, ScheduleFault } from "./schedule";
import { clockChanges, localOf, momentsOf } from "./time-zone";

/*
 * The room of schedules: EventBridge Scheduler's expression language and nothing else. The browser's preview, the server
 * and the imitated AWS all read it here, so that what a person is shown is what is saved and what fires.
 */

export type { CronFields, ParsedSchedule, Schedule, ScheduleFault } from "./schedule";

/** EventBridge Scheduler API, ScheduleExpression: 256 characters at most. */
const longestExpression = 256;

type Read = { schedule: Schedule; undocumented: ScheduleFault[] };

/** Reads AWS's own grammar as AWS takes it: cron(...) with six fields, rate(...), at(...); nothing before or after. */
export function parseExpression(text: string): ParsedSchedule {
  return answer(() => ({ schedule: readExpression(text).schedule, translatedFrom: null, warnings: [] }));
}

/**
 * Reads what a person may type: AWS's grammar, the six fields alone, a five-field crontab line, @daily and its like.
 * Refuses what AWS does not document, what lies in the past and what would never run; `warnings` tell what takes people by surprise.
 */
export function parseSchedule(text: string, options: { timeZone: string; now: Date }): ParsedSchedule {
  return answer(() => {
    const { expression, translatedFrom, warnings } = toExpression(text.trim());
    const { schedule, undocumented } = readExpression(expression);
    const [first] = undocumented;
    if (first) throw new Faulty(first);
    requireFuture(schedule, options);
    return { schedule, translatedFrom, warnings: [...warnings, ...warningsOf(schedule, options)] };
  });
}

function answer(read: () => { schedule: Schedule; translatedFrom: string | null; warnings: string[] }): ParsedSchedule {
  try {
    return { ok: true, ...read() };
  } catch (error) {
    if (error instanceof Faulty) return { ok: false, fault: error.fault };
    throw error;
  }
}

function refuse(field: ScheduleFault["field"], rule: string, sentence: string): never {
  throw new Faulty({ field, rule, sentence });
}

/** Brings what a person typed into AWS's form. */
function toExpression(text: string): { expression: string; translatedFrom: string | null; warnings: string[] } {
  const asIs = (expression: string) => ({ expression, translatedFrom: null, warnings: [] });
  if (text === "")
    refuse("expression", "not empty", "The schedule is empty: write for example cron(0 9 * * ? *), rate(5 minutes) or 0 9 * * 1-5.");
  if (/[\r\n]/.test(text)) refuse("expression", "one line", "The schedule has several lines: a job has one. Make a job for each line.");
  if (/^(cron|rate|at)\s*\(/i.test(text)) return asIs(text.replace(/^[a-z]+/i, (word) => word.toLowerCase()));
  if (!text.startsWith("@")) {
    const parts = text.split(/\s+/);
    if (parts.length < 5 || !parts.slice(0, 5).every(isFieldLike) || !/[\d*?]/.test(parts[0] ?? ""))
      refuse(
        "expression",
        "cron(...), rate(...), at(...) or crontab",
        `${shorten(JSON.stringify(text))} is not a schedule: write cron(0 9 * * ? *), rate(5 minutes), at(2030-01-31T09:00:00) or a crontab line such as 0 9 * * 1-5.`,
      );
    const lacksYear = parts.length === 5 && (parts[2] === "?") !== (parts[4] === "?");
    const isAwsForm = parts.length === 6 && (/^[\d*?,\-/]+$/.test(parts[5] ?? "") || namesWeekdays(parts[5] ?? ""));
    if (lacksYear || isAwsForm || (parts.length === 7 && parts.every(isFieldLike))) return asIs(`cron(${parts.join(" ")})`);
  }
  const translated = fromCrontab(text);
  if (!translated.ok) throw new Faulty(translated.fault);
  return { expression: translated.expression, translatedFrom: text, warnings: translated.warnings };
}

const isFieldLike = (part: string): boolean => /^[\d*?,\-/#A-Z]+$/i.test(part);
const namesWeekdays = (part: string): boolean => /^(SUN|MON|TUE|WED|THU|FRI|SAT)/i.test(part);

function readExpression(text: string): Read {
  if (text.length > longestExpression)
    refuse(
      "expression",
      "256 characters",
      `The expression has ${text.length} characters: AWS takes 256 at most. Write ranges and steps instead of lists, or make two jobs.`,
    );
  const match = /^(cron|rate|at)\(([\s\S]*)\)$/.exec(text);
  if (!match)
    refuse(
      "expression",
      "cron(...), rate(...) or at(...)",
      `${shorten(JSON.stringify(text))} is not an expression: it must be ${whatIsMissing(text)}.`,
    );
  const [, kind, inner = ""] = match;
  if (kind === "rate") return { schedule: readRate(inner), undocumented: [] };
  if (kind === "at") return { schedule: readAt(inner), undocumented: [] };
  return readCron(inner);
}

function whatIsMissing(text: string): string {
  const word = /^\s*(cron|rate|at)\s*\(/i.exec(text)?.[1]?.toLowerCase();
  if (!word) return "written as cron(0 9 * * ? *), rate(5 minutes) or at(2030-01-31T09:00:00)";
  if (!text.includes(")")) return `closed with a bracket: ${shorten(text.trim())})`;
  return `written as ${word}(...) in small letters, with nothing before, between or after`;
}

function readCron(inner: string): Read {
  const parts = inner.trim().split(/\s+/).filter(Boolean);
  if (inner !== inner.trim())
    refuse(
      "expression",
      "no blanks at the brackets",
      `cron(${shorten(inner)}) has a blank beside a bracket: write cron(${shorten(inner.trim())}).`,
    );
  const [first = "", ...rest] = parts;
  const last = parts.at(-1) ?? "";
  if (parts.length === 6 && (last === "?" || namesWeekdays(last)))
    refuse(
      "year",
      "no seconds",
      `The year field has ${shorten(last)}: AWS's form begins with the minutes and ends with the year. If ${shorten(first)} is meant as seconds, write cron(${shorten(rest.join(" "))} *).`,
    );
  if (parts.length !== 6) refuse("expression", "six fields", fieldCount(inner, parts));
  const { fields, expression, undocumented } = parseCronFields(inner);
  return { schedule: { kind: "cron", expression, fields }, undocumented };
}

function fieldCount(inner: string, parts: string[]): string {
  const count = parts.length === 0 ? "no field" : parts.length === 1 ? "one field" : `${parts.length} fields`;
  const rule = `cron(${shorten(inner)}) has ${count}: AWS's form has six (minutes, hours, day of month, month, day of week, year)`;
  if (parts.length === 5) {
    const translated = fromCrontab(inner);
    if ((parts[2] === "?") !== (parts[4] === "?")) return `${rule}. Add the year: cron(${parts.join(" ")} *).`;
    if (translated.ok) return `${rule}. As a crontab line it would be ${translated.expression}.`;
  }
  if (parts.length === 7) return `${rule}. If the first field is seconds, leave it out: cron(${parts.slice(1).join(" ")}).`;
  return `${rule}. Write for example cron(0 9 * * ? *).`;
}

const unitOf: Record<string, RateUnit> = { minute: "minute", minutes: "minute", hour: "hour", hours: "hour", day: "day", days: "day" };

function readRate(inner: string): Schedule {
  const rate = (rule: string, wayOut: string): never =>
    refuse("rate", rule, `The rate has ${shorten(JSON.stringify(inner))}: ${rule}. ${wayOut}`);
  const [number = "", word = "", ...more] = inner.trim().split(/\s+/);
  if (inner.trim() === "") rate("a number and a unit belong between the brackets", "Write for example rate(5 minutes).");
  if (inner !== inner.trim()) rate("no blank may stand beside a bracket", `Write rate(${inner.trim()}).`);
  if (/^\d*\.\d+$/.test(number))
    rate("the number must be whole", "Write it in the next smaller unit, for example rate(90 minutes) for 1.5 hours.");
  if (!/^\d+$/.test(number)) rate("the number must be whole and above 0", "Write for example rate(5 minutes).");
  const value = Number(number);
  if (value === 0) rate("the number must be above 0", "Write for example rate(1 minute).");
  if (word === "") rate("the unit is missing", `Write rate(${value} minutes), rate(${value} hours) or rate(${value} days).`);
  if (more.length > 0 || !/^\S+ \S+$/.test(inner)) rate("one number, one blank and one unit", `Write rate(${value} ${word}).`);
  const unit = unitOf[word];
  if (!unit) return rate("the unit is minutes, hours or days", wayOutOfUnit(value, word));
  if (number.length > 8) rate("so long a rate would never come round", "Write a number of at most eight digits.");
  return { kind: "rate", expression: `rate(${value} ${unit}${value === 1 ? "" : "s"})`, value, unit };
}

function wayOutOfUnit(value: number, word: string): string {
  const lower = word.toLowerCase();
  if (unitOf[lower]) return `Write it in small letters: rate(${value} ${lower}).`;
  if (lower.startsWith("sec")) return "The finest step is one minute: write rate(1 minute).";
  if (lower.startsWith("week")) return `Write rate(${value * 7} days), or cron(0 9 ? * MON *) for a fixed day.`;
  if (lower.startsWith("month")) return "Write cron(0 9 1 * ? *) for the first of each month.";
  if (lower.startsWith("year")) return "Write cron(0 9 1 1 ? *) for the first of January.";
  const near = (["minute", "hour", "day"] as const).find((known) => lower.startsWith(known.slice(0, 3))) ?? "minute";
  return `Write for example rate(${value} ${near}${value === 1 ? "" : "s"}).`;
}

function readAt(inner: string): Schedule {
  const at = (rule: string, wayOut: string): never =>
    refuse("at", rule, `The moment has ${shorten(JSON.stringify(inner))}: ${rule}. ${wayOut}`);
  const example = "Write for example at(2030-01-31T09:00:00).";
  if (inner.trim() === "") at("a date and a time belong between the brackets", example);
  const [, date, time, zone] = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/i.exec(inner) ?? [];
  if (date && zone) at("it is local time, without Z or an offset", `Write at(${date}T${seconds(time)}) and choose the job's time zone.`);
  if (date && !time) at("the time is missing", `Write at(${date}T09:00:00).`);
  if (date && time && inner !== `${date}T${time}`) at("it is written with a T and whole seconds", `Write at(${date}T${seconds(time)}).`);
  if (date && time?.length === 5) at("the seconds are missing", `Write at(${date}T${seconds(time)}).`);
  if (!date || !time) return at("it is written as yyyy-mm-ddThh:mm:ss", example);
  const moment = new Date(`${inner}Z`);
  if (Number.isNaN(moment.getTime()) || !moment.toISOString().startsWith(inner))
    at("there is no such date or time", `Months go from 01 to 12, days to the end of their month, hours from 00 to 23. ${example}`);
  return { kind: "at", expression: `at(${inner})`, local: inner };
}

function seconds(time: string | undefined): string {
  return time === undefined ? "09:00:00" : time.length === 5 ? `${time}:00` : time;
}

/** Refuses what has no moment left. */
function requireFuture(schedule: Schedule, { timeZone, now }: { timeZone: string; now: Date }): void {
  if (schedule.kind === "cron") {
    if (nextOccurrences(schedule, timeZone, now, 1).length > 0) return;
    throw new Faulty(neverAgain(schedule, timeZone, now));
  }
  if (schedule.kind !== "at") return;
  const moments = momentsOf(timeZone, Date.parse(`${schedule.local}Z`));
  if (moments.length === 0)
    refuse(
      "at",
      "a moment that exists",
      `The moment ${schedule.local} does not exist in ${timeZone}: the clocks go forward over it, and AWS does not say what it does then. Choose a time before or after the missing hour, or the time zone UTC.`,
    );
  if ((moments[0] ?? 0) <= now.getTime())
    refuse(
      "at",
      "a moment in the future",
      `The moment ${schedule.local} in ${timeZone} has passed: a schedule needs a moment in the future. Write a later one, or run the job now by hand.`,
    );
}

function neverAgain({ fields, expression }: Extract<Schedule, { kind: "cron" }>, timeZone: string, now: Date): ScheduleFault {
  const [, hours = "", dayOfMonth = "", , dayOfWeek = "", year = ""] = expression.slice("cron(".length, -1).split(" ");
  const dayExists = fields.years.some((each) => fields.months.some((month) => daysOf(fields, each, month).length > 0));
  if (!dayExists) {
    const rule = "none of the months and years that are named has such a day, so the job would never run";
    return dayOfWeek === "?"
      ? fieldFault("day-of-month", dayOfMonth, rule, "Write L for the last day of the month, or a day that exists.")
      : fieldFault("day-of-week", dayOfWeek, rule, "Write for example 6L for the last Friday, or a day that exists.");
  }
  if (localMoments(fields, localOf(timeZone, now.getTime()), "forward").next().done)
    return fieldFault("year", year, "all moments that the expression names have passed", "Write * for every year, or a year to come.");
  return fieldFault(
    "hours",
    hours,
    `all moments that the expression names fall into hours that the clocks leave out in ${timeZone}`,
    "Choose another hour, or the time zone UTC.",
  );
}

const yearMs = 366 * 86_400_000;

function warningsOf(schedule: Schedule, { timeZone, now }: { timeZone: string; now: Date }): string[] {
  const changes = (): boolean => clockChanges(timeZone, now, new Date(now.getTime() + yearMs)).length > 0;
  if (schedule.kind === "rate") {
    if (schedule.unit !== "day") return [];
    const drift = changes() ? `, so its local time moves whenever the clocks change in ${timeZone}` : "";
    return [
      `A rate in days counts 24 hours at a time${drift}, and each change of the schedule in AWS starts the count anew. For a fixed time of day write cron(0 9 ${schedule.value === 1 ? "*" : `*/${Math.min(schedule.value, 31)}`} * ? *).`,
    ];
  }
  if (schedule.kind === "at") {
    const twice = momentsOf(timeZone, Date.parse(`${schedule.local}Z`)).length > 1;
    return twice
      ? [
          `${schedule.local} comes twice in ${timeZone}, because the clocks go back over it; AWS does not say which of the two it takes. Belfry expects the first.`,
        ]
      : [];
  }
  const { fields } = schedule;
  const warnings = dayWarnings(fields);
  if (fields.hours.some((hour) => hour <= 3) && changes())
    warnings.push(
      fields.hours.length * fields.minutes.length > 1
        ? `The clocks change in ${timeZone}: runs inside the hour that is left out are skipped, and in the hour that comes twice they run once; for schedules of several runs a day AWS does not promise even that. Choose the time zone UTC for an even beat.`
        : `The clocks change in ${timeZone}, there usually between 00:00 and 04:00: on the day on which this time is left out the job does not run. Choose a time from 04:00 on, or the time zone UTC.`,
    );
  return warnings;
}

function dayWarnings(fields: CronFields): string[] {
  const warnings: string[] = [];
  for (const part of fields.daysOfMonth ?? []) {
    if (part.kind === "nearest-weekday" && (part.day === 1 || part.day >= 28))
      warnings.push(
        `${part.day}W lies at the edge of a month: AWS does not say whether it may move into the neighbouring month. Belfry expects that it stays.`,
      );
    if (part.kind === "days" && part.days.every((day) => day > 28))
      warnings.push(`Months without a day ${part.days.join(", ")} have no run. Write L for the last day of every month.`);
  }
  for (const part of fields.daysOfWeek ?? [])
    if (part.kind === "nth" && part.nth === 5)
      warnings.push(`A month without a fifth such day has no run. Write ${part.weekday}L for the last one of every month.`);
  return warnings;
}
