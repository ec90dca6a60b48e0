import { afterAll, beforeAll, expect, test } from "vitest";
import { addRevision } from "@/lib/db/revisions";
import type { ComparedRun, SavedForm } from "@/lib/db/run-comparison";
import type { Run } from "@/lib/domain/run";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeEnvironment, makeJob, makeRun } from "@/lib/testing/factories";
import { sampleEnvironment, sampleJob } from "@/lib/testing/samples";
import { describeChange, getRunComparison } from "./get-run-comparison";

const environment = sampleEnvironment();
const job = sampleJob({ generation: 3 });
const arn = (revision: number) => `arn:aws:ecs:eu-central-1:123456789012:task-definition/belfry-prod-billing:${revision}`;
const image = job.definition.image;
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

const ran = (changes: Partial<ComparedRun> & { digest?: string | null; image?: string } = {}): ComparedRun => {
  const { digest: imageDigest = digest("a"), image: name = image, ...rest } = changes;
  return {
    ...{ id: "", dueAt: new Date(0), generation: 3, taskDefinitionArn: arn(41) },
    containers: [{ name: "main", lastStatus: "STOPPED", exitCode: 0, reason: null, image: name, imageDigest }],
    ...rest,
  };
};
const form = (generation: number, changes: Parameters<typeof sampleJob>[0]): SavedForm => ({
  ...{ generation, changedAt: new Date(0), changedBy: "Ada" },
  document: sampleJob(changes),
});

test("nothing changed, and that is said", () => {
  expect(describeChange({ job, environment, good: ran(), bad: ran() }, [])).toEqual({
    changed: [],
    unchanged: ["the same definition (generation 3)", "the same image digest"],
  });
});

test("another form of the job is told in the words of the preview", () => {
  const forms = [form(2, {}), form(3, { definition: { command: ["report"], memory: 2048 } })];
  const change = describeChange({ job, environment, good: ran({ generation: 2 }), bad: ran({ taskDefinitionArn: arn(42) }) }, forms);
  expect(change.changed).toEqual([
    "The command: report --month last becomes report.",
    "Memory: 1 GB becomes 2 GB.",
    "The revision: belfry-prod-billing:41 becomes belfry-prod-billing:42.",
  ]);
});

test("a tag that moved is told by its digests", () => {
  expect(describeChange({ job, environment, good: ran(), bad: ran({ digest: digest("b") }) }, [])).toEqual({
    changed: [`The image digest: sha256:aaaaaaaaaaaa becomes sha256:bbbbbbbbbbbb, under the same name ${image}.`],
    unchanged: ["the same definition (generation 3)"],
  });
});

test("what was not pulled or not kept is not claimed to be the same", () => {
  expect(describeChange({ job, environment, good: ran(), bad: ran({ digest: null }) }, []).unchanged).toContain(
    "its image was not pulled, so its digest is not known",
  );
  expect(describeChange({ job, environment, good: ran({ generation: 1 }), bad: ran() }, [form(3, {})]).changed).toEqual([
    "The definition: generation 1 becomes 3, and one of the two is not kept.",
  ]);
  expect(describeChange({ job, environment, good: ran({ generation: null }), bad: ran() }, []).unchanged).toContain(
    "which definition they had is not known",
  );
  const names = [form(2, {}), form(3, { description: "other words" })];
  expect(describeChange({ job, environment, good: ran({ generation: 2 }), bad: ran() }, names).unchanged).toContain(
    "generation 3 differs from 2 in nothing that AWS would notice",
  );
});

let house: TestDatabase;
beforeAll(async () => {
  house = await testDatabase();
});
afterAll(() => house.close());

test("a failed, missed or refused run is compared with two queries at most, and one that went well not at all", async () => {
  const { db } = house;
  const environment = await makeEnvironment(db);
  const first = await makeJob(db, { environmentId: environment.id, savedAt: new Date(1000) });
  await addRevision(db, first, "created");
  const saved = { ...first, generation: 2, savedAt: new Date(5000), savedBy: "Grace", expression: "cron(0 3 * * ? *)" };
  await addRevision(db, saved, "edited");
  const at = (second: number, changes: Partial<Run>) =>
    makeRun(db, { jobId: first.id, dueAt: new Date(second * 1000), scheduledAt: new Date(second * 1000), ...changes });
  const good = await at(2, { state: "succeeded", jobGeneration: 1 });
  const compare = async (run: Run) => {
    house.statements.length = 0;
    const comparison = await getRunComparison(db, { run, job: saved, environment });
    return { comparison, queries: house.statements.length };
  };
  for (const [second, state] of [
    [6, "failed"],
    [7, "missed"],
    [8, "lost"],
  ] as const) {
    const { comparison, queries } = await compare(await at(second, { state, source: "dead-letter" }));
    expect(queries).toBeLessThanOrEqual(2);
    expect(comparison).toMatchObject({
      lastGood: { id: good.id },
      firstBad: { dueAt: new Date(6000) },
      failures: second - 5,
      change: { changed: ["The schedule: cron(0 2 * * ? *) becomes cron(0 3 * * ? *)."], savedBy: { name: "Grace", at: new Date(5000) } },
    });
  }
  expect(await compare(good)).toEqual({ comparison: null, queries: 0 });
  expect(await compare(await at(9, { state: "running" }))).toEqual({ comparison: null, queries: 0 });
});
