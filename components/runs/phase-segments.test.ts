import { expect, test } from "vitest";
import { phaseSegments, segmentShares } from "./phase-segments";

const dueAt = new Date("2026-11-21T02:00:00Z");
const at = (seconds: number) => new Date(dueAt.getTime() + seconds * 1000).toISOString();
const whole = {
  createdAt: at(2),
  pullStartedAt: at(14),
  pullStoppedAt: at(22),
  startedAt: at(23),
  stoppingAt: at(83),
  executionStoppedAt: at(83),
  stoppedAt: at(95),
};

test("a run that went through all of its phases shows each with its length", () => {
  const segments = phaseSegments({ dueAt, state: "succeeded", phases: whole, stoppedAt: null }, true);
  expect(segments.map((segment) => [segment.name, ((segment.to ?? 0) - segment.from) / 1000])).toEqual([
    ["waiting", 2],
    ["provisioning", 12],
    ["pulling", 8],
    ["starting", 1],
    ["running", 60],
    ["stopping", 12],
  ]);
});

test("a start that was given up shows how long it was waited for, and a missed one nothing", () => {
  const gaveUpAt = new Date(dueAt.getTime() + 900_000);
  expect(phaseSegments({ dueAt, state: "failed", phases: {}, stoppedAt: gaveUpAt }, true)).toEqual([
    { name: "waiting", from: dueAt.getTime(), to: gaveUpAt.getTime() },
  ]);
  expect(phaseSegments({ dueAt, state: "missed", phases: {}, stoppedAt: null }, true)).toEqual([]);
});

test("of a lost task nobody knows how long it ran", () => {
  const { createdAt, startedAt } = whole;
  const segments = phaseSegments({ dueAt, state: "lost", phases: { createdAt, startedAt }, stoppedAt: new Date(at(9000)) }, true);
  expect(segments.map(({ name }) => name)).toEqual(["waiting", "provisioning"]);
});

test("the phase that goes on has no end", () => {
  const { createdAt, pullStartedAt } = whole;
  const segments = phaseSegments({ dueAt, state: "starting", phases: { createdAt, pullStartedAt }, stoppedAt: null }, false);
  expect(segments.at(-1)).toEqual({ name: "pulling", from: Date.parse(pullStartedAt), to: null });
});

test("a task that never ran shows no running", () => {
  const segments = phaseSegments(
    { dueAt, state: "failed", phases: { createdAt: at(2), stoppingAt: at(30), stoppedAt: at(40) }, stoppedAt: null },
    true,
  );
  expect(segments.map((segment) => segment.name)).toEqual(["waiting", "provisioning", "stopping"]);
});

test("a run without a task only waited", () => {
  expect(phaseSegments({ dueAt, state: "requested", phases: {}, stoppedAt: null }, false)).toEqual([
    { name: "waiting", from: dueAt.getTime(), to: null },
  ]);
  expect(phaseSegments({ dueAt, state: "missed", phases: {}, stoppedAt: null }, true)).toEqual([]);
});

test("a task created before its moment makes no stretch that runs backwards", () => {
  const segments = phaseSegments({ dueAt, state: "running", phases: { createdAt: at(-3), startedAt: at(5) }, stoppedAt: null }, false);
  expect(segments.map((segment) => segment.name)).toEqual(["provisioning", "running"]);
});

test("a short phase beside a long one is still to be seen, and all of them fill the line", () => {
  const shares = segmentShares(
    phaseSegments(
      {
        dueAt,
        state: "succeeded",
        phases: { ...whole, executionStoppedAt: at(9000), stoppingAt: at(9000), stoppedAt: at(9001) },
        stoppedAt: null,
      },
      true,
    ),
    0,
  );
  expect(Math.min(...shares)).toBeGreaterThan(0.03);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
});
