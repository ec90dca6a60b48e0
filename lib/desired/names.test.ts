import { expect, test } from "vitest";
import { family, jobIdOfGroup, jobIdOfScheduleName, logStreamOf, runIdOfStartedBy, scheduleName, startedByOf, taskGroup } from "./names";

const id = "abcde12345";
const runId = "0198c1a2-7b4c-7def-8123-456789abcdef";

test("a schedule's name carries the job's id within the 19 characters that a task's startedBy keeps", () => {
  const name = scheduleName({ id, slug: "nightly-report" });
  expect(name).toBe("blf-abcde12345-nightly-report");
  expect(jobIdOfScheduleName(name.slice(0, 19))).toBe(id);
});

test("a schedule's name is never longer than the Scheduler takes", () => {
  const name = scheduleName({ id, slug: "x".repeat(63) });
  expect(name).toHaveLength(64);
  expect(name).toMatch(/^[0-9a-zA-Z-_.]+$/);
  expect(jobIdOfScheduleName(name)).toBe(id);
});

test.each(["nightly-report", "blf-", "blf-ABCDE12345-x", "blf-abcde1234-x", "blf-abcde123456", "my-blf-abcde12345"])(
  "the schedule %s is not ours",
  (name) => {
    expect(jobIdOfScheduleName(name)).toBeNull();
  },
);

test("group, startedBy and family are read back as they were written", () => {
  expect(jobIdOfGroup(taskGroup(id))).toBe(id);
  expect(jobIdOfGroup("family:belfry-prod-billing")).toBeNull();
  expect(runIdOfStartedBy(startedByOf(runId))).toBe(runId);
  expect(runIdOfStartedBy("chronos-schedule/blf-abcde12345-nig")).toBeNull();
  expect(family({ name: "prod" }, "billing")).toBe("belfry-prod-billing");
});

test("a task's log stream is named after its id", () => {
  expect(logStreamOf("arn:aws:ecs:eu-central-1:123456789012:task/jobs/0123abcd")).toBe("belfry/main/0123abcd");
});
