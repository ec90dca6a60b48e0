import fc from "fast-check";
import { expect, test } from "vitest";
import { LogScroll } from "./log-scroll";

const scroll = (total: number, view = 600, most = 100_000) => {
  const made = new LogScroll(most);
  made.resize(total, view);
  return made;
};

test("where the log fits into an element, the bar says the place itself", () => {
  const bar = scroll(80_000);
  expect(bar.height).toBe(80_000);
  expect([bar.moved(0), bar.moved(123), bar.moved(79_400)]).toEqual([0, 123, 79_400]);
  expect(bar.show(5_000)).toBe(5_000);
});

test("in a taller log the thumb's share of the way is the share of the log", () => {
  const bar = scroll(1_000_600);
  expect(bar.height).toBe(100_000);
  expect(bar.moved(49_700)).toBe(500_000);
  expect(bar.moved(99_400)).toBe(1_000_000);
  expect(bar.moved(0)).toBe(0);
});

test("a turn of the wheel moves a taller log by as many pixels as any other", () => {
  const bar = scroll(1_000_600);
  const before = bar.moved(49_700);
  expect(bar.moved(49_800) - before).toBe(100);
  expect(bar.moved(49_750) - before).toBe(50);
});

test("whatever place is shown, the bar that shows it means that place", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_000, max: 40_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (total, share) => {
      const bar = scroll(total);
      const place = Math.round(share * (total - 600));
      expect(bar.moved(bar.show(place))).toBe(place);
    }),
  );
});

test("nobody gets beyond the ends", () => {
  const bar = scroll(1_000_600);
  expect(bar.moved(bar.show(-500))).toBe(0);
  expect(bar.moved(bar.show(9e9))).toBe(1_000_000);
  expect(scroll(100).show(50)).toBe(0);
});
