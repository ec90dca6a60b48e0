import { expect, test } from "vitest";
import { roundTrouble } from "./round-trouble";

const now = new Date("2026-11-21T12:00:00Z");
const outcome = (round: string, error: string | null, secondsAgo = 5) => {
  const at = new Date(now.getTime() - secondsAgo * 1000);
  return { round, environmentId: "e", startedAt: at, endedAt: at, report: null, error, goodAt: null };
};

test("rounds that went well, and one that nobody misses, are no trouble", () => {
  expect(roundTrouble([], now)).toBeNull();
  expect(roundTrouble([outcome("reconcile-jobs", null), outcome("retire-revisions", "Rate exceeded")], now)).toBeNull();
});

test("the reason is told in one line, with what waits", () => {
  expect(roundTrouble([outcome("reconcile-jobs", "Rate exceeded.\n  at somewhere")], now)).toEqual({
    reason: "Rate exceeded",
    waits: "what you save",
  });
  const all = ["intake", "reconcile-jobs", "sweep-tasks"].map((round) => outcome(round, "connect ECONNREFUSED 127.0.0.1:4566"));
  expect(roundTrouble(all, now)?.waits).toBe("what is seen of runs, and what you save");
});

test("the last outcome of an environment that nobody works at any more is no news", () => {
  expect(roundTrouble([outcome("reconcile-jobs", "Rate exceeded", 600)], now)).toBeNull();
});
