import { describe, expect, test } from "vitest";
import { parseExpression, parseSchedule, type ScheduleFault } from "./parse";

const now = new Date("2026-11-21T10:00:00Z");
const options = { timeZone: "Europe/Berlin", now };

function faultOf(text: string, parse: (text: string) => ReturnType<typeof parseExpression>): ScheduleFault | null {
  const parsed = parse(text);
  return parsed.ok ? null : parsed.fault;
}

describe("what AWS was recorded to take, and to refuse:", () => {
  test.each([
    "cron(0-15/1 8-8 ? * 2,3,4,5,6,7 *)",
    "cron(30-30 13-13 ? * 2,4,6 *)",
    "cron(1-31/30 1-1 ? * 1,7 *)",
    "cron(0 18 ? * MON-FRI *)",
    "cron(*/15 * * * ? *)",
    "cron(0-59/10 0-23/2 ? * * *)",
    "at(2022-12-31T23:59:59)",
  ])("%s is good", (text) => {
    expect(faultOf(text, parseExpression)).toBeNull();
  });

  test.each([
    "cron(0 1 * * * *)",
    "cron(7 20 * * NOT *)",
    "cron(INVALID)",
    "cron(0 dummy ? * MON-FRI *)",
    "cron(71 8 1 * ? *)",
    "cron()",
    "rate(10 seconds)",
    "rate(10 years)",
    "rate()",
    "rate(10)",
    "rate(10 minutess)",
    "rate(foo minutes)",
    "rate(-10 minutes)",
    "rate( 10 minutes )",
    " rate(10 minutes)",
    "at(2021-12-31T23:59:59Z)",
    "at(2021-12-31)",
  ])("%s is bad", (text) => {
    expect(faultOf(text, parseExpression)).not.toBeNull();
  });
});

test.each([
  ["cron(0 10 * * ? *)", "cron(0 10 * * ? *)"],
  ["cron(15 12 * * ? *)", "cron(15 12 * * ? *)"],
  ["cron(0 8 1 * ? *)", "cron(0 8 1 * ? *)"],
  ["cron(0/15 * * * ? *)", "cron(0/15 * * * ? *)"],
  ["cron(0/10 * ? * MON-FRI *)", "cron(0/10 * ? * MON-FRI *)"],
  ["cron(0/5 8-17 ? * MON-FRI *)", "cron(0/5 8-17 ? * MON-FRI *)"],
  ["cron(15 10 ? * 6L 2026-2027)", "cron(15 10 ? * 6L 2026-2027)"],
  ["cron(0 9 3W * ? *)", "cron(0 9 3W * ? *)"],
  ["cron(0 9 L * ? *)", "cron(0 9 L * ? *)"],
  ["cron(0 9 ? * 3#2 *)", "cron(0 9 ? * 3#2 *)"],
  ["cron(00 09 ? * mon-Fri *)", "cron(0 9 ? * MON-FRI *)"],
  ["cron(0  9\t1,15 jan,JUL ? *)", "cron(0 9 1,15 JAN,JUL ? *)"],
  ["cron(0 9 ? * FRI#2 *)", "cron(0 9 ? * 6#2 *)"],
  ["cron(0 9 ? * fril *)", "cron(0 9 ? * 6L *)"],
  ["cron(0 9 ? * MON-FRI/2 *)", "cron(0 9 ? * 2,4,6 *)"],
  ["rate(1 minutes)", "rate(1 minute)"],
  ["rate(5 minute)", "rate(5 minutes)"],
  ["rate(12 hours)", "rate(12 hours)"],
  ["rate(1 day)", "rate(1 day)"],
  ["at(2030-02-28T09:30:00)", "at(2030-02-28T09:30:00)"],
  ["  cron(0 9 * * ? *) ", "cron(0 9 * * ? *)"],
  ["CRON(0 9 * * ? *)", "cron(0 9 * * ? *)"],
  ["0 9 * * ? *", "cron(0 9 * * ? *)"],
  ["0/15 8-17 ? * MON-FRI 2030-2035", "cron(0/15 8-17 ? * MON-FRI 2030-2035)"],
])("a person may type %j", (text, expression) => {
  const parsed = parseSchedule(text, options);
  expect(parsed).toMatchObject({ ok: true, schedule: { expression }, translatedFrom: null });
});

test("a crontab line says what it was translated from", () => {
  expect(parseSchedule(" 30 4 * * 1-5 ", options)).toEqual({
    ok: true,
    schedule: expect.objectContaining({ expression: "cron(30 4 ? * MON-FRI *)" }),
    translatedFrom: "30 4 * * 1-5",
    warnings: [],
  });
});

test("the fields say what an expression allows", () => {
  const parsed = parseExpression("cron(0/20 8-10,18 ? JAN-MAR/2 MON,6L 2026/100)");
  expect(parsed).toMatchObject({
    ok: true,
    schedule: {
      fields: {
        minutes: [0, 20, 40],
        hours: [8, 9, 10, 18],
        daysOfMonth: null,
        months: [1, 3],
        daysOfWeek: [
          { kind: "weekdays", weekdays: [2] },
          { kind: "last", weekday: 6 },
        ],
        years: [2026, 2126],
      },
    },
  });
});

type Bad = [text: string, field: ScheduleFault["field"], words: string, wayOut: string];

/** Each is refused in every form; the sentence names the field, what stands there, and what to write instead. */
const badInBoth: Bad[] = [
  ["cron()", "expression", "no field", "cron(0 9 * * ? *)"],
  ["cron(0 9 * * ?)", "expression", "5 fields", "cron(0 9 * * ? *)"],
  ["cron(0 9 * * *)", "expression", "5 fields", "cron(0 9 * * ? *)"],
  ["cron(0 0 9 * * ? *)", "expression", "7 fields", "cron(0 9 * * ? *)"],
  ["cron(INVALID)", "expression", "one field", "cron(0 9 * * ? *)"],
  ["cron(0 9 * * ? *", "expression", "cron(0 9 * * ? *", "closed with a bracket: cron(0 9 * * ? *)"],
  ["cron(0 9 * * ? *) UTC", "expression", "UTC", "nothing before, between or after"],
  ["cron (0 9 * * ? *)", "expression", "cron (0", "nothing before, between or after"],
  ["cron( 0 9 * * ? *)", "expression", " 0 9", "cron(0 9 * * ? *)"],
  ["cron(60 9 * * ? *)", "minutes", "60", "Write 0 for the full hour"],
  ["cron(71 8 1 * ? *)", "minutes", "71", "0 to 59"],
  ["cron(-5 9 * * ? *)", "minutes", "-5", "0-2"],
  ["cron(1.5 9 * * ? *)", "minutes", "1.5", "0 to 59"],
  ["cron(? 9 * * ? *)", "minutes", "?", "Write *"],
  ["cron(*/0 9 * * ? *)", "minutes", "*/0", "*/5"],
  ["cron(*/60 9 * * ? *)", "minutes", "*/60", "Write the one value that is meant, for example 0"],
  ["cron(*/ 9 * * ? *)", "minutes", "*/", "*/5"],
  ["cron(/5 9 * * ? *)", "minutes", "/5", "Write */5"],
  ["cron(1/2/3 9 * * ? *)", "minutes", "1/2/3", "start/step"],
  ["cron(0,,30 9 * * ? *)", "minutes", "0,,30", "Remove the comma"],
  ["cron(0, 9 * * ? *)", "minutes", "0,", "Remove the comma"],
  ["cron(1-2-3 9 * * ? *)", "minutes", "1-2-3", "0-2"],
  ["cron(H 9 * * ? *)", "minutes", "H", "Jenkins"],
  ["cron(0 24 * * ? *)", "hours", "24", "Write 0 for midnight"],
  ["cron(0 25 * * ? *)", "hours", "25", "0 to 23"],
  ["cron(0 dummy ? * MON-FRI *)", "hours", "dummy", "* for all"],
  ["cron(0 9am * * ? *)", "hours", "9am", "0 to 23"],
  ["cron(0 9- * * ? *)", "hours", "9-", "0-2"],
  ["cron(0 L * * ? *)", "hours", "L", "belong into the day fields"],
  ["cron(0 9 0 * ? *)", "day-of-month", "0", "1 to 31"],
  ["cron(0 9 32 * ? *)", "day-of-month", "32", "1 to 31"],
  ["cron(0 9 L-3 * ? *)", "day-of-month", "L-3", "L for the last day"],
  ["cron(0 9 0W * ? *)", "day-of-month", "0", "1 to 31"],
  ["cron(0 9 W * ? *)", "day-of-month", "W", "15W"],
  ["cron(0 9 WL * ? *)", "day-of-month", "WL", "Write L"],
  ["cron(0 9 1-5W * ? *)", "day-of-month", "1-5W", "15W"],
  ["cron(0 9 MON * ? *)", "day-of-month", "MON", "1 to 31"],
  ["cron(0 9 2#1 * ? *)", "day-of-month", "2#1", "2#1 there"],
  ["cron(0 9 ?,1 * ? *)", "day-of-month", "?", "Write *"],
  ["cron(0 9 * 0 ? *)", "month", "0", "1 to 12"],
  ["cron(0 9 * 13 ? *)", "month", "13", "1 to 12"],
  ["cron(0 9 * JANUARY ? *)", "month", "JANUARY", "Write JAN"],
  ["cron(0 9 * FOO ? *)", "month", "FOO", "DEC"],
  ["cron(0 9 * ? ? *)", "month", "?", "Write *"],
  ["cron(0 9 ? * 0 *)", "day-of-week", "0", "1 or SUN"],
  ["cron(0 9 ? * 8 *)", "day-of-week", "8", "1 to 7"],
  ["cron(7 20 ? * NOT *)", "day-of-week", "NOT", "SUN, MON"],
  ["cron(0 9 ? * MONDAY *)", "day-of-week", "MONDAY", "Write MON"],
  ["cron(0 9 ? * 3#1,6#3 *)", "day-of-week", "3#1,6#3", "one job for each"],
  ["cron(0 9 ? * 2#6 *)", "day-of-week", "2#6", "2#2"],
  ["cron(0 9 ? * 2#0 *)", "day-of-week", "2#0", "2L for the last"],
  ["cron(0 9 ? * #2 *)", "day-of-week", "has :", "1 to 7"],
  ["cron(0 9 ? * 8L *)", "day-of-week", "8", "1 to 7"],
  ["cron(0 9 ? * 15W *)", "day-of-week", "15W", "day-of-month field"],
  ["cron(0 9 * * * *)", "day-of-week", "*", "cron(0 9 * * ? *)"],
  ["cron(0 9 15 * * *)", "day-of-week", "15", "cron(0 9 15 * ? *)"],
  ["cron(0 9 * * MON *)", "day-of-month", "MON", "cron(0 9 ? * MON *)"],
  ["cron(0 9 1 * MON *)", "day-of-week", "MON", "two jobs: cron(0 9 1 * ? *) and cron(0 9 ? * MON *)"],
  ["cron(0 9 ? * ? *)", "day-of-month", "?", "cron(0 9 * * ? *)"],
  ["cron(0 9 * * ? 1969)", "year", "1969", "1970 to 2199"],
  ["cron(0 9 * * ? 2200)", "year", "2200", "1970 to 2199"],
  ["cron(0 9 * * ? 26)", "year", "26", "1970 to 2199"],
  ["cron(0 9 * * ? 2030-2028)", "year", "2030-2028", "Write 2028-2030"],
  ["cron(0 0 9 * * ?)", "year", "?", "cron(0 9 * * ? *)"],
  ["rate()", "rate", "", "rate(5 minutes)"],
  ["rate(10)", "rate", "10", "rate(10 minutes)"],
  ["rate(0 minutes)", "rate", "0 minutes", "rate(1 minute)"],
  ["rate(-10 minutes)", "rate", "-10", "rate(5 minutes)"],
  ["rate(1.5 hours)", "rate", "1.5", "rate(90 minutes)"],
  ["rate(foo minutes)", "rate", "foo", "rate(5 minutes)"],
  ["rate(10 seconds)", "rate", "10 seconds", "rate(1 minute)"],
  ["rate(2 weeks)", "rate", "2 weeks", "rate(14 days)"],
  ["rate(1 month)", "rate", "1 month", "cron(0 9 1 * ? *)"],
  ["rate(10 years)", "rate", "10 years", "cron(0 9 1 1 ? *)"],
  ["rate(10 minutess)", "rate", "minutess", "rate(10 minutes)"],
  ["rate(10 Minutes)", "rate", "Minutes", "rate(10 minutes)"],
  ["rate( 10 minutes )", "rate", " 10 minutes ", "rate(10 minutes)"],
  ["rate(10  minutes)", "rate", "10  minutes", "rate(10 minutes)"],
  ["rate(10minutes)", "rate", "10minutes", "rate(5 minutes)"],
  ["rate(1 hour 30 minutes)", "rate", "1 hour 30 minutes", "rate(1 hour)"],
  ["rate(999999999 days)", "rate", "999999999", "eight digits"],
  ["at()", "at", "", "at(2030-01-31T09:00:00)"],
  ["at(2030-12-31)", "at", "2030-12-31", "at(2030-12-31T09:00:00)"],
  ["at(2030-12-31T23:59:59Z)", "at", "Z", "at(2030-12-31T23:59:59)"],
  ["at(2030-12-31T23:59:59+01:00)", "at", "+01:00", "choose the job's time zone"],
  ["at(2030-12-31T23:59)", "at", "23:59", "at(2030-12-31T23:59:00)"],
  ["at(2030-12-31 23:59:59)", "at", "2030-12-31 23:59:59", "at(2030-12-31T23:59:59)"],
  ["at(2030-02-30T09:00:00)", "at", "2030-02-30", "no such date"],
  ["at(2030-13-01T09:00:00)", "at", "2030-13-01", "no such date"],
  ["at(2030-12-31T24:00:00)", "at", "24:00:00", "no such date"],
  ["at(tomorrow)", "at", "tomorrow", "at(2030-01-31T09:00:00)"],
  [`cron(0 9 ? * MON ${Array.from({ length: 60 }, (_, year) => 2030 + year).join(",")})`, "expression", "characters", "two jobs"],
];

test("there are at least sixty bad expressions", () => {
  expect(badInBoth.length).toBeGreaterThanOrEqual(60);
});

test.each(badInBoth)("%s is refused in words", (text, field, words, wayOut) => {
  for (const fault of [faultOf(text, parseExpression), faultOf(text, (typed) => parseSchedule(typed, options))]) {
    expect(fault?.field).toBe(field);
    expect(fault?.sentence).toContain(words);
    expect(fault?.sentence).toContain(wayOut);
    expect(fault?.sentence).toMatch(/\.$/);
    expect(fault?.rule).not.toBe("");
    if (!["expression", "rate", "at"].includes(field)) expect(fault?.sentence).toContain(`The ${field} field has`);
  }
});

/** What only a person's entry refuses: AWS may take it, but has not written that it does, or it would never run. */
const badForPeople: Bad[] = [
  ["", "expression", "empty", "cron(0 9 * * ? *)"],
  ["hello", "expression", "hello", "0 9 * * 1-5"],
  ["every day at nine", "expression", "every day", "0 9 * * 1-5"],
  ["9 * *", "expression", "9 * *", "0 9 * * 1-5"],
  ["0 9 * * *\n0 10 * * *", "expression", "several lines", "a job for each"],
  ["0 9 * * ?", "expression", "0 9 * * ?", "cron(0 9 * * ? *)"],
  ["0 0 9 * * ?", "year", "?", "cron(0 9 * * ? *)"],
  ["0 0 9 ? * MON-FRI", "year", "MON-FRI", "cron(0 9 ? * MON-FRI *)"],
  ["0 0 9 * * ? *", "expression", "7 fields", "cron(0 9 * * ? *)"],
  ["cron(0 9 LW * ? *)", "day-of-month", "LW", "L for the last day"],
  ["cron(0 9 1,L * ? *)", "day-of-month", "1,L", "one job for L and one for 1"],
  ["cron(0 9 1W,15W * ? *)", "day-of-month", "1W,15W", "one job for 1W and one for 15W"],
  ["cron(0 9 ? * L *)", "day-of-week", "L", "7 for Saturday"],
  ["cron(0 9 ? * MON,6L *)", "day-of-week", "MON,6L", "one job for 6L and one for MON"],
  ["cron(0 22-2 * * ? *)", "hours", "22-2", "22,23,0,1,2"],
  ["cron(0/30 20-2/2 ? * MON-FRI *)", "hours", "20-2/2", "20,22,0,2"],
  ["cron(0 9 ? * FRI-MON *)", "day-of-week", "FRI-MON", "FRI,SAT,SUN,MON"],
  ["cron(0 9 ? * 6-2 *)", "day-of-week", "6-2", "6,7,1,2"],
  ["cron(0 9 * NOV-FEB ? *)", "month", "NOV-FEB", "NOV,DEC,JAN,FEB"],
  ["cron(0 9 30 2 ? *)", "day-of-month", "30", "L for the last day"],
  ["cron(0 9 31 4,6 ? *)", "day-of-month", "31", "never run"],
  ["cron(0 9 29 2 ? 2026-2027)", "day-of-month", "29", "never run"],
  ["cron(0 9 * * ? 2025)", "year", "2025", "a year to come"],
  ["cron(0 9 21 11 ? 2026)", "year", "2026", "have passed"],
  ["cron(30 2 ? 3 1L *)", "hours", "2", "Choose another hour"],
  ["at(2026-11-21T10:59:00)", "at", "has passed", "Write a later one"],
  ["at(2027-03-28T02:30:00)", "at", "does not exist", "before or after the missing hour"],
];

test.each(badForPeople)("%j is refused in words when a person types it", (text, field, words, wayOut) => {
  const fault = faultOf(text, (typed) => parseSchedule(typed, options));
  expect(fault?.field).toBe(field);
  expect(fault?.sentence).toContain(words);
  expect(fault?.sentence).toContain(wayOut);
  expect(fault?.sentence).toMatch(/\.$/);
});

test.each([
  "cron(0 9 LW * ? *)",
  "cron(0 9 1,L * ? *)",
  "cron(0 9 ? * L *)",
  "cron(0/30 20-2 ? * MON-FRI *)",
  "cron(0 9 30 2 ? *)",
  "cron(0 9 * * ? 2025)",
  "at(2022-12-31T23:59:59)",
])("%s is computed all the same, because AWS may take it", (text) => {
  expect(faultOf(text, parseExpression)).toBeNull();
});

test("a range that wraps round is sent as a list", () => {
  expect(parseExpression("cron(0 20-2 ? * FRI-MON *)")).toMatchObject({
    schedule: { expression: "cron(0 20,21,22,23,0,1,2 ? * FRI,SAT,SUN,MON *)", fields: { hours: [0, 1, 2, 20, 21, 22, 23] } },
  });
});

test("a moment that is an hour away is taken, in its own zone", () => {
  expect(parseSchedule("at(2026-11-21T12:00:00)", options).ok).toBe(true);
  expect(parseSchedule("at(2026-11-21T12:00:00)", { ...options, timeZone: "Asia/Tokyo" }).ok).toBe(false);
});

function warningsOf(text: string, timeZone = "Europe/Berlin"): string {
  const parsed = parseSchedule(text, { timeZone, now });
  return parsed.ok ? parsed.warnings.join(" ") : `refused: ${parsed.fault.sentence}`;
}

test.each([
  ["rate(1 day)", "Europe/Berlin", "counts 24 hours at a time, so its local time moves"],
  ["rate(2 days)", "UTC", "starts the count anew"],
  ["30 2 * * *", "America/New_York", "on the day on which this time is left out the job does not run"],
  ["0 * * * *", "Europe/Berlin", "AWS does not promise even that"],
  ["at(2027-10-31T02:30:00)", "Europe/Berlin", "comes twice"],
  ["cron(0 9 31 * ? *)", "UTC", "Months without a day 31 have no run"],
  ["cron(0 9 1W * ? *)", "UTC", "edge of a month"],
  ["cron(0 9 31W * ? *)", "UTC", "edge of a month"],
  ["cron(0 9 ? * 2#5 *)", "UTC", "Write 2L"],
])("%s in %s warns", (text, timeZone, words) => {
  expect(warningsOf(text, timeZone)).toContain(words);
});

test.each([
  ["rate(1 day)", "Asia/Tokyo", "local time moves"],
  ["30 2 * * *", "UTC", "clocks"],
  ["30 2 * * *", "Asia/Tokyo", "clocks"],
  ["30 4 * * *", "Europe/Berlin", "clocks"],
  ["rate(5 minutes)", "Europe/Berlin", " "],
  ["cron(0 9 15W * ? *)", "UTC", " "],
  ["cron(0 9 28,29,30 * ? *)", "UTC", " "],
])("%s in %s does not warn", (text, timeZone, words) => {
  expect(warningsOf(text, timeZone)).not.toContain(words);
});
