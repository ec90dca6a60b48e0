import { expect, test } from "vitest";
import { logContainers } from "./log-containers";

const container = (name: string) => ({ name, lastStatus: null, exitCode: null, reason: null, image: null, imageDigest: null });

test("the job's own container comes first, and those that AWS added are left out", () => {
  const containers = ["proxy", "main", "aws-guardduty-agent-x1", "metrics"].map(container);
  expect(logContainers({ containers, logStream: "belfry/main/0123abcd" })).toEqual(["main", "proxy", "metrics"]);
});

test("before a task is known there are none", () => {
  expect(logContainers({ containers: [], logStream: null })).toEqual([]);
});
