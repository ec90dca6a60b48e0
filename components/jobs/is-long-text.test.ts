import { expect, test } from "vitest";
import { isLongText } from "./is-long-text";

test.each([
  ["an empty one", "", false],
  ["a usual command", "node dist/report.js --period 'this quarter'", false],
  ["six short lines", "a\nb\nc\nd\ne\nf", false],
  ["a script of seven short lines", "a\nb\nc\nd\ne\n\ng", true],
  ["one line that is broken many times", "x".repeat(181), true],
])("%s is folded where it would push the page down", (_, text, long) => {
  expect(isLongText(text)).toBe(long);
});
