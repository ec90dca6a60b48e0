import { expect, test } from "vitest";
import { formatCountdown, formatDistance, formatFull, formatLength, formatOffset, formatShort } from "./moments";

const now = Date.parse("2026-11-21T10:00:00Z");
const minute = 60_000;
const hour = 60 * minute;

test.each([
  [0, "0 ms"],
  [840, "840 ms"],
  [1500, "1.5 s"],
  [12_400, "12 s"],
  [90_000, "1 min 30 s"],
  [12 * minute + 4000, "12 min"],
  [80 * minute, "1 h 20 min"],
  [2 * hour, "2 h"],
  [52 * hour, "2 d 4 h"],
])("a length of %i ms reads %s", (milliseconds, words) => {
  expect(formatLength(milliseconds)).toBe(words);
});

test.each([
  [-2000, "just now"],
  [-42_000, "42 s ago"],
  [-3 * minute, "3 min ago"],
  [-3 * hour - 40 * minute, "3 h ago"],
  [-3 * 24 * hour, "3 d ago"],
  [2 * hour + 10 * minute, "in 2 h 10 min"],
])("a moment %i ms away reads %s", (away, words) => {
  expect(formatDistance(now + away, now)).toBe(words);
});

test("a countdown shows seconds in its last hour and ends with now", () => {
  expect(formatCountdown(now + 4 * minute + 5000, now)).toBe("in 04:05");
  expect(formatCountdown(now + 26 * hour, now)).toBe("in 1 d");
  expect(formatCountdown(now - 1, now)).toBe("now");
});

test("a short moment says as much of its date as is needed", () => {
  expect(formatShort(now + hour, now, "Europe/Berlin")).toBe("12:00");
  expect(formatShort(now + 24 * hour, now, "UTC")).toBe("Sun 10:00");
  expect(formatShort(now - 30 * 24 * hour, now, "UTC")).toBe("22 Oct 10:00");
  expect(formatShort(now - 400 * 24 * hour, now, "UTC")).toBe("17 Oct 2025");
});

test("a moment is written in the zone that is asked for", () => {
  expect(formatFull(now, "Asia/Kolkata")).toBe("Sat 21 Nov 2026, 15:30:00");
  expect(formatOffset(now, "Asia/Kolkata")).toBe("+05:30");
  expect(formatOffset(now, "UTC")).toBe("+00:00");
});
