import { expect, test } from "vitest";
import { LogLines } from "./log-lines";

const line = (n: number) => ({ n, at: n * 1000, text: `line ${n}` });
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => line(from + index));

test("lines are found by their number", () => {
  const log = new LogLines();
  log.add(lines(1, 3));
  expect([log.count, log.last, log.text(2), log.at(3)]).toEqual([3, 3, "line 2", 3000]);
  expect(log.words(2, 3)).toBe("line 2\nline 3");
});

test("a line that comes again is not shown twice", () => {
  const log = new LogLines();
  log.add(lines(1, 3));
  log.add(lines(2, 5));
  expect(log.words(1, 9)).toBe("line 1\nline 2\nline 3\nline 4\nline 5");
});

test("every addition is a new version", () => {
  const log = new LogLines();
  log.add(lines(1, 2));
  expect(log.version).toBe(1);
});

test("beyond the bound the oldest lines go, and the numbers stay", () => {
  const log = new LogLines(100);
  log.add(lines(1, 100));
  log.add(lines(101, 103));
  expect([log.count, log.dropped, log.last, log.text(103), log.text(1)]).toEqual([93, 10, 103, "line 103", ""]);
});

test("a page larger than the bound leaves the last lines", () => {
  const log = new LogLines(100);
  log.add(lines(1, 500));
  expect([log.count, log.last, log.text(500)]).toEqual([100, 500, "line 500"]);
});

test("copied words carry no escapes", () => {
  const log = new LogLines();
  log.add([{ n: 1, at: 0, text: "\u001b[31mred\u001b[0m" }]);
  expect(log.words(1, 1)).toBe("red");
});
