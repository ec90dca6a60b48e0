import fc from "fast-check";
import { expect, test } from "vitest";
import { LogHeights } from "./log-heights";

const log = (first: number, last: number) => Object.assign(new LogHeights(20), { first, last });

test("lines that nobody has seen are one line high", () => {
  const heights = log(1, 100_000);
  expect(heights.total).toBe(2_000_000);
  expect(heights.top(50_001)).toBe(1_000_000);
  expect(heights.lineAt(1_000_010)).toBe(50_001);
});

test("a wrapped line moves those behind it, and no other", () => {
  const heights = log(1, 1000);
  expect(heights.measure(10, 60)).toBe(true);
  expect(heights.measure(10, 60)).toBe(false);
  expect(heights.top(10)).toBe(180);
  expect(heights.top(11)).toBe(240);
  expect(heights.lineAt(239)).toBe(10);
  expect(heights.lineAt(240)).toBe(11);
});

test("above the first line and below the last one the nearest is taken", () => {
  const heights = log(501, 600);
  expect([heights.lineAt(-50), heights.lineAt(1e9)]).toEqual([501, 600]);
  expect(log(1, 0).lineAt(30)).toBe(1);
});

test("whatever was measured, tops are the sums of the heights before", () => {
  const measured = fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 30 })), { maxLength: 60 });
  fc.assert(
    fc.property(measured, fc.integer({ min: 1, max: 400 }), (all, first) => {
      const heights = log(first, 900);
      const known = new Map<number, number>();
      for (const [n, rows] of all) {
        heights.measure(n, rows * 20);
        known.set(n, rows * 20);
      }
      let top = 0;
      for (let n = first; n <= 900; n++) {
        expect(heights.top(n)).toBe(top);
        if (n % 97 === 0) expect(heights.lineAt(top + 5)).toBe(n);
        top += known.get(n) ?? 20;
      }
      expect(heights.total).toBe(top);
    }),
    { numRuns: 30 },
  );
});
