import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Conflict, NotFound } from "@/lib/domain/errors";
import { newShortId } from "@/lib/domain/ids";
import { type Job, type SyncError, syncStateOf } from "@/lib/domain/job";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { jobInput, makeEnvironment, makeJob } from "@/lib/testing/factories";
import {
  getJobById,
  getJobBySlug,
  insertJob,
  listJobIntents,
  listLiveJobIds,
  type SyncOutcome,
  writeJobIntent,
  writeSyncOutcomes,
} from "./jobs";
import { inTransaction } from "./transaction";

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 10, 0, seconds));
const saved = { savedAt: at(0), savedBy: "Ada" };
const throttled: SyncError = {
  ...{ sentence: "AWS is busy.", awsCode: "ThrottlingException", awsMessage: "Rate exceeded", field: null, passing: true },
  at: at(0).toISOString(),
};

let house: TestDatabase;
let environmentId: string;
beforeAll(async () => {
  house = await testDatabase();
});
afterAll(() => house.close());
beforeEach(async () => {
  environmentId = (await makeEnvironment(house.db)).id;
});

const reread = async (job: Job) => (await getJobById(house.db, job.id)) as Job;
const unsettled = async (now: Date, alsoIds: string[] = []) =>
  (await listJobIntents(house.db, environmentId, { now, alsoIds })).map(({ id }) => id);

function outcome(job: Job, given: Partial<SyncOutcome> = {}): SyncOutcome {
  const base = { jobId: job.id, generation: job.generation, at: at(10), applied: true, observed: true, removed: false };
  return { ...base, taskDefinitionArn: "arn:td:1", error: null, retryAt: null, ...given };
}
const failure = (job: Job, given: Partial<SyncOutcome> = {}) =>
  outcome(job, { applied: false, observed: false, taskDefinitionArn: null, error: throttled, retryAt: at(60), ...given });

// Desk ----------------------------------------------------------------------------------------------------------------

test("of two who save the same generation at the same moment one is told that somebody was faster", async () => {
  const job = await makeJob(house.db, { environmentId });
  const save = (name: string) => inTransaction((tx) => writeJobIntent(tx, job.id, 1, { name }, { ...saved, savedBy: name }), house.db);
  const outcomes = await Promise.allSettled([save("one"), save("two")]);
  const refused = outcomes.filter((result) => result.status === "rejected");
  expect(refused).toHaveLength(1);
  expect(refused[0]?.reason).toBeInstanceOf(Conflict);
  expect(await reread(job)).toMatchObject({ generation: 2, slug: job.slug });
});

test("a change names its columns and leaves the others as they are", async () => {
  const job = await makeJob(house.db, { environmentId, description: "kept", taskDefinitionArn: "arn:td:0" });
  const paused = await inTransaction((tx) => writeJobIntent(tx, job.id, 1, { pausedAt: at(5), pausedBy: "Ada" }, saved), house.db);
  expect(paused).toEqual({ ...job, ...saved, generation: 2, pausedAt: at(5), pausedBy: "Ada" });
});

test("an address is taken by a living job of the same environment only", async () => {
  const input = jobInput({ slug: "report" });
  const insert = (into: string) =>
    inTransaction((tx) => insertJob(tx, { id: newShortId(), environmentId: into, input, ...saved }), house.db);
  const first = await insert(environmentId);
  await expect(insert(environmentId)).rejects.toMatchObject({ word: "conflict", faults: [{ field: "slug" }] });
  const other = await insert((await makeEnvironment(house.db)).id);
  expect((await getJobBySlug(house.db, "report", other.environmentId))?.id).toBe(other.id);
  await inTransaction((tx) => writeJobIntent(tx, first.id, 1, { deletedAt: at(1) }, saved), house.db);
  await insert(environmentId);
});

test("a deleted job cannot be changed any more", async () => {
  const job = await makeJob(house.db, { environmentId, deletedAt: at(0) });
  const change = inTransaction((tx) => writeJobIntent(tx, job.id, 1, { name: "new" }, saved), house.db);
  await expect(change).rejects.toBeInstanceOf(NotFound);
});

// Reconcile -----------------------------------------------------------------------------------------------------------

test("a new job is unsettled until its generation was seen in AWS", async () => {
  const job = await makeJob(house.db, { environmentId });
  expect(await unsettled(at(0))).toEqual([job.id]);
  await writeSyncOutcomes(house.db, [outcome(job, { observed: false })]);
  expect(syncStateOf(await reread(job))).toBe("applied");
  expect(await unsettled(at(11))).toEqual([job.id]);
  await writeSyncOutcomes(house.db, [outcome(job, { at: at(20) })]);
  expect(await reread(job)).toMatchObject({ observedGeneration: 1, observedAt: at(20), taskDefinitionArn: "arn:td:1" });
  expect(await unsettled(at(21))).toEqual([]);
  expect(await unsettled(at(21), [job.id])).toEqual([job.id]);
});

test("a failure waits for its retry, counts, and ends with the next success", async () => {
  const job = await makeJob(house.db, { environmentId });
  await writeSyncOutcomes(house.db, [failure(job)]);
  await writeSyncOutcomes(house.db, [failure(job, { at: at(20) })]);
  expect(syncStateOf(await reread(job))).toBe("trying-again");
  expect(await unsettled(at(59))).toEqual([]);
  expect(await listJobIntents(house.db, environmentId, { now: at(60), alsoIds: [] })).toMatchObject([{ id: job.id, syncAttempts: 2 }]);
  await writeSyncOutcomes(house.db, [outcome(job, { at: at(61) })]);
  expect(await reread(job)).toMatchObject({ syncError: null, retryAt: null });
});

test("whoever saves after a failure does not wait for its retry, and its sentence is gone", async () => {
  const job = await makeJob(house.db, { environmentId });
  await writeSyncOutcomes(house.db, [failure(job)]);
  await inTransaction((tx) => writeJobIntent(tx, job.id, 1, { name: "repaired" }, saved), house.db);
  expect(await listJobIntents(house.db, environmentId, { now: at(11), alsoIds: [] })).toMatchObject([
    { id: job.id, syncAttempts: 0, syncError: null },
  ]);
});

test("rounds that end out of order never put older news over newer", async () => {
  const job = await makeJob(house.db, { environmentId });
  const next = await inTransaction((tx) => writeJobIntent(tx, job.id, 1, { name: "second" }, saved), house.db);
  await writeSyncOutcomes(house.db, [outcome(next, { at: at(30), taskDefinitionArn: "arn:td:2" })]);
  const settled = await reread(job);
  await writeSyncOutcomes(house.db, [outcome(job, { at: at(40) })]);
  await writeSyncOutcomes(house.db, [failure(job, { at: at(40) })]);
  await writeSyncOutcomes(house.db, [failure(next, { at: at(20) })]);
  expect(await reread(job)).toEqual(settled);
  await writeSyncOutcomes(house.db, [failure(next, { at: at(50) })]);
  expect(syncStateOf(await reread(job))).toBe("trying-again");
  expect(await unsettled(at(60))).toEqual([job.id]);
});

test("an outcome about a generation that nobody saved changes nothing", async () => {
  const job = await makeJob(house.db, { environmentId });
  await writeSyncOutcomes(house.db, [outcome(job, { generation: 7 })]);
  expect(await reread(job)).toEqual(job);
});

test("a deleted job stays unsettled until nothing of it is left in AWS", async () => {
  const job = await makeJob(house.db, { environmentId });
  await writeSyncOutcomes(house.db, [outcome(job)]);
  const deleted = await inTransaction((tx) => writeJobIntent(tx, job.id, 1, { deletedAt: at(20) }, saved), house.db);
  expect(await listLiveJobIds(house.db, environmentId)).toEqual([]);
  expect(await unsettled(at(21))).toEqual([job.id]);
  await writeSyncOutcomes(house.db, [outcome(deleted, { at: at(30), removed: true, taskDefinitionArn: null })]);
  expect(await reread(job)).toMatchObject({ removedAt: at(30), taskDefinitionArn: "arn:td:1" });
  expect(await unsettled(at(31))).toEqual([]);
});

test("a thousand outcomes are one statement, and one job's failure is its own", async () => {
  const jobs = await Promise.all(Array.from({ length: 20 }, () => makeJob(house.db, { environmentId })));
  const many = Array.from({ length: 1000 }, (_, index) => jobs[index % jobs.length] as Job);
  house.statements.length = 0;
  await writeSyncOutcomes(
    house.db,
    many.map((job, index) => (job === jobs[3] ? failure(job) : outcome(job, { at: at(index % 50) }))),
  );
  expect(house.statements).toHaveLength(1);
  const states = (await Promise.all(jobs.map(reread))).map(syncStateOf);
  expect(states.filter((state) => state === "verified")).toHaveLength(19);
  expect(states[3]).toBe("trying-again");
});
