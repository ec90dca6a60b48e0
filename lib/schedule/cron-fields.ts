import type { CronField, CronFields, DayOfMonthPart, DayOfWeekPart, ScheduleFault } from "./schedule";

/** Carries a fault out of the depth of a parser; never leaves this room. */
export class Faulty extends Error {
  constructor(readonly fault: ScheduleFault) {
    super(fault.sentence);
  }
}

/** Builds a fault whose sentence reads "The hours field has 25: hours go from 0 to 23. Write ...". */
export function fieldFault(field: CronField, offending: string, rule: string, wayOut: string): ScheduleFault {
  return { field, rule, sentence: `The ${field} field has ${shorten(offending)}: ${rule}. ${wayOut}` };
}

/** Cuts what is quoted back to a length that a sentence can bear. */
export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

const monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const weekdayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** One field's bounds and words. `names[0]` means `nameBase`. */
export type FieldSpec = {
  field: CronField;
  min: number;
  max: number;
  largestStep: number;
  names: string[];
  nameBase: number;
  /** Where 0 and 7 are the same day, a range wraps round after 6. */
  lastBeforeWrap?: number;
  bounds: string;
};

/** AWS's six fields (EventBridge Scheduler User Guide, "Schedule types", cron-based schedules). */
export const awsSpecs = {
  minutes: { field: "minutes", min: 0, max: 59, largestStep: 59, names: [], nameBase: 0, bounds: "minutes go from 0 to 59" },
  hours: { field: "hours", min: 0, max: 23, largestStep: 23, names: [], nameBase: 0, bounds: "hours go from 0 to 23" },
  dayOfMonth: {
    field: "day-of-month",
    min: 1,
    max: 31,
    largestStep: 31,
    names: [],
    nameBase: 0,
    bounds: "days of the month go from 1 to 31",
  },
  month: {
    field: "month",
    min: 1,
    max: 12,
    largestStep: 12,
    names: monthNames,
    nameBase: 1,
    bounds: "months go from 1 to 12, or from JAN to DEC",
  },
  dayOfWeek: {
    field: "day-of-week",
    min: 1,
    max: 7,
    largestStep: 7,
    names: weekdayNames,
    nameBase: 1,
    bounds: "days of the week go from 1 (Sunday) to 7 (Saturday), or from SUN to SAT",
  },
  year: { field: "year", min: 1970, max: 2199, largestStep: 229, names: [], nameBase: 0, bounds: "years go from 1970 to 2199" },
} satisfies Record<string, FieldSpec>;

/**
 * What one field's text allows, and the same text in upper case without leading zeros.
 * `undocumented`: what can be computed but what AWS's Scheduler does not promise to take.
 */
export type FieldValues = { values: number[]; text: string; undocumented: ScheduleFault[] };

/** Reads a field of numbers, names, lists, ranges and steps. Throws Faulty. */
export function parseValues(spec: FieldSpec, text: string): FieldValues {
  const items = text.split(",").map((item) => parseItem(spec, item, text));
  return {
    values: merge(items.flatMap((item) => item.values)),
    text: items.map((item) => item.text).join(","),
    undocumented: items.flatMap((item) => item.undocumented),
  };
}

function parseItem(spec: FieldSpec, item: string, whole: string): FieldValues {
  const { field, min, max } = spec;
  if (item === "")
    throw new Faulty(fieldFault(field, whole, "a comma must stand between two values", "Remove the comma that has nothing beside it."));
  const [base = "", step, ...more] = item.split("/");
  if (more.length > 0)
    throw new Faulty(fieldFault(field, item, "one value can have one / only", `Write it as start/step, for example ${min}/2.`));
  if (base === "" && step !== undefined)
    throw new Faulty(fieldFault(field, item, "a step needs a start before the /", `Write */${step} or ${min}/${step}.`));
  const { start, values, text, wrapsRound } = parseBase(spec, base);
  if (step !== undefined && (!/^\d{1,4}$/.test(step) || Number(step) === 0))
    throw new Faulty(
      fieldFault(field, item, "the step after the / must be a whole number from 1", `Write for example ${base}/5, or ${base} alone.`),
    );
  if (Number(step) > spec.largestStep)
    throw new Faulty(
      fieldFault(
        field,
        item,
        `a step of ${Number(step)} is longer than the field, where ${spec.bounds}`,
        `Write the one value that is meant, for example ${base === "*" ? min : base}.`,
      ),
    );
  const stepped = step === undefined ? values : (values ?? upTo(start, max)).filter((_, index) => index % Number(step) === 0);
  const taken = stepped ?? [start];
  if (!wrapsRound) return { values: taken, text: step === undefined ? text : `${text}/${Number(step)}`, undocumented: [] };
  const list = taken.map((value) => (/^\d/.test(text) ? String(value) : show(spec, value))).join(",");
  const fault = fieldFault(
    field,
    item,
    "a range must rise; the Scheduler's guide describes none that wraps round",
    field === "year" ? `Write ${text.split("-").reverse().join("-")}.` : `Write the list ${list}.`,
  );
  if (field === "year") throw new Faulty(fault);
  return { values: taken, text: list, undocumented: [fault] };
}

/** A field's text before a step: where it starts, and its values in order; null for a single value, which a step continues to the field's end. */
type Base = { start: number; values: number[] | null; text: string; wrapsRound: boolean };

function parseBase(spec: FieldSpec, base: string): Base {
  const { field, min, max } = spec;
  if (base === "*") return { start: min, values: upTo(min, max), text: "*", wrapsRound: false };
  if (base.includes("?"))
    throw new Faulty(
      fieldFault(
        field,
        base,
        field.startsWith("day") ? "? stands alone in its field, without lists or steps" : "? may stand only in the two day fields",
        "Write * for every value.",
      ),
    );
  const [first = "", last, ...more] = base.split("-");
  if (last === undefined) {
    const { value, text } = parseValue(spec, first);
    return { start: value, values: null, text, wrapsRound: false };
  }
  if (first === "" || last === "" || more.length > 0)
    throw new Faulty(
      fieldFault(
        field,
        base,
        "a range has one value on each side of one -",
        `Write for example ${show(spec, min)}-${show(spec, min + 2)}.`,
      ),
    );
  const from = parseValue(spec, first);
  const to = parseValue(spec, last);
  const wrapsRound = from.value > to.value;
  return {
    start: from.value,
    values: wrapsRound ? [...upTo(from.value, spec.lastBeforeWrap ?? max), ...upTo(min, to.value)] : upTo(from.value, to.value),
    text: `${from.text}-${to.text}`,
    wrapsRound,
  };
}

/** Reads one number or name of a field. Throws Faulty. */
export function parseValue(spec: FieldSpec, text: string): { value: number; text: string } {
  const { field, min, max, names, nameBase, bounds } = spec;
  if (/^\d+$/.test(text)) {
    const value = Number(text);
    if (value < min || value > max) throw new Faulty(fieldFault(field, text, bounds, outOfBounds(spec, value)));
    return { value, text: String(value) };
  }
  const name = text.toUpperCase();
  const index = names.indexOf(name);
  if (index >= 0) return { value: index + nameBase, text: name };
  const near = names.find((known) => name.length > 3 && name.startsWith(known));
  const wayOut = near ? `Write ${near}.` : wayOutOf(spec, name);
  throw new Faulty(fieldFault(field, text, bounds, wayOut));
}

function outOfBounds(spec: FieldSpec, value: number): string {
  if (spec.field === "day-of-week" && spec.min === 1 && value === 0) return "Write 1 or SUN for Sunday.";
  if (spec.field === "hours" && value === 24) return "Write 0 for midnight.";
  if (spec.field === "minutes" && value === 60) return "Write 0 for the full hour.";
  return `Write a number from ${spec.min} to ${spec.max}.`;
}

function wayOutOf(spec: FieldSpec, name: string): string {
  if (/^\d*[LW]+$|#/.test(name) && !spec.field.startsWith("day")) return "L, W and # belong into the day fields; write a number here.";
  if (/^H(\(|$)/.test(name)) return "H is Jenkins's own; write a fixed number.";
  return spec.names.length > 0
    ? `Write a number from ${spec.min} to ${spec.max}, or one of ${spec.names.join(", ")}.`
    : `Write a number from ${spec.min} to ${spec.max}, or * for all.`;
}

function show(spec: FieldSpec, value: number): string {
  return spec.names[(value - spec.nameBase) % Math.max(1, spec.names.length)] ?? String(value);
}

function upTo(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

type ParsedCron = { fields: CronFields; expression: string; undocumented: ScheduleFault[] };

/**
 * Reads the six fields of AWS's cron. `undocumented` lists what can be computed but what AWS does not promise to take.
 * Throws Faulty.
 */
export function parseCronFields(text: string): ParsedCron {
  const parts = text.trim().split(/\s+/);
  const [minutesText = "", hoursText = "", dayOfMonthText = "", monthText = "", dayOfWeekText = "", yearText = ""] = parts;
  const undocumented: ScheduleFault[] = [];
  const minutes = parseValues(awsSpecs.minutes, minutesText);
  const hours = parseValues(awsSpecs.hours, hoursText);
  const dayOfMonth = dayOfMonthText === "?" ? null : parseDayOfMonth(dayOfMonthText, undocumented);
  const month = parseValues(awsSpecs.month, monthText);
  const dayOfWeek = dayOfWeekText === "?" ? null : parseDayOfWeek(dayOfWeekText, undocumented);
  const year = parseValues(awsSpecs.year, yearText);
  requireOneQuestionMark(parts);
  undocumented.unshift(...minutes.undocumented, ...hours.undocumented, ...month.undocumented);
  return {
    fields: {
      minutes: minutes.values,
      hours: hours.values,
      daysOfMonth: dayOfMonth?.parts ?? null,
      months: month.values,
      daysOfWeek: dayOfWeek?.parts ?? null,
      years: year.values,
    },
    expression: `cron(${[minutes.text, hours.text, dayOfMonth?.text ?? "?", month.text, dayOfWeek?.text ?? "?", year.text].join(" ")})`,
    undocumented,
  };
}

/** Day of month and day of week cannot both be given: one of them is `?` (Scheduler User Guide, "Schedule types"). */
function requireOneQuestionMark(parts: string[]): void {
  const [minutes, hours, dayOfMonth = "", month, dayOfWeek = "", year] = parts;
  if ((dayOfMonth === "?") !== (dayOfWeek === "?")) return;
  const written = (first: string, second: string) => `cron(${minutes} ${hours} ${first} ${month} ${second} ${year})`;
  const rule = "exactly one of the two day fields must be ?";
  if (dayOfMonth === "?")
    throw new Faulty(
      fieldFault("day-of-month", "? and the day-of-week field has ? too", rule, `Write ${written("*", "?")} for every day.`),
    );
  if (dayOfWeek === "*")
    throw new Faulty(
      fieldFault("day-of-week", `* while the day-of-month field has ${dayOfMonth}`, rule, `Write ${written(dayOfMonth, "?")}.`),
    );
  if (dayOfMonth === "*")
    throw new Faulty(
      fieldFault("day-of-month", `* while the day-of-week field has ${dayOfWeek}`, rule, `Write ${written("?", dayOfWeek)}.`),
    );
  throw new Faulty(
    fieldFault(
      "day-of-week",
      `${dayOfWeek} while the day-of-month field has ${dayOfMonth}`,
      rule,
      `Make two jobs: ${written(dayOfMonth, "?")} and ${written("?", dayOfWeek)}.`,
    ),
  );
}

type Parts<Part> = { parts: Part[]; text: string };

function parseDayOfMonth(whole: string, undocumented: ScheduleFault[]): Parts<DayOfMonthPart> {
  const { field } = awsSpecs.dayOfMonth;
  const parts: DayOfMonthPart[] = [];
  const texts: string[] = [];
  const items = whole.toUpperCase().split(",");
  for (const item of items) {
    const nearest = /^(\d+)W$/.exec(item);
    if (item === "L") parts.push({ kind: "last" });
    else if (item === "LW" || item === "WL") {
      if (item === "WL")
        throw new Faulty(fieldFault(field, item, "the last weekday is not written like this", "Write L for the last day."));
      undocumented.push(
        fieldFault(
          field,
          item,
          "AWS does not document LW, so nobody knows whether it runs",
          "Write L for the last day of the month, or ? here and 6L in the day-of-week field for the last Friday.",
        ),
      );
      parts.push({ kind: "last-weekday" });
    } else if (nearest) parts.push({ kind: "nearest-weekday", day: parseValue(awsSpecs.dayOfMonth, nearest[1] ?? "").value });
    else if (/^L-\d+$/.test(item))
      throw new Faulty(
        fieldFault(field, item, "AWS does not know days counted back from the last", "Write L for the last day, or a number such as 28."),
      );
    else if (/[LW]/.test(item))
      throw new Faulty(
        fieldFault(
          field,
          item,
          "L stands alone and W follows one day",
          "Write L for the last day, or 15W for the weekday nearest to the 15th.",
        ),
      );
    else if (item.includes("#"))
      throw new Faulty(fieldFault(field, item, "# belongs into the day-of-week field", "Write ? here and 2#1 there for the first Monday."));
    else {
      const { values, text, undocumented: unsure } = parseItem(awsSpecs.dayOfMonth, item, whole);
      undocumented.push(...unsure);
      parts.push({ kind: "days", days: values });
      texts.push(text);
      continue;
    }
    texts.push(nearest ? `${Number(nearest[1])}W` : item);
    if (items.length > 1)
      undocumented.push(
        fieldFault(
          field,
          whole,
          "AWS does not document L or W within a list",
          `Make one job for ${item} and one for ${items.filter((other) => other !== item).join(",") || "the rest"}.`,
        ),
      );
  }
  const days = merge(parts.flatMap((part) => (part.kind === "days" ? part.days : [])));
  const others = parts.filter((part) => part.kind !== "days");
  return { parts: days.length > 0 ? [{ kind: "days", days }, ...others] : others, text: texts.join(",") };
}

function merge(values: number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function parseDayOfWeek(whole: string, undocumented: ScheduleFault[]): Parts<DayOfWeekPart> {
  const { field } = awsSpecs.dayOfWeek;
  const parts: DayOfWeekPart[] = [];
  const texts: string[] = [];
  const items = whole.toUpperCase().split(",");
  for (const item of items) {
    if (item === "L") {
      undocumented.push(
        fieldFault(
          field,
          item,
          "AWS does not say clearly what L alone means here",
          "Write 7 for Saturday, or for example 6L for the last Friday.",
        ),
      );
      parts.push({ kind: "weekdays", weekdays: [7] });
      texts.push(item);
    } else if (item.includes("#")) {
      parts.push(parseNth(item, items, whole));
      texts.push(item);
    } else if (/^(\d+|[A-Z]{3})L$/.test(item)) {
      const { value } = parseValue(awsSpecs.dayOfWeek, item.slice(0, -1));
      parts.push({ kind: "last", weekday: value });
      texts.push(`${value}L`);
      if (items.length > 1)
        undocumented.push(
          fieldFault(
            field,
            whole,
            "AWS does not document L within a list",
            `Make one job for ${item} and one for ${items.filter((other) => other !== item).join(",") || "the rest"}.`,
          ),
        );
    } else if (/^\d*W$|^LW$/.test(item))
      throw new Faulty(fieldFault(field, item, "W belongs into the day-of-month field", "Write ? here and for example 15W there."));
    else {
      const { values, text, undocumented: unsure } = parseItem(awsSpecs.dayOfWeek, item, whole);
      undocumented.push(...unsure);
      parts.push({ kind: "weekdays", weekdays: values });
      // AWS's table has no / for this field: the days that a step means are sent as a list.
      texts.push(text.includes("/") ? values.join(",") : text);
    }
  }
  const only = parts[0];
  if (only?.kind === "nth") return { parts, text: `${only.weekday}#${only.nth}` };
  const weekdays = merge(parts.flatMap((part) => (part.kind === "weekdays" ? part.weekdays : [])));
  const others = parts.filter((part) => part.kind !== "weekdays");
  return { parts: weekdays.length > 0 ? [{ kind: "weekdays", weekdays }, ...others] : others, text: texts.join(",") };
}

function parseNth(item: string, items: string[], whole: string): DayOfWeekPart {
  const { field } = awsSpecs.dayOfWeek;
  if (items.length > 1)
    throw new Faulty(fieldFault(field, whole, "with # only one expression may stand in the field", "Make one job for each of them."));
  const [day = "", nth = "", ...more] = item.split("#");
  const { value } = parseValue(awsSpecs.dayOfWeek, day);
  if (!/^[1-5]$/.test(nth) || more.length > 0)
    throw new Faulty(
      fieldFault(
        field,
        item,
        "after # stands which one of the month, from 1 to 5",
        `Write for example ${value}#2 for the second, or ${value}L for the last.`,
      ),
    );
  return { kind: "nth", weekday: value, nth: Number(nth) };
}
