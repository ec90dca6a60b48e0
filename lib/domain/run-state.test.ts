import { expect, test } from "vitest";
import type { RunContainer, RunState } from "./run";
import { mainContainerOf, runStateOf } from "./run-state";

const container = (name: string, exitCode: number | null): RunContainer => ({
  name,
  lastStatus: null,
  exitCode,
  reason: null,
  image: null,
  imageDigest: null,
});
const startedAt = new Date("2026-03-01T10:00:00Z");

type Row = [what: string, lastStatus: string, stopCode: string | null, startedAt: Date | null, exitCode: number | null, state: RunState];

const rows: Row[] = [
  ["waits for its network card", "PROVISIONING", null, null, null, "starting"],
  ["waits for its image", "PENDING", null, null, null, "starting"],
  ["is being made ready", "ACTIVATING", null, null, null, "starting"],
  ["runs", "RUNNING", null, startedAt, null, "running"],
  ["runs, and ECS forgot to say since when", "RUNNING", null, null, null, "running"],
  ["was warned by Spot but still runs", "RUNNING", "SpotInterruption", startedAt, null, "running"],
  ["ended, and its network card is taken away", "DEPROVISIONING", "EssentialContainerExited", startedAt, 0, "running"],
  ["failed to start, and its network card is taken away", "DEPROVISIONING", "TaskFailedToStart", null, null, "starting"],
  ["is in a state from the future", "PONDERING", null, null, null, "starting"],
  ["ended well", "STOPPED", "EssentialContainerExited", startedAt, 0, "succeeded"],
  ["ended well, without a stop code", "STOPPED", null, startedAt, 0, "succeeded"],
  ["ended well and is being forgotten", "DELETED", "EssentialContainerExited", startedAt, 0, "succeeded"],
  ["ended badly", "STOPPED", "EssentialContainerExited", startedAt, 3, "failed"],
  ["ended without an exit code", "STOPPED", "EssentialContainerExited", startedAt, null, "failed"],
  ["never started", "STOPPED", "TaskFailedToStart", null, null, "failed"],
  ["was taken by Spot although it left politely", "STOPPED", "SpotInterruption", startedAt, 0, "failed"],
  ["was stopped by a person", "STOPPED", "UserInitiated", startedAt, 137, "stopped"],
  ["was stopped by a person before it started", "STOPPED", "UserInitiated", null, null, "stopped"],
];

test.each(rows)("a task that %s", (_what, lastStatus, stopCode, started, exitCode, state) => {
  const task = {
    lastStatus,
    desiredStatus: "STOPPED",
    stopCode,
    startedAt: started,
    containers: [container("main", exitCode)],
    mainContainer: "main",
  };
  expect(runStateOf(task)).toBe(state);
});

test("only the job's own container decides", () => {
  const agent = container("aws-guardduty-agent-x1", 1);
  const sidecar = container("proxy", 1);
  const task = { lastStatus: "STOPPED", desiredStatus: "STOPPED", stopCode: "EssentialContainerExited", startedAt, mainContainer: "main" };
  expect(runStateOf({ ...task, containers: [agent, sidecar, container("main", 0)] })).toBe("succeeded");
  expect(runStateOf({ ...task, containers: [{ ...agent, exitCode: 0 }, container("main", 1)] })).toBe("failed");
  expect(runStateOf({ ...task, containers: [] })).toBe("failed");
});

test("a container under another name counts if it stands alone", () => {
  const agent = container("aws-guardduty-agent-x1", null);
  expect(mainContainerOf({ containers: [agent, container("billing", 0)], mainContainer: "main" })?.name).toBe("billing");
  expect(mainContainerOf({ containers: [container("a", 0), container("b", 0)], mainContainer: "main" })).toBeNull();
});
