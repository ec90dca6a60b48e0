import { CronExpressionParser } from "cron-parser";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromCrontab } from "./crontab";
import { nextOccurrences } from "./occurrences";
import { parseExpression } from "./parse";

/*
 * A translated crontab line must run when a crontab would run it. Another library reads the line as it stands, so that
 * the shift of the weekdays is held against somebody who never shifted them. Lines that restrict both day fields are
 * refused by us and are not asked; nor are lists that name a value twice (0 and 7 among them), which cron-parser refuses.
 */
const number = (min: number, max: number) => fc.integer({ min, max }).map(String);

function field(min: number, max: number, names: string[] = []): fc.Arbitrary<string> {
  const step = fc.integer({ min: 1, max: max - min });
  const range = fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const item = fc.oneof(
    number(min, max),
    range,
    fc.tuple(range, step).map(([span, by]) => `${span}/${by}`),
    step.map((by) => `*/${by}`),
    ...(names.length > 0 ? [fc.constantFrom(...names)] : []),
  );
  return fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(","));
}

const orAll = (arbitrary: fc.Arbitrary<string>) => fc.oneof(fc.constant("*"), arbitrary);
const days = fc.oneof(
  field(1, 28).map((day) => [day, "*"]),
  field(0, 7, ["SUN", "mon", "Tue", "WED", "THU", "FRI", "SAT"]).map((weekday) => ["*", weekday]),
);
const line = fc
  .tuple(orAll(field(0, 59)), orAll(field(0, 23)), days, orAll(field(1, 12, ["JAN", "feb", "DEC"])))
  .map(([minutes, hours, [day, weekday], month]) => `${minutes} ${hours} ${day} ${month} ${weekday}`);

function untranslated(text: string, from: Date): string[] | null {
  try {
    const read = CronExpressionParser.parse(text, { currentDate: from, tz: "UTC" });
    return read.take(3).map((moment) => moment.toDate().toISOString());
  } catch (error) {
    if (String(error).includes("duplicate values")) return null;
    throw error;
  }
}

test("1,000 random crontab lines run at the moments at which another library runs them untranslated", () => {
  fc.assert(
    fc.property(line, fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2030, 0, 1) }), (text, at) => {
      const from = new Date(at);
      fc.pre(untranslated(text, from) !== null);
      const translated = fromCrontab(text);
      if (!translated.ok) throw new Error(translated.fault.sentence);
      const parsed = parseExpression(translated.expression);
      if (!parsed.ok) throw new Error(parsed.fault.sentence);
      const ours = nextOccurrences(parsed.schedule, "UTC", from, 3).map((occurrence) => occurrence.at.toISOString());
      expect(ours).toEqual(untranslated(text, from));
    }),
    { numRuns: 1000 },
  );
});
