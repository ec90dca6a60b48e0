import { expect, test } from "vitest";
import type { JobInput } from "@/lib/domain/job";
import { revisionChanges } from "./revision-changes";

const before: JobInput = {
  name: "Report",
  slug: "report",
  description: "",
  application: "report",
  labels: { team: "a" },
  definition: {
    image: "report:1",
    entryPoint: [],
    command: ["run", "two words"],
    environment: [{ name: "LEVEL", value: "info" }],
    secrets: [{ name: "KEY", valueFrom: "/key" }],
    cpu: 256,
    memory: 512,
  },
  expression: "rate(5 minutes)",
  timeZone: "UTC",
  policies: { maximumRetryAttempts: 3, maximumEventAgeSeconds: 900 },
};

test("the same form twice changes nothing", () => {
  expect(revisionChanges(before, structuredClone(before))).toEqual([]);
});

test("each change is told in a clause", () => {
  const after: JobInput = {
    ...before,
    description: "Longer",
    labels: {},
    definition: {
      ...before.definition,
      image: "report:2",
      command: [],
      environment: [
        { name: "LEVEL", value: "debug" },
        { name: "NEW", value: "1" },
      ],
      cpu: 512,
      memory: 1024,
    },
    policies: { ...before.policies, maximumRetryAttempts: 0 },
  };
  expect(revisionChanges(before, after)).toEqual([
    "image report:1 → report:2",
    "command taken away",
    "size 0.25 vCPU, 512 MB → 0.5 vCPU, 1 GB",
    "further tries 3 → 0",
    "description",
    "label team removed",
    "variable LEVEL changed",
    "variable NEW added",
  ]);
});

test("a secret's reference is never told, only that it changed", () => {
  const after = { ...before, definition: { ...before.definition, secrets: [{ name: "KEY", valueFrom: "/other" }] } };
  expect(revisionChanges(before, after)).toEqual(["secret KEY changed"]);
});
