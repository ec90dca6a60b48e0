import { expect, test } from "vitest";
import type { Cause, Run } from "@/lib/domain/run";
import { runHeadline } from "./run-headline";

const startedAt = new Date("2026-11-21T02:00:00Z");
const stoppedAt = new Date("2026-11-21T02:12:04Z");
const cause = (headline: string): Cause => ({ kind: "unknown", headline, evidence: [], awsWords: [], nextStep: "" });
const run = (facts: Partial<Run>) => ({
  state: "failed" as const,
  startedAt,
  stoppedAt,
  cause: null,
  stopRequestedBy: null,
  launchError: null,
  ...facts,
});

test.each<[Partial<Run>, string]>([
  [{ state: "succeeded" }, "Succeeded in 12 min"],
  [
    { cause: cause("Ran out of memory: the container was killed at 512 MB") },
    "Failed after 12 min: ran out of memory: the container was killed at 512 MB",
  ],
  [{ startedAt: null, cause: cause("Could not start: the cluster does not exist") }, "Failed: could not start: the cluster does not exist"],
  [{ cause: cause("AWS had no capacity free") }, "Failed after 12 min: AWS had no capacity free"],
  [{}, "Failed after 12 min"],
  [{ state: "stopped", stopRequestedBy: "Ada" }, "Stopped by Ada after 12 min"],
  [{ state: "stopped", cause: cause("Stopped by Ada") }, "Stopped by Ada, after 12 min"],
  [{ state: "missed", startedAt: null, stoppedAt: null }, "Missed: nothing started at its moment"],
  [{ state: "lost" }, "Lost: AWS forgot the task before Belfry saw its end"],
])("%j is told as: %s", (facts, words) => {
  expect(runHeadline(run(facts))).toBe(words);
});

test("a run that goes on has no story yet", () => {
  expect(runHeadline(run({ state: "running", stoppedAt: null }))).toBeNull();
});
