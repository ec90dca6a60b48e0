import { expect, test } from "vitest";
import { lineTime, markedHash, readMarked } from "./log-view";

test.each([
  ["#L12", { from: 12, to: 12 }],
  ["#L12-L20", { from: 12, to: 20 }],
  ["#L20-L12", { from: 12, to: 20 }],
  ["", null],
  ["#L0", null],
  ["#lines", null],
  ["#L12-20", null],
])("the address %j marks %j", (hash, marked) => {
  expect(readMarked(hash)).toEqual(marked);
});

test("a mark survives its way through the address", () => {
  expect(markedHash({ from: 3, to: 3 })).toBe("#L3");
  expect(readMarked(markedHash({ from: 3, to: 9 }))).toEqual({ from: 3, to: 9 });
});

const at = Date.UTC(2026, 2, 29, 1, 2, 3, 45);

test("a line's moment is told to the millisecond", () => {
  expect(lineTime(at, "utc", 0)).toBe("01:02:03.045");
  expect(lineTime(at, "local", 0)).toBe("01:02:03.045");
});

test.each([
  ["+0.000", 0],
  ["+4.125", 4_125],
  ["+1:04.125", 64_125],
  ["+2:01:04.125", 7_264_125],
  ["+30:00:00.000", 108_000_000],
  ["-0.300", -300],
])("a line's moment since the start is %s", (shown, milliseconds) => {
  expect(lineTime(at + milliseconds, "relative", at)).toBe(shown);
});
