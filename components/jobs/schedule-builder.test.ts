import fc from "fast-check";
import { expect, test } from "vitest";
import { parseExpression } from "@/lib/schedule/parse";
import { evenHours, fromExpression, ofKind, type SimpleSchedule, toExpression, weekdays } from "./schedule-builder";

test.each<[SimpleSchedule, string]>([
  [{ kind: "minutes", every: 1, from: "hour" }, "cron(* * * * ? *)"],
  [{ kind: "minutes", every: 15, from: "hour" }, "cron(0/15 * * * ? *)"],
  [{ kind: "minutes", every: 15, from: "start" }, "rate(15 minutes)"],
  [{ kind: "minutes", every: 1, from: "start" }, "rate(1 minute)"],
  [{ kind: "minutes", every: 7, from: "hour" }, "rate(7 minutes)"],
  [{ kind: "hourly", every: 1, minute: 5 }, "cron(5 * * * ? *)"],
  [{ kind: "hourly", every: 6, minute: 30 }, "cron(30 0/6 * * ? *)"],
  [{ kind: "daily", time: "02:30" }, "cron(30 2 * * ? *)"],
  [{ kind: "weekdays", time: "09:00" }, "cron(0 9 ? * MON-FRI *)"],
  [{ kind: "weekly", days: ["SUN", "MON"], time: "23:59" }, "cron(59 23 ? * MON,SUN *)"],
  [{ kind: "monthly", day: 31, time: "00:00" }, "cron(0 0 31 * ? *)"],
  [{ kind: "monthly", day: "last", time: "18:00" }, "cron(0 18 L * ? *)"],
  [{ kind: "once", date: "2030-01-31", time: "09:00" }, "at(2030-01-31T09:00:00)"],
])("%j is written %s", (simple, expression) => {
  expect(toExpression(simple)).toBe(expression);
});

test.each<SimpleSchedule>([
  { kind: "minutes", every: 0, from: "hour" },
  { kind: "minutes", every: 1.5, from: "start" },
  { kind: "hourly", every: 5, minute: 0 },
  { kind: "hourly", every: 1, minute: 60 },
  { kind: "daily", time: "" },
  { kind: "daily", time: "24:00" },
  { kind: "weekly", days: [], time: "02:00" },
  { kind: "monthly", day: 32, time: "02:00" },
  { kind: "once", date: "", time: "02:00" },
])("%j is not finished yet", (simple) => {
  expect(toExpression(simple)).toBeNull();
});

test.each([
  "rate(1 hour)",
  "rate(2 days)",
  "cron(0 9 ? * 2-6 *)",
  "cron(0 9,17 * * ? *)",
  "cron(0/7 * * * ? *)",
  "cron(0 9 ? * MON#1 *)",
  "cron(0 9 LW * ? *)",
  "cron(0 9 1 1 ? *)",
  "cron(0 9 * * ? 2027)",
  "cron(09 2 * * ? *)",
  "at(2030-01-31T09:00:30)",
  "nonsense",
  "",
])("%s stays in the expression field", (expression) => {
  expect(fromExpression(expression)).toBeNull();
});

const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);

const simpleSchedule: fc.Arbitrary<SimpleSchedule> = fc.oneof(
  fc.record({
    kind: fc.constant("minutes" as const),
    every: fc.integer({ min: 1, max: 1440 }),
    from: fc.constantFrom("hour" as const, "start" as const),
  }),
  fc.record({ kind: fc.constant("hourly" as const), every: fc.constantFrom(...evenHours), minute: fc.integer({ min: 0, max: 59 }) }),
  fc.record({ kind: fc.constantFrom("daily" as const, "weekdays" as const), time }),
  fc.record({ kind: fc.constant("weekly" as const), days: fc.subarray([...weekdays], { minLength: 1 }), time }),
  fc.record({ kind: fc.constant("monthly" as const), day: fc.oneof(fc.integer({ min: 1, max: 31 }), fc.constant("last" as const)), time }),
);

test("whatever is chosen is an expression that AWS takes and that reads back to the same expression", () => {
  fc.assert(
    fc.property(simpleSchedule, (simple) => {
      const expression = toExpression(simple) ?? "";
      expect(parseExpression(expression)).toMatchObject({ ok: true, schedule: { expression } });
      const read = fromExpression(expression);
      expect(read && toExpression(read)).toBe(expression);
    }),
  );
});

test("another kind keeps the time of day that was chosen", () => {
  expect(ofKind("weekly", { kind: "daily", time: "17:45" }, "2026-11-21")).toEqual({ kind: "weekly", days: ["MON"], time: "17:45" });
  expect(ofKind("daily", { kind: "hourly", every: 1, minute: 0 }, "2026-11-21")).toEqual({ kind: "daily", time: "06:00" });
});
