import { describe, expect, test } from "vitest";
import type { Calendar, Expectation } from "@/lib/db/expectations";
import { judgeExpectation } from "./judge-expectation";

/** "10:00" of the first of March, "2 10:00" of the second. */
const at = (text: string): Date => {
  const [day, time] = text.includes(" ") ? text.split(" ") : ["1", text];
  return new Date(`2027-03-${day?.padStart(2, "0")}T${time?.length === 5 ? `${time}:00` : time}Z`);
};

const calendar = (given: Partial<Calendar> = {}): Calendar => ({
  ...{ generation: 1, savedAt: at("00:00"), appliedAt: at("00:00:05"), enabled: true, expression: "cron(0 * * * ? *)", timeZone: "UTC" },
  ...{ flexibleWindowMinutes: 0, maximumEventAgeSeconds: 900 },
  ...given,
});

type Given = { since?: string; known?: string[]; calendars?: Calendar[]; appliedAt?: string; now: string; toldUntil?: string | null };

function judge({ since = "00:00:05", known = [], calendars = [calendar()], appliedAt = "00:00:05", now, toldUntil = now }: Given) {
  const expectation: Expectation = {
    ...{ jobId: "abcde12345", expectedAt: at(since), expectBy: null, appliedAt: at(appliedAt), calendars, moments: known.map(at) },
  };
  const { missed, expectedAt, expectBy } = judgeExpectation(expectation, {
    now: at(now),
    toldUntil: toldUntil === null ? null : at(toldUntil),
  });
  const text = (date: Date | null): string | null =>
    date?.toISOString().replace("2027-03-01T", "").replace("2027-03-", "").replace("T", " ").replace(".000Z", "") ?? null;
  return { missed: missed.map((one) => text(one.at)), expectedAt: text(expectedAt), expectBy: text(expectBy) };
}

describe("a calendar by the clock", () => {
  test("expects its next moment, and until when a start for it may come", () => {
    expect(judge({ now: "00:10" })).toEqual({ missed: [], expectedAt: "01:00:00", expectBy: "01:18:00" });
  });

  test("waits while a start may still come", () => {
    expect(judge({ since: "01:00", now: "01:18" })).toEqual({ missed: [], expectedAt: "01:00:00", expectBy: "01:18:00" });
  });

  test("calls a moment missed once its last chance has passed and everything was looked at since", () => {
    expect(judge({ since: "01:00", now: "01:18:01" })).toEqual({ missed: ["01:00:00"], expectedAt: "02:00:00", expectBy: "02:18:00" });
  });

  test("judges nothing that a source may still tell", () => {
    expect(judge({ since: "01:00", now: "09:00", toldUntil: "01:18" })).toMatchObject({ missed: [], expectedAt: "01:00:00" });
    expect(judge({ since: "01:00", now: "09:00", toldUntil: null })).toMatchObject({ missed: [], expectedAt: "01:00:00" });
    expect(judge({ since: "01:00", now: "09:00", toldUntil: "02:30" })).toMatchObject({
      missed: ["01:00:00", "02:00:00"],
      expectedAt: "03:00:00",
    });
  });

  test("goes on as soon as the run is there, also where it tells of its moment to the second", () => {
    expect(judge({ since: "01:00", known: ["01:00"], now: "01:01" })).toMatchObject({ missed: [], expectedAt: "02:00:00" });
    expect(judge({ since: "01:00", known: ["01:00:07"], now: "05:10" })).toMatchObject({
      missed: ["02:00:00", "03:00:00", "04:00:00"],
      expectedAt: "05:00:00",
    });
  });

  test("does not wait for a moment twice that has its run before it came", () => {
    expect(judge({ since: "01:00", known: ["01:00", "02:00"], now: "01:30" })).toMatchObject({ expectedAt: "03:00:00" });
  });

  test("counts the flexible window and the age of the start as AWS was told of them", () => {
    const calendars = [calendar({ flexibleWindowMinutes: 15, maximumEventAgeSeconds: 60 })];
    expect(judge({ since: "01:00", calendars, now: "01:10" })).toMatchObject({ expectBy: "01:19:00" });
  });

  test("goes by its zone: a moment that the clocks leave out is not missed", () => {
    const calendars = [
      calendar({ expression: "cron(30 2 * * ? *)", timeZone: "Europe/Berlin", savedAt: at("27 00:00"), appliedAt: at("27 00:00") }),
    ];
    expect(judge({ calendars, since: "27 00:00", appliedAt: "27 00:00", known: ["27 01:30"], now: "29 12:00" })).toEqual({
      ...{ missed: ["29 00:30:00"], expectedAt: "30 00:30:00", expectBy: "30 00:48:00" },
    });
  });

  test("after a long time misses 200 at a time", () => {
    const calendars = [calendar({ expression: "cron(* * * * ? *)" })];
    const { missed, expectedAt } = judge({ calendars, now: "2 00:00" });
    expect([missed.length, missed[0], expectedAt]).toEqual([200, "00:02:00", "03:22:00"]);
  });

  test("leaves what lies behind the last moment that was read for the next time", () => {
    const known = Array.from({ length: 300 }, (_, minute) => new Date(at("01:00").getTime() + minute * 60_000).toISOString().slice(11, 16));
    const calendars = [calendar({ expression: "cron(* * * * ? *)" })];
    expect(judge({ calendars, since: "01:00", known, now: "23:00" })).toMatchObject({ missed: [], expectedAt: "06:00:00" });
  });
});

describe("around a change of the calendar", () => {
  const paused = calendar({ generation: 2, enabled: false, savedAt: at("03:30"), appliedAt: at("03:30:10") });

  test("a paused or deleted job is waited for no more, and its last moments are still judged", () => {
    expect(judge({ calendars: [calendar(), paused], known: ["01:00", "02:00"], now: "09:00" })).toEqual({
      missed: ["03:00:00"],
      expectedAt: null,
      expectBy: null,
    });
  });

  test("a job that goes on is waited for from then on", () => {
    const resumed = calendar({ generation: 3, savedAt: at("06:30"), appliedAt: at("06:30:10") });
    expect(judge({ since: "06:30:10", calendars: [paused, resumed], now: "06:31" })).toMatchObject({ missed: [], expectedAt: "07:00:00" });
  });

  test("neither the old nor the new is demanded within the minute of the change, nor while the new one was on its way", () => {
    const changed = calendar({ generation: 2, expression: "cron(30 * * * ? *)", savedAt: at("02:58"), appliedAt: at("05:29:40") });
    expect(judge({ calendars: [calendar(), changed], now: "09:00", toldUntil: "07:00" })).toEqual({
      ...{ missed: ["01:00:00", "02:00:00", "06:30:00"], expectedAt: "07:30:00", expectBy: "07:48:00" },
    });
  });

  test("a save that changes nothing of the calendar changes nothing of what it promises", () => {
    const saved = calendar({ generation: 2, savedAt: at("02:59:50"), appliedAt: at("03:00:10"), maximumEventAgeSeconds: 60 });
    expect(judge({ calendars: [calendar(), saved], now: "05:30", toldUntil: "03:30" })).toMatchObject({
      ...{ missed: ["01:00:00", "02:00:00", "03:00:00"], expectedAt: "04:00:00", expectBy: "04:04:00" },
    });
  });

  test("a moment within the first minute is not demanded: AWS may not have followed yet", () => {
    const late = calendar({ savedAt: at("00:59:00"), appliedAt: at("00:59:30") });
    expect(judge({ since: "00:59:30", calendars: [late], now: "01:30" })).toMatchObject({ missed: [], expectedAt: "02:00:00" });
  });
});

describe("at(...)", () => {
  const once = [calendar({ expression: "at(2027-03-01T10:00:00)", timeZone: "Europe/Berlin" })];

  test("is waited for once", () => {
    expect(judge({ calendars: once, now: "00:01" })).toMatchObject({ missed: [], expectedAt: "09:00:00" });
    expect(judge({ calendars: once, since: "09:00", known: ["09:00"], now: "09:01" })).toEqual({
      missed: [],
      expectedAt: null,
      expectBy: null,
    });
    expect(judge({ calendars: once, since: "09:00", now: "10:00" })).toEqual({ missed: ["09:00:00"], expectedAt: null, expectBy: null });
  });
});

describe("rate(...)", () => {
  const hourly = [calendar({ expression: "rate(1 hour)" })];

  test("counts from when AWS took it, until its first run says it better", () => {
    expect(judge({ calendars: hourly, now: "00:10" })).toMatchObject({ missed: [], expectedAt: "01:00:05" });
    expect(judge({ calendars: hourly, since: "01:00:05", known: ["00:00:03"], now: "01:10" })).toMatchObject({ expectedAt: "01:00:03" });
  });

  test("counts on from each run, and misses those between two", () => {
    expect(judge({ calendars: hourly, since: "01:00:05", known: ["01:00:02", "02:00:02", "05:00:02"], now: "05:20" })).toEqual({
      ...{ missed: ["03:00:02", "04:00:02"], expectedAt: "06:00:02", expectBy: "06:18:02" },
    });
  });

  test("counts anew where the schedule was put right", () => {
    expect(judge({ calendars: hourly, since: "03:00:02", known: ["02:00:02"], appliedAt: "02:40:00", now: "03:10" })).toMatchObject({
      ...{ missed: [], expectedAt: "03:40:00" },
    });
  });

  test("is missed as well", () => {
    expect(judge({ calendars: hourly, since: "01:00:05", now: "02:30" })).toMatchObject({
      missed: ["01:00:05", "02:00:05"],
      expectedAt: "03:00:05",
    });
  });
});
