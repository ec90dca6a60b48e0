import { expect, test } from "vitest";
import { clockChanges, formatOffset, isTimeZone, localOf, momentsOf, offsetMinutes, timeZones, zoneNameOf } from "./time-zone";

test.each([
  "UTC",
  "GMT",
  "Etc/UTC",
  "Europe/Berlin",
  "Asia/Kolkata",
  "Asia/Calcutta",
  "US/Eastern",
  "Etc/GMT+5",
  "America/Argentina/Buenos_Aires",
  "America/Port-au-Prince",
  "EST5EDT",
])("%s is a time zone", (name) => {
  expect(isTimeZone(name)).toBe(true);
});

test.each([
  "",
  "Mars",
  "Mars/Olympus",
  "europe/berlin",
  "EUROPE/BERLIN",
  "asia/kolkata",
  "utc",
  "Z",
  "+01:00",
  "PST",
  "IST",
  "Europe/Berlin ",
  "Europe",
])("%j is none", (name) => {
  expect(isTimeZone(name)).toBe(false);
});

test("the list to choose from begins with UTC and knows the present names", () => {
  const zones = timeZones();
  expect(zones[0]).toBe("UTC");
  expect(zones).toContain("Europe/Kyiv");
  expect(zones).toContain("Asia/Kolkata");
  expect(zones).toContain("Asia/Kathmandu");
  expect(zones).not.toContain("Asia/Calcutta");
  expect(new Set(zones).size).toBe(zones.length);
  expect(zones.filter((zone) => !isTimeZone(zone))).toEqual([]);
});

test.each([
  ["Europe/Berlin", "2026-01-15T12:00:00Z", 60, "CET"],
  ["Europe/Berlin", "2026-07-15T12:00:00Z", 120, "CEST"],
  ["America/New_York", "2026-07-15T12:00:00Z", -240, "EDT"],
  ["America/St_Johns", "2026-01-15T12:00:00Z", -210, "GMT-3:30"],
  ["Asia/Kolkata", "2026-01-15T12:00:00Z", 330, "IST"],
  ["Asia/Kathmandu", "2026-01-15T12:00:00Z", 345, "GMT+5:45"],
  ["Asia/Kathmandu", "1985-12-31T12:00:00Z", 330, "GMT+5:30"],
  ["Australia/Lord_Howe", "2026-01-15T12:00:00Z", 660, "LHDT"],
  ["Pacific/Chatham", "2026-01-15T12:00:00Z", 825, "GMT+13:45"],
  ["Africa/Monrovia", "1971-06-01T00:00:00Z", -44.5, "GMT-0:44:30"],
  ["UTC", "2026-01-15T12:00:00Z", 0, "UTC"],
])("%s at %s is %d minutes from UTC and called %s", (zone, at, minutes, name) => {
  expect(offsetMinutes(zone, new Date(at))).toBe(minutes);
  expect(zoneNameOf(zone, new Date(at))).toBe(name);
});

test("an unknown zone is an error", () => {
  expect(() => offsetMinutes("Mars/Olympus", new Date(0))).toThrow(RangeError);
});

const inYear = (zone: string, year: number) => clockChanges(zone, new Date(Date.UTC(year, 0, 1)), new Date(Date.UTC(year + 1, 0, 1)));

test.each([
  [
    "Europe/Berlin",
    2026,
    [
      ["2026-03-29T01:00:00.000Z", "2026-03-29T02:00:00", "2026-03-29T03:00:00"],
      ["2026-10-25T01:00:00.000Z", "2026-10-25T03:00:00", "2026-10-25T02:00:00"],
    ],
  ],
  [
    "America/New_York",
    2026,
    [
      ["2026-03-08T07:00:00.000Z", "2026-03-08T02:00:00", "2026-03-08T03:00:00"],
      ["2026-11-01T06:00:00.000Z", "2026-11-01T02:00:00", "2026-11-01T01:00:00"],
    ],
  ],
  [
    "Australia/Lord_Howe",
    2026,
    [
      ["2026-04-04T15:00:00.000Z", "2026-04-05T02:00:00", "2026-04-05T01:30:00"],
      ["2026-10-03T15:30:00.000Z", "2026-10-04T02:00:00", "2026-10-04T02:30:00"],
    ],
  ],
  [
    "Antarctica/Troll",
    2026,
    [
      ["2026-03-29T01:00:00.000Z", "2026-03-29T01:00:00", "2026-03-29T03:00:00"],
      ["2026-10-25T01:00:00.000Z", "2026-10-25T03:00:00", "2026-10-25T01:00:00"],
    ],
  ],
  ["Asia/Kathmandu", 1986, []],
  ["Asia/Tokyo", 2026, []],
  ["UTC", 2026, []],
] as const)("the clocks of %s change in %d as the IANA database says", (zone, year, changes) => {
  expect(inYear(zone, year).map(({ at, localBefore, localAfter }) => [at.toISOString(), localBefore, localAfter])).toEqual(changes);
});

test("Samoa left out 30 December 2011 whole", () => {
  const [change] = clockChanges("Pacific/Apia", new Date("2011-12-25T00:00:00Z"), new Date("2012-01-05T00:00:00Z"));
  expect(change).toEqual({
    at: new Date("2011-12-30T10:00:00Z"),
    offsetBefore: -600,
    offsetAfter: 840,
    localBefore: "2011-12-30T00:00:00",
    localAfter: "2011-12-31T00:00:00",
  });
  expect(momentsOf("Pacific/Apia", Date.UTC(2011, 11, 30, 12))).toEqual([]);
});

test("a change counts up to its own moment and not before", () => {
  const at = new Date("2026-03-29T01:00:00Z");
  expect(clockChanges("Europe/Berlin", new Date(at.getTime() - 1), at)).toHaveLength(1);
  expect(clockChanges("Europe/Berlin", at, new Date(at.getTime() + 1))).toHaveLength(0);
  expect(clockChanges("Europe/Berlin", new Date(at.getTime() - 2), new Date(at.getTime() - 1))).toHaveLength(0);
});

test("a local time is no moment in a gap, two in an overlap, else one", () => {
  const iso = (zone: string, local: string) => momentsOf(zone, Date.parse(`${local}Z`)).map((at) => new Date(at).toISOString());
  expect(iso("Europe/Berlin", "2026-03-29T02:30:00")).toEqual([]);
  expect(iso("Europe/Berlin", "2026-03-29T03:00:00")).toEqual(["2026-03-29T01:00:00.000Z"]);
  expect(iso("Europe/Berlin", "2026-10-25T02:00:00")).toEqual(["2026-10-25T00:00:00.000Z", "2026-10-25T01:00:00.000Z"]);
  expect(iso("Europe/Berlin", "2026-10-25T03:00:00")).toEqual(["2026-10-25T02:00:00.000Z"]);
  expect(iso("Australia/Lord_Howe", "2026-10-04T02:15:00")).toEqual([]);
  expect(iso("Australia/Lord_Howe", "2026-04-05T01:45:00")).toEqual(["2026-04-04T14:45:00.000Z", "2026-04-04T15:15:00.000Z"]);
});

test("local and back is the same moment, in every zone, through two years", () => {
  for (const zone of timeZones())
    for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2028, 0, 1); at += 11.3 * 86_400_000) {
      const moment = Math.floor(at / 60_000) * 60_000;
      expect(momentsOf(zone, localOf(zone, moment))).toContain(moment);
    }
});

test.each([
  [0, "+00:00"],
  [60, "+01:00"],
  [-210, "-03:30"],
  [345, "+05:45"],
  [840, "+14:00"],
  [-44.5, "-00:44:30"],
])("%d minutes are written %s", (minutes, text) => {
  expect(formatOffset(minutes)).toBe(text);
});
