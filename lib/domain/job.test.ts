import { describe, expect, test } from "vitest";
import { badJobs, goodJob } from "@/lib/testing/bad-jobs";
import { Invalid } from "./errors";
import { parseJobInput, syncStateOf } from "./job";

const now = new Date("2026-11-21T10:00:00Z");

function faultsOf(input: unknown) {
  try {
    parseJobInput(input, now);
  } catch (error) {
    if (error instanceof Invalid) return error.faults;
    throw error;
  }
  return [];
}

test("a good job is read as it was written", () => {
  expect(parseJobInput(goodJob(), now)).toEqual(goodJob());
});

test("a crontab line leaves as AWS's form", () => {
  expect(parseJobInput(goodJob({ expression: "30 2 * * 1-5" }), now).expression).toBe("cron(30 2 ? * MON-FRI *)");
});

describe("a bad job is refused with a sentence at its field:", () => {
  test.each(badJobs)("%s", (_what, input, field, words) => {
    const faults = faultsOf(input);
    const sentences = faults.filter((fault) => fault.field === field).map((fault) => fault.sentence);
    expect(sentences.length, JSON.stringify(faults)).toBeGreaterThan(0);
    expect(sentences.join(" ")).toMatch(words);
    for (const { sentence } of faults) expect(sentence).toMatch(/^\S.*\.$/s);
  });
});

test.each(["", "two words", "a//b"])("one wrong image is one sentence: %j", (image) => {
  const job = goodJob();
  expect(faultsOf({ ...job, definition: { ...job.definition, image } }).map(({ field }) => field)).toEqual(["definition.image"]);
});

test("several wrong fields are told at once", () => {
  const fields = faultsOf({ ...goodJob(), name: "", timeZone: "Mars", expression: "rate(1 second)" }).map((fault) => fault.field);
  expect(fields.sort()).toEqual(["expression", "name", "timeZone"]);
});

test.each([
  [{ generation: 2, appliedGeneration: 1, observedGeneration: 1 }, "saved"],
  [{ generation: 2, appliedGeneration: 2, observedGeneration: 1 }, "applied"],
  [{ generation: 2, appliedGeneration: 2, observedGeneration: 2 }, "verified"],
  [{ syncError: { passing: true } }, "trying-again"],
  [{ syncError: { passing: false } }, "refused"],
  [{ deletedAt: now }, "removing"],
  [{ deletedAt: now, removedAt: now }, "removed"],
] as const)("a job with %j is %s", (job, state) => {
  const sync = { sentence: "", awsCode: "", awsMessage: "", field: null, at: "" };
  expect(
    syncStateOf({
      generation: 1,
      appliedGeneration: 0,
      observedGeneration: 0,
      deletedAt: null,
      removedAt: null,
      ...job,
      syncError: "syncError" in job ? { ...sync, ...job.syncError } : null,
    }),
  ).toBe(state);
});
