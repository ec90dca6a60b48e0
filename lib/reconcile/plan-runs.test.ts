import { expect, test } from "vitest";
import type { Job, SyncError } from "@/lib/domain/job";
import type { Run, WantedRun } from "@/lib/domain/run";
import { sampleJob } from "@/lib/testing/samples";
import { planStart, planStop } from "./plan-runs";

const now = new Date("2026-03-01T12:00:00Z");
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const wanted: WantedRun = { taskDefinitionArn: null, jobGeneration: 2, command: ["x"], environment: [], cpu: 256, memory: 512 };
const run = (overrides: Partial<Run> = {}) => ({ id: "run", wanted, requestedAt: now, dueAt: now, taskArn: null, ...overrides }) as Run;
const applied = { generation: 2, appliedGeneration: 2, taskDefinitionArn: "arn:7" };
const refusal: SyncError = { sentence: "AWS does not take it.", awsCode: "X", awsMessage: "Y", field: null, passing: false, at: "" };

test.each<[string, Partial<Job>, Partial<Run>, object]>([
  ["of an applied job starts on its revision", applied, {}, { kind: "start", taskDefinitionArn: "arn:7" }],
  [
    "that names its revision starts on that one",
    applied,
    { wanted: { ...wanted, taskDefinitionArn: "arn:3" } },
    { kind: "start", taskDefinitionArn: "arn:3" },
  ],
  [
    "of a job that was saved again before AWS had taken it starts wholly as the job stands",
    { ...applied, generation: 3, appliedGeneration: 3 },
    {},
    { kind: "start", wanted: { jobGeneration: 3, command: sampleJob().definition.command, cpu: sampleJob().definition.cpu } },
  ],
  ["of a job that was saved again and is not applied as it stands waits", { ...applied, generation: 3 }, {}, { kind: "wait" }],
  ["of a job that is not applied yet waits", { generation: 2, appliedGeneration: 1, taskDefinitionArn: "arn:6" }, {}, { kind: "wait" }],
  [
    "of a job in passing trouble waits, and says for what",
    { generation: 2, syncError: { ...refusal, passing: true } },
    {},
    { kind: "wait", sentence: "AWS does not take it." },
  ],
  [
    "of a refused job is refused with the job's reason",
    { generation: 2, syncError: refusal },
    {},
    { kind: "refuse", headline: "AWS does not take it." },
  ],
  ["of a deleted job is refused", { ...applied, deletedAt: now }, {}, { kind: "refuse" }],
  ["that has waited 49 minutes starts", applied, { requestedAt: minutesAgo(49) }, { kind: "start" }],
  ["that has waited 51 minutes is given up", applied, { requestedAt: minutesAgo(51) }, { kind: "refuse" }],
])("a run %s", (_what, job, overrides, step) => {
  expect(planStart({ run: run(overrides), job: sampleJob(job) }, now)).toMatchObject(step);
});

test.each([
  ["with a task is stopped", { taskArn: "arn:task" }, { kind: "stop", taskArn: "arn:task", reason: "Stopped by Ada in Belfry" }],
  ["whose task no event has told of yet is stopped", { launchedTaskArn: "arn:launched" }, { kind: "stop", taskArn: "arn:launched" }],
  ["that was never started is withdrawn", {}, { kind: "withdraw", by: "Ada" }],
])("a run %s", (_what, overrides, step) => {
  expect(planStop({ ...run(), launchedTaskArn: null, stopRequestedBy: "Ada", ...overrides })).toMatchObject(step);
});
