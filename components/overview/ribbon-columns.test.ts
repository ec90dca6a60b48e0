import { expect, test } from "vitest";
import { ribbonColumns, ribbonSum, ribbonTicks, ribbonWords } from "./ribbon-columns";

const now = Date.UTC(2026, 10, 21, 10, 7);
const at = (hours: number, minutes: number) => new Date(Date.UTC(2026, 10, 21, hours, minutes));

test("a day is 96 columns, the quarter that is going on last, and what is older falls out", () => {
  const columns = ribbonColumns(
    [
      { at: at(-14, 0), state: "failed", count: 9 },
      { at: at(-14, 15), state: "lost", count: 1 },
      { at: at(9, 45), state: "succeeded", count: 4 },
      { at: at(9, 45), state: "missed", count: 2 },
      { at: at(9, 45), state: "failed", count: 1 },
      { at: at(10, 0), state: "running", count: 3 },
    ],
    now,
  );
  expect(columns).toHaveLength(96);
  expect(columns[0]).toEqual({ at: at(-14, 15).getTime(), good: 0, bad: 1, other: 0 });
  expect(columns[94]).toEqual({ at: at(9, 45).getTime(), good: 4, bad: 3, other: 0 });
  expect(columns[95]).toEqual({ at: at(10, 0).getTime(), good: 0, bad: 0, other: 3 });
  expect(ribbonWords(ribbonSum(columns))).toBe("4 succeeded; 4 failed, missed or lost; 3 stopped, skipped or going on");
});

test("a house where nothing has run says so", () => {
  expect(ribbonWords(ribbonSum(ribbonColumns([], now)))).toBe("no runs");
});

test("full hours are marked away from both ends, whatever the minute", () => {
  for (let minute = 0; minute < 60; minute++) {
    const moment = Date.UTC(2026, 10, 21, 10, minute);
    const ticks = ribbonTicks(ribbonColumns([], moment), moment);
    expect(ticks.map((tick) => new Date(tick.at).getUTCMinutes())).toEqual([0, 0, 0]);
    for (const { share } of ticks) expect(share > 0.18 && share < 0.78).toBe(true);
  }
});
