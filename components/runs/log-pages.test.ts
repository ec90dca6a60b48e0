import fc from "fast-check";
import { expect, test } from "vitest";
import { LogPages, pageLines } from "./log-pages";

const lines = (from: number, to: number, text = "x") =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ n: from + index, at: 0, text }));

test("lines are found by their number, in whatever order they came", () => {
  const pages = new LogPages();
  pages.add(lines(90_000, 90_100));
  pages.add(lines(1, 10));
  expect(pages.line(90_050)?.n).toBe(90_050);
  expect(pages.line(10)?.n).toBe(10);
  expect(pages.line(11)).toBeUndefined();
});

test("a line that comes twice is held once", () => {
  const pages = new LogPages();
  pages.add(lines(1, 10));
  pages.add(lines(5, 12));
  expect(pages.held).toBe(12);
  expect(pages.characters).toBe(12);
});

test("what is missing is told as one stretch", () => {
  const pages = new LogPages();
  pages.add(lines(1, 10));
  pages.add(lines(21, 30));
  expect(pages.missing(5, 40)).toEqual({ from: 11, to: 20 });
  expect(pages.missing(25, 40)).toEqual({ from: 31, to: 40 });
  expect(pages.missing(2, 9)).toBeNull();
});

test("the pages that nobody looked at for longest go first", () => {
  const pages = new LogPages({ lines: 3 * pageLines, characters: 1e9 });
  for (const page of [0, 1, 2]) pages.add(lines(page * pageLines + 1, (page + 1) * pageLines));
  pages.look(1, 10);
  pages.look(2 * pageLines + 1, 2 * pageLines + 10);
  pages.add(lines(3 * pageLines + 1, 4 * pageLines));
  expect(pages.line(1)).toBeDefined();
  expect(pages.line(pageLines + 1)).toBeUndefined();
});

test("what is in sight stays while a quick program writes", () => {
  const pages = new LogPages({ lines: 2 * pageLines, characters: 1e9 });
  pages.add(lines(1, pageLines));
  pages.look(20, 80);
  for (let n = 1000; n < 50_000; n += 50) pages.add(lines(n, n + 49));
  expect(pages.missing(20, 80)).toBeNull();
  expect(pages.line(49_999)).toBeDefined();
});

test("whatever comes and whatever is looked at, memory stays within its bounds and the count is true", () => {
  const bounds = { lines: 1000, characters: 50_000 };
  const step = fc.record({ from: fc.integer({ min: 1, max: 100_000 }), count: fc.integer({ min: 1, max: 1000 }), look: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const pages = new LogPages(bounds);
      for (const { from, count, look } of steps) {
        if (look) pages.look(from, from + 60);
        else pages.add(lines(from, from + count - 1, "x".repeat(40)));
      }
      // One or two pages in sight may stand beside the bounds.
      expect(pages.held).toBeLessThanOrEqual(bounds.lines + 2 * pageLines);
      expect(pages.characters).toBeLessThanOrEqual(bounds.characters + 2 * pageLines * 40);
      let held = 0;
      for (let n = 1; n <= 101_000; n++) if (pages.line(n)) held++;
      expect(held).toBe(pages.held);
    }),
    { numRuns: 20 },
  );
});
