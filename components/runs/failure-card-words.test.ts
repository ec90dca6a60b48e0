import { expect, test } from "vitest";
import type { RunComparison } from "@/lib/runs/get-run-comparison";
import { failuresBefore, nothingChanged } from "./failure-card-words";

const run = { id: "1", dueAt: new Date(0) };
const comparison = (changes: Partial<RunComparison>): RunComparison => ({
  ...{ failures: 1, alike: 1, more: false, firstBad: run, lastGood: run, change: null },
  ...changes,
});

test.each<[Partial<RunComparison>, string]>([
  [{}, "It is the first failure since the last good run."],
  [{ lastGood: null }, "It is the first failure of this job."],
  [{ failures: 3, alike: 3 }, "Earlier runs failed alike: 3 in a row, since Monday."],
  [{ failures: 200, alike: 200, more: true }, "Earlier runs failed alike: more than 200 in a row, since Monday."],
  [{ failures: 4, alike: 2 }, "Earlier runs failed alike: 2 of 4 failures in a row, which began Monday."],
  [{ failures: 200, alike: 7, more: true }, "Earlier runs failed alike: 7 of the last 200 failures in a row, which began Monday."],
  [{ failures: 2, alike: 1 }, "The failure before it had another reason; runs have failed since Monday."],
  [{ failures: 4, alike: 1 }, "The 3 failures before it had other reasons; runs have failed since Monday."],
  [{ failures: 200, alike: 1, more: true }, "The more than 200 failures before it had other reasons; runs have failed since Monday."],
])("a failure among others is told as such: %j", (changes, words) => {
  const { before, since, after } = failuresBefore(comparison(changes));
  expect(`${before}${since ? "Monday" : ""}${after}`).toBe(words);
});

test("that nothing changed is said with what was compared", () => {
  expect(nothingChanged({ changed: [], unchanged: ["the same definition (generation 3)", "the same image digest"], savedBy: null })).toBe(
    "Nothing that Belfry knows of changed between the last good run and the first bad one: the same definition (generation 3), the same image digest.",
  );
});
