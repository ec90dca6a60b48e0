import { expect, test } from "vitest";
import { reportWords } from "./report-words";

test.each<[unknown, string]>([
  [{ kept: ["a", "b"], changed: ["c"], failed: [] }, "kept 2, changed 1"],
  [{ received: 1200, repairedJobs: 1, braked: true, note: "" }, "received 1,200, repaired jobs 1, braked"],
  [{ failed: 0 }, ""],
  [null, ""],
  ["text", ""],
])("%j is told as: %s", (report, words) => {
  expect(reportWords(report)).toBe(words);
});
