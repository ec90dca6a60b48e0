import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeEnvironment, makeJob } from "@/lib/testing/factories";
import { findTaskDefinitions, recordTaskDefinition } from "./observations";
import {
  claimTaskDefinition,
  forgetIntention,
  getTaskDefinition,
  intendTaskDefinition,
  listIntentions,
  listJobIdsOnRetiredRevisions,
  listTaskDefinitions,
  markTaskDefinitionGone,
  retireUnusedTaskDefinitions,
} from "./task-definitions";

let house: TestDatabase;
let environmentId: string;

beforeAll(async () => {
  house = await testDatabase();
  environmentId = (await makeEnvironment(house.db)).id;
});
afterAll(() => house.close());

const at = (hour: number) => new Date(Date.UTC(2026, 2, 1, hour));
const row = (arn: string, hour = 0) => ({
  environmentId,
  fingerprint: `print of ${arn}`,
  family: "belfry-prod-a",
  arn,
  document: { family: arn },
  registeredAt: at(hour),
});

test("an intention is remembered until it is fulfilled, and is no revision meanwhile", async () => {
  const intention = { environmentId, fingerprint: "print", family: "belfry-prod-a", document: { image: "x" }, at: at(1) };
  expect(await intendTaskDefinition(house.db, intention)).toBeNull();
  expect(await intendTaskDefinition(house.db, { ...intention, at: at(2) })).toEqual(at(1));
  expect(await findTaskDefinitions(house.db, environmentId, ["print"])).toEqual([]);
  expect(await claimTaskDefinition(house.db, environmentId, "print")).toBeNull();
  expect(await listTaskDefinitions(house.db, environmentId, at(0))).toEqual([]);
  expect(await listIntentions(house.db, environmentId, at(2))).toEqual([
    { fingerprint: "print", family: "belfry-prod-a", document: { image: "x" }, at: at(1) },
  ]);
  expect(await listIntentions(house.db, environmentId, at(1))).toEqual([]);
  await forgetIntention(house.db, environmentId, "print");
  expect(await intendTaskDefinition(house.db, { ...intention, at: at(3) })).toBeNull();
  await forgetIntention(house.db, environmentId, "print");
});

test("of equal revisions the newest is taken into use", async () => {
  await recordTaskDefinition(house.db, { ...row("old", 1), fingerprint: "same" });
  await recordTaskDefinition(house.db, { ...row("new", 2), fingerprint: "same" });
  expect(await claimTaskDefinition(house.db, environmentId, "same")).toBe("new");
  expect(await claimTaskDefinition(house.db, environmentId, "another")).toBeNull();
});

test("a revision that was just claimed is not retired, though it has long been unused", async () => {
  await recordTaskDefinition(house.db, row("idle"));
  await retireUnusedTaskDefinitions(house.db, environmentId, { now: at(1), unusedBefore: at(0), limit: 10 });
  expect((await getTaskDefinition(house.db, environmentId, "idle"))?.unusedSince).toEqual(at(1));
  expect(await claimTaskDefinition(house.db, environmentId, "print of idle")).toBe("idle");
  const retired = await retireUnusedTaskDefinitions(house.db, environmentId, { now: at(30), unusedBefore: at(29), limit: 10 });
  expect(retired).not.toContain("idle");
  expect(await retireUnusedTaskDefinitions(house.db, environmentId, { now: at(60), unusedBefore: at(59), limit: 10 })).toContain("idle");
  expect(await claimTaskDefinition(house.db, environmentId, "print of idle")).toBeNull();
});

test("a gone revision names the jobs that need another one", async () => {
  await recordTaskDefinition(house.db, row("gone"));
  const job = await makeJob(house.db, { environmentId, taskDefinitionArn: "gone" });
  await makeJob(house.db, { environmentId, taskDefinitionArn: "gone", deletedAt: at(1) });
  expect(await listJobIdsOnRetiredRevisions(house.db, environmentId)).toEqual([]);
  expect(await markTaskDefinitionGone(house.db, environmentId, "gone", at(2))).toEqual({ jobIds: [job.id] });
  expect(await listJobIdsOnRetiredRevisions(house.db, environmentId)).toEqual([job.id]);
  expect((await getTaskDefinition(house.db, environmentId, "gone"))?.document).toEqual({ family: "gone" });
});
