import { expect, test } from "vitest";
import { reportWords } from "./report-words";

test.each<[unknown, string]>([
  [{ kept: ["a", "b"], changed: ["c"], failed: [] }, "kept 2, changed 1"],
  [{ received: 1200, repairedJobs: 1, braked: true, note: "" }, "received 1,200, repaired jobs 1, braked"],
  [
    {
      changed: [],
      failed: [
        { job: "a", sentence: "AWS asks for fewer changes: trying again." },
        { job: "b", sentence: "No." },
      ],
    },
    "failed 2 (AWS asks for fewer changes: trying again)",
  ],
  [
    { ground: ["Whether the log group is there is not sure. AWS says: no\nat all"], orphans: ["blf-x"] },
    "ground 1 (Whether the log group is there is not sure. AWS says: no), orphans 1",
  ],
  [{ failed: 0 }, ""],
  [null, ""],
  ["text", ""],
])("%j is told as: %s", (report, words) => {
  expect(reportWords(report)).toBe(words);
});
