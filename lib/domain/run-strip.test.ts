import { expect, test } from "vitest";
import { runStates } from "./run";
import { readStrip, stripLetters } from "./run-strip";

const now = new Date("2026-11-21T10:00:00Z");

test("a strip tells of each run its state and how long it took, or has taken so far", () => {
  const begun = now.getTime() / 1000 - 90;
  expect(readStrip(`r@${begun} s41.3 f0 m x7`, now)).toEqual([
    { state: "running", seconds: 90 },
    { state: "succeeded", seconds: 41.3 },
    { state: "failed", seconds: 0 },
    { state: "missed", seconds: null },
    { state: "stopped", seconds: 7 },
  ]);
});

test("a job without runs has an empty strip, and what cannot be read is no bar", () => {
  expect(readStrip("", now)).toEqual([]);
  expect(readStrip("? s<b> 41", now)).toEqual([{ state: "succeeded", seconds: null }]);
});

test("no two states share a letter", () => {
  expect(new Set(Object.values(stripLetters)).size).toBe(runStates.length);
});
