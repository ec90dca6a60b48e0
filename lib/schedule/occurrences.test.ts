import { describe, expect, test } from "vitest";
import { nextOccurrences, type OccurrenceBounds, type PreviewRow, previewRows, previousOccurrence } from "./occurrences";
import { parseExpression, type Schedule } from "./parse";

function scheduleOf(expression: string): Schedule {
  const parsed = parseExpression(expression);
  if (!parsed.ok) throw new Error(parsed.fault.sentence);
  return parsed.schedule;
}

const shown = (expression: string, zone: string, after: string, count: number, bounds?: OccurrenceBounds): string[] =>
  nextOccurrences(scheduleOf(expression), zone, new Date(after), count, bounds).map(({ local, offset }) => `${local}${offset}`);

describe("AWS's own examples, in UTC after Saturday 21 November 2026, noon:", () => {
  test.each([
    ["cron(0 10 * * ? *)", ["2026-11-22T10:00", "2026-11-23T10:00"]],
    ["cron(15 12 * * ? *)", ["2026-11-21T12:15", "2026-11-22T12:15"]],
    ["cron(0 18 ? * MON-FRI *)", ["2026-11-23T18:00", "2026-11-24T18:00"]],
    ["cron(0 8 1 * ? *)", ["2026-12-01T08:00", "2027-01-01T08:00"]],
    ["cron(0/15 * * * ? *)", ["2026-11-21T12:15", "2026-11-21T12:30"]],
    ["cron(0/10 * ? * MON-FRI *)", ["2026-11-23T00:00", "2026-11-23T00:10"]],
    ["cron(0/5 8-17 ? * MON-FRI *)", ["2026-11-23T08:00", "2026-11-23T08:05"]],
    ["cron(0/30 20-2 ? * MON-FRI *)", ["2026-11-23T00:00", "2026-11-23T00:30"]],
    ["cron(15 10 ? * 6L 2022-2023)", []],
    ["cron(15 10 ? * 6L *)", ["2026-11-27T10:15", "2026-12-25T10:15"]],
    ["cron(0 9 3W * ? *)", ["2026-12-03T09:00", "2027-01-04T09:00"]],
    ["cron(0 9 ? * 3#2 *)", ["2026-12-08T09:00", "2027-01-12T09:00"]],
    ["cron(1/10 9 * * ? *)", ["2026-11-22T09:01", "2026-11-22T09:11"]],
  ])("%s", (expression, moments) => {
    const found = nextOccurrences(scheduleOf(expression), "UTC", new Date("2026-11-21T12:00:00Z"), 2);
    expect(found.map(({ local }) => local.slice(0, 16))).toEqual(moments);
  });
});

describe("rare days:", () => {
  test.each([
    ["cron(0 0 29 2 ? *)", ["2028-02-29", "2032-02-29", "2036-02-29"]],
    ["cron(0 0 31 * ? *)", ["2026-12-31", "2027-01-31", "2027-03-31"]],
    ["cron(0 0 L * ? *)", ["2026-11-30", "2026-12-31", "2027-01-31"]],
    ["cron(0 0 L 2 ? *)", ["2027-02-28", "2028-02-29", "2029-02-28"]],
    ["cron(0 0 LW * ? *)", ["2026-11-30", "2026-12-31", "2027-01-29"]],
    ["cron(0 0 1W 8 ? *)", ["2027-08-02", "2028-08-01", "2029-08-01"]],
    ["cron(0 0 31W 10 ? *)", ["2027-10-29", "2028-10-31", "2029-10-31"]],
    ["cron(0 0 30W 2 ? *)", []],
    ["cron(0 0 1,L * ? *)", ["2026-11-30", "2026-12-01", "2026-12-31"]],
    ["cron(0 0 ? * 2#5 *)", ["2026-11-30", "2027-03-29", "2027-05-31"]],
    ["cron(0 0 ? * 2#5 2199)", ["2199-04-29", "2199-07-29", "2199-09-30"]],
    ["cron(0 0 ? * L *)", ["2026-11-28", "2026-12-05", "2026-12-12"]],
    ["cron(0 0 30 2 ? *)", []],
    ["cron(0 0 29 2 ? 2100)", []],
    ["cron(0 0 31 12 ? 2199)", ["2199-12-31"]],
    ["cron(0 0 1 1 ? 2020-2025)", []],
  ])("%s", (expression, days) => {
    const found = nextOccurrences(scheduleOf(expression), "UTC", new Date("2026-11-21T12:00:00Z"), 3);
    expect(found.map(({ local }) => local.slice(0, 10))).toEqual(days);
  });
});

describe("when the clocks go forward, what falls into the gap is skipped; when they go back, the first of two counts:", () => {
  test.each([
    // Berlin: 02:00 becomes 03:00 on 28 March 2027, 03:00 becomes 02:00 on 31 October 2027.
    ["cron(30 2 * * ? *)", "Europe/Berlin", "2027-03-27T00:00:00Z", ["2027-03-27T02:30:00+01:00", "2027-03-29T02:30:00+02:00"]],
    ["cron(0 3 * * ? *)", "Europe/Berlin", "2027-03-28T00:00:00Z", ["2027-03-28T03:00:00+02:00", "2027-03-29T03:00:00+02:00"]],
    ["cron(30 2 * * ? *)", "Europe/Berlin", "2027-10-30T12:00:00Z", ["2027-10-31T02:30:00+02:00", "2027-11-01T02:30:00+01:00"]],
    ["cron(0 * * * ? *)", "Europe/Berlin", "2027-10-30T23:00:00Z", ["2027-10-31T02:00:00+02:00", "2027-10-31T03:00:00+01:00"]],
    ["cron(0 * * * ? *)", "Europe/Berlin", "2027-03-28T00:00:00Z", ["2027-03-28T03:00:00+02:00", "2027-03-28T04:00:00+02:00"]],
    // After the first 02:40, and also within the second 02:40.
    ["cron(0/30 * * * ? *)", "Europe/Berlin", "2027-10-31T00:40:00Z", ["2027-10-31T03:00:00+01:00", "2027-10-31T03:30:00+01:00"]],
    // Several times an hour in spring: the missing hour is skipped, the last before and the first after lie next to each other.
    ["cron(0/20 * * * ? *)", "Europe/Berlin", "2027-03-28T00:30:00Z", ["2027-03-28T01:40:00+01:00", "2027-03-28T03:00:00+02:00"]],
    ["cron(0/30 * * * ? *)", "America/New_York", "2027-11-07T05:10:00Z", ["2027-11-07T01:30:00-04:00", "2027-11-07T02:00:00-05:00"]],
    ["cron(0/15 * * * ? *)", "Australia/Lord_Howe", "2026-04-04T14:40:00Z", ["2026-04-05T01:45:00+11:00", "2026-04-05T02:00:00+10:30"]],
    ["cron(0/15 * * * ? *)", "Australia/Lord_Howe", "2026-10-03T15:20:00Z", ["2026-10-04T02:30:00+11:00", "2026-10-04T02:45:00+11:00"]],
    ["cron(0/30 * * * ? *)", "Europe/Berlin", "2027-10-31T01:10:00Z", ["2027-10-31T03:00:00+01:00", "2027-10-31T03:30:00+01:00"]],
    // New York: 02:00 becomes 03:00 on 14 March 2027, 02:00 becomes 01:00 on 7 November 2027.
    ["cron(30 2 * * ? *)", "America/New_York", "2027-03-13T12:00:00Z", ["2027-03-15T02:30:00-04:00", "2027-03-16T02:30:00-04:00"]],
    ["cron(30 1 * * ? *)", "America/New_York", "2027-11-07T00:00:00Z", ["2027-11-07T01:30:00-04:00", "2027-11-08T01:30:00-05:00"]],
    // Lord Howe: half an hour, southern summer.
    ["cron(15 2 * * ? *)", "Australia/Lord_Howe", "2026-10-02T20:00:00Z", ["2026-10-05T02:15:00+11:00", "2026-10-06T02:15:00+11:00"]],
    ["cron(45 1 * * ? *)", "Australia/Lord_Howe", "2026-04-04T12:00:00Z", ["2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"]],
    // Troll: two hours.
    ["cron(0/30 0-3 * * ? *)", "Antarctica/Troll", "2026-03-29T00:20:00Z", ["2026-03-29T00:30:00+00:00", "2026-03-29T03:00:00+02:00"]],
    // Samoa: a whole day.
    ["cron(0 9 * * ? *)", "Pacific/Apia", "2011-12-29T00:00:00Z", ["2011-12-29T09:00:00-10:00", "2011-12-31T09:00:00+14:00"]],
    ["cron(0 9 * * ? *)", "Asia/Kathmandu", "1985-12-31T00:00:00Z", ["1985-12-31T09:00:00+05:30", "1986-01-01T09:00:00+05:45"]],
  ])("%s in %s after %s", (expression, zone, after, moments) => {
    expect(shown(expression, zone, after, 2)).toEqual(moments);
  });

  test("at(...) in a gap never comes, in an overlap at its first turn", () => {
    expect(shown("at(2027-03-28T02:30:00)", "Europe/Berlin", "2027-01-01T00:00:00Z", 2)).toEqual([]);
    expect(shown("at(2027-10-31T02:30:00)", "Europe/Berlin", "2027-01-01T00:00:00Z", 2)).toEqual(["2027-10-31T02:30:00+02:00"]);
  });
});

test("a moment carries its weekday, offset and zone name", () => {
  expect(nextOccurrences(scheduleOf("cron(30 9 * * ? *)"), "Europe/Berlin", new Date("2026-11-21T10:00:00Z"), 1)).toEqual([
    { at: new Date("2026-11-22T08:30:00Z"), local: "2026-11-22T09:30:00", weekday: "Sun", offset: "+01:00", zoneName: "CET" },
  ]);
});

test("the next moment is strictly after", () => {
  expect(shown("cron(0 9 * * ? *)", "UTC", "2026-11-21T09:00:00Z", 1)).toEqual(["2026-11-22T09:00:00+00:00"]);
  expect(shown("cron(0 9 * * ? *)", "UTC", "2026-11-21T08:59:59.999Z", 1)).toEqual(["2026-11-21T09:00:00+00:00"]);
  expect(shown("at(2026-11-21T09:00:00)", "UTC", "2026-11-21T09:00:00Z", 1)).toEqual([]);
  expect(shown("cron(0 9 * * ? *)", "UTC", "2026-11-21T09:00:00Z", 0)).toEqual([]);
});

describe("a rate", () => {
  test("counts from the moment given when it has no anchor", () => {
    expect(shown("rate(5 minutes)", "UTC", "2026-11-21T10:02:30Z", 2)).toEqual(["2026-11-21T10:07:30+00:00", "2026-11-21T10:12:30+00:00"]);
  });

  test("keeps to its anchor, whenever it is asked", () => {
    const anchor = new Date("2026-11-21T10:01:00Z");
    expect(shown("rate(7 minutes)", "UTC", "2026-11-21T10:00:00Z", 2, { anchor })).toEqual([
      "2026-11-21T10:01:00+00:00",
      "2026-11-21T10:08:00+00:00",
    ]);
    expect(shown("rate(7 minutes)", "UTC", "2026-11-21T10:01:00Z", 1, { anchor })).toEqual(["2026-11-21T10:08:00+00:00"]);
    expect(shown("rate(7 minutes)", "UTC", "2026-11-22T10:00:00Z", 1, { anchor })).toEqual(["2026-11-22T10:03:00+00:00"]);
  });

  test("begins with its start date", () => {
    const startAt = new Date("2026-11-25T09:00:00Z");
    expect(shown("rate(1 day)", "UTC", "2026-11-21T10:00:00Z", 2, { startAt })).toEqual([
      "2026-11-25T09:00:00+00:00",
      "2026-11-26T09:00:00+00:00",
    ]);
  });

  test("in days counts 24 hours, so its local time drifts when the clocks change", () => {
    const anchor = new Date("2027-03-27T08:00:00Z");
    expect(shown("rate(1 day)", "Europe/Berlin", "2027-03-27T07:00:00Z", 3, { anchor })).toEqual([
      "2027-03-27T09:00:00+01:00",
      "2027-03-28T10:00:00+02:00",
      "2027-03-29T10:00:00+02:00",
    ]);
  });
});

test("start and end are inclusive, and at(...) does not heed them", () => {
  const bounds = { startAt: new Date("2026-11-23T09:00:00Z"), endAt: new Date("2026-11-24T09:00:00Z") };
  expect(shown("cron(0 9 * * ? *)", "UTC", "2026-11-21T10:00:00Z", 9, bounds)).toEqual([
    "2026-11-23T09:00:00+00:00",
    "2026-11-24T09:00:00+00:00",
  ]);
  expect(shown("rate(1 day)", "UTC", "2026-11-21T10:00:00Z", 9, bounds)).toEqual([
    "2026-11-23T09:00:00+00:00",
    "2026-11-24T09:00:00+00:00",
  ]);
  expect(shown("at(2026-11-22T09:00:00)", "UTC", "2026-11-21T10:00:00Z", 9, bounds)).toEqual(["2026-11-22T09:00:00+00:00"]);
});

describe("the previous moment", () => {
  test.each([
    ["cron(0 9 * * ? *)", "UTC", "2026-11-21T09:00:00Z", "2026-11-21T09:00:00+00:00"],
    ["cron(0 9 * * ? *)", "UTC", "2026-11-21T08:59:59Z", "2026-11-20T09:00:00+00:00"],
    ["cron(0 0 29 2 ? *)", "UTC", "2026-11-21T09:00:00Z", "2024-02-29T00:00:00+00:00"],
    ["cron(30 2 * * ? *)", "Europe/Berlin", "2027-03-28T12:00:00Z", "2027-03-27T02:30:00+01:00"],
    // While the clocks show 02:10 for the second time, 02:45 has already had its turn.
    ["cron(45 2 * * ? *)", "Europe/Berlin", "2027-10-31T01:10:00Z", "2027-10-31T02:45:00+02:00"],
    ["cron(45 2 * * ? *)", "Europe/Berlin", "2027-10-31T00:10:00Z", "2027-10-30T02:45:00+02:00"],
    ["at(2026-11-21T09:00:00)", "UTC", "2026-11-21T09:00:00Z", "2026-11-21T09:00:00+00:00"],
  ])("of %s in %s at %s", (expression, zone, at, moment) => {
    const found = previousOccurrence(scheduleOf(expression), zone, new Date(at));
    expect(found && `${found.local}${found.offset}`).toBe(moment);
  });

  test("is none before the first", () => {
    const at = new Date("2026-11-21T08:00:00Z");
    expect(previousOccurrence(scheduleOf("at(2026-11-21T09:00:00)"), "UTC", at)).toBeNull();
    expect(previousOccurrence(scheduleOf("cron(0 9 * * ? 2027)"), "UTC", at)).toBeNull();
    expect(previousOccurrence(scheduleOf("rate(1 day)"), "UTC", at)).toBeNull();
    expect(previousOccurrence(scheduleOf("rate(1 day)"), "UTC", at, { anchor: new Date("2026-11-22T00:00:00Z") })).toBeNull();
    expect(previousOccurrence(scheduleOf("cron(0 9 * * ? *)"), "UTC", at, { startAt: new Date("2026-11-21T00:00:00Z") })).toBeNull();
  });

  test("of a rate keeps to its anchor, and nothing comes after the end", () => {
    const anchor = new Date("2026-11-20T10:00:00Z");
    const at = new Date("2026-11-22T09:00:00Z");
    expect(previousOccurrence(scheduleOf("rate(1 day)"), "UTC", at, { anchor })?.local).toBe("2026-11-21T10:00:00");
    expect(previousOccurrence(scheduleOf("cron(0 9 * * ? *)"), "UTC", at, { endAt: new Date("2026-11-21T00:00:00Z") })?.local).toBe(
      "2026-11-20T09:00:00",
    );
  });
});

describe("the preview marks where the clocks change:", () => {
  const rowsOf = (expression: string, zone: string, after: string, count: number, bounds?: OccurrenceBounds): string[] =>
    previewRows(scheduleOf(expression), zone, new Date(after), count, bounds).map((row: PreviewRow) =>
      row.kind === "occurrence" ? `${row.occurrence.local}${row.occurrence.offset}` : [row.sentence, ...row.skipped].join(" | "),
    );

  test("a skipped day", () => {
    expect(rowsOf("cron(30 2 * * ? *)", "Europe/Berlin", "2027-03-26T12:00:00Z", 3)).toEqual([
      "2027-03-27T02:30:00+01:00",
      "Clocks go forward: 02:00 becomes 03:00 | 2027-03-28T02:30:00",
      "2027-03-29T02:30:00+02:00",
      "2027-03-30T02:30:00+02:00",
    ]);
  });

  test("a day that is not skipped", () => {
    expect(rowsOf("cron(0 9 * * ? *)", "America/New_York", "2027-03-13T00:00:00Z", 2)).toEqual([
      "2027-03-13T09:00:00-05:00",
      "Clocks go forward: 02:00 becomes 03:00",
      "2027-03-14T09:00:00-04:00",
    ]);
  });

  test("the hour that comes twice", () => {
    expect(rowsOf("cron(0/30 1-3 * * ? *)", "Europe/Berlin", "2027-10-30T23:10:00Z", 4)).toEqual([
      "2027-10-31T01:30:00+02:00",
      "2027-10-31T02:00:00+02:00",
      "2027-10-31T02:30:00+02:00",
      "Clocks go back: 03:00 becomes 02:00",
      "2027-10-31T03:00:00+01:00",
    ]);
  });

  test("several skipped moments in one gap, of half an hour", () => {
    expect(rowsOf("cron(0/10 2 * * ? *)", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", 1)).toEqual([
      "Clocks go forward: 02:00 becomes 02:30 | 2026-10-04T02:00:00 | 2026-10-04T02:10:00 | 2026-10-04T02:20:00",
      "2026-10-04T02:30:00+11:00",
    ]);
  });

  test("a whole day left out", () => {
    expect(rowsOf("cron(0 9 * * ? *)", "Pacific/Apia", "2011-12-29T12:00:00Z", 2)).toEqual([
      "2011-12-29T09:00:00-10:00",
      "Clocks go forward: 2011-12-30 00:00 becomes 2011-12-31 00:00 | 2011-12-30T09:00:00",
      "2011-12-31T09:00:00+14:00",
    ]);
  });

  test("not where a year lies between two moments and nothing is different", () => {
    expect(rowsOf("cron(0 9 1 1 ? *)", "Europe/Berlin", "2026-11-21T12:00:00Z", 2)).toEqual([
      "2027-01-01T09:00:00+01:00",
      "2028-01-01T09:00:00+01:00",
    ]);
  });

  test("a single moment in a gap leaves the mark alone", () => {
    expect(rowsOf("at(2027-03-28T02:30:00)", "Europe/Berlin", "2026-11-21T12:00:00Z", 3)).toEqual([
      "Clocks go forward: 02:00 becomes 03:00 | 2027-03-28T02:30:00",
    ]);
  });

  test("a schedule that only ever names the gap shows as many marks as were asked for", () => {
    const rows = rowsOf("cron(30 2 ? 3 1L *)", "Europe/Berlin", "2027-01-01T12:00:00Z", 3);
    expect(rows.filter((row) => row.includes("02:30:00"))).toHaveLength(3);
  });

  test("rates drift, and the mark says when", () => {
    expect(rowsOf("rate(1 day)", "Europe/Berlin", "2027-03-27T08:00:00Z", 2)).toEqual([
      "Clocks go forward: 02:00 becomes 03:00",
      "2027-03-28T10:00:00+02:00",
      "2027-03-29T10:00:00+02:00",
    ]);
  });

  test("a rate keeps to its anchor, and drifts from there", () => {
    const anchor = new Date("2027-03-20T08:30:00Z");
    expect(rowsOf("rate(1 day)", "Europe/Berlin", "2027-03-27T08:00:00Z", 2, { anchor })).toEqual([
      "2027-03-27T09:30:00+01:00",
      "Clocks go forward: 02:00 becomes 03:00",
      "2027-03-28T10:30:00+02:00",
    ]);
  });

  test("nothing is skipped before a schedule's start or after its end", () => {
    const endAt = new Date("2027-03-27T12:00:00Z");
    expect(rowsOf("cron(30 2 * * ? *)", "Europe/Berlin", "2027-03-26T12:00:00Z", 3, { endAt })).toEqual(["2027-03-27T02:30:00+01:00"]);
    const startAt = new Date("2027-03-28T12:00:00Z");
    expect(rowsOf("cron(30 2 * * ? *)", "Europe/Berlin", "2027-03-26T12:00:00Z", 1, { startAt })).toEqual([
      "Clocks go forward: 02:00 becomes 03:00",
      "2027-03-29T02:30:00+02:00",
    ]);
  });

  test("at the end of a schedule there is nothing more", () => {
    expect(rowsOf("at(2026-12-01T09:00:00)", "Europe/Berlin", "2026-11-21T12:00:00Z", 3)).toEqual(["2026-12-01T09:00:00+01:00"]);
  });
});

test("ten moments of the rarest expressions take a few milliseconds", () => {
  const after = new Date("2026-11-21T12:00:00Z");
  const expressions = [
    "cron(0 0 29 2 ? *)",
    "cron(0 0 ? * 2#5 2199)",
    "cron(0 0 30 2 ? *)",
    "cron(59 23 31 12 ? 2199)",
    "cron(30 2 ? 3 1L *)",
    "cron(* * * * ? *)",
  ];
  const schedules = expressions.map(scheduleOf);
  for (const schedule of schedules) nextOccurrences(schedule, "Europe/Berlin", after, 10);
  const rounds = 10;
  const start = performance.now();
  for (let round = 0; round < rounds; round++) for (const schedule of schedules) nextOccurrences(schedule, "Europe/Berlin", after, 10);
  expect((performance.now() - start) / rounds / schedules.length).toBeLessThan(5);
});
