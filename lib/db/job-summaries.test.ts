import { afterAll, beforeAll, expect, test } from "vitest";
import type { Job } from "@/lib/domain/job";
import { runStates } from "@/lib/domain/run";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeEnvironment, makeJob, makeRun } from "@/lib/testing/factories";
import { listJobRows } from "./job-lists";
import { sumUpJobs } from "./job-summaries";

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 21, 10, minutes));
let house: TestDatabase;
let environmentId: string;

beforeAll(async () => {
  house = await testDatabase();
  environmentId = (await makeEnvironment(house.db)).id;
});
afterAll(() => house.close());

const page = async (limit = 50) => await listJobRows(house.db, { limit, now: at(0) });
const lineOf = async (job: Job) => (await page()).rows.find((row) => row.job.id === job.id);

/** Whole numbers below `most`, always the same ones. */
function chance(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

test("whatever is written to runs, and whenever it is summed up, a line shows what its runs are", async () => {
  const jobs = [];
  for (const name of ["one", "two", "three", "four"]) jobs.push(await makeJob(house.db, { environmentId, name }));
  const pick = chance(7);
  const made: string[] = [];
  for (let step = 0; step < 250; step += 1) {
    const job = jobs[pick(jobs.length)] as Job;
    const id = made[pick(made.length)];
    const what = pick(10);
    const state = runStates[pick(runStates.length)] ?? "failed";
    const begun = { startedAt: at(pick(60)), stoppedAt: pick(3) > 0 ? at(60 + pick(60)) : null };
    if (what < 5 || !id) made.push((await makeRun(house.db, { jobId: job.id, state, dueAt: at(step), ...begun })).id);
    else if (what < 8) await house.db.run.update({ where: { id }, data: { state, ...begun, cause: { headline: `Failed at ${step}` } } });
    else if (what === 8) await house.db.run.updateMany({ where: { id }, data: { duplicateOfId: pick(2) ? null : (made[0] ?? null) } });
    else {
      await house.db.run.delete({ where: { id } });
      made.splice(made.indexOf(id), 1);
    }
    if (pick(4) === 0) await sumUpJobs(house.db, 1 + pick(3));
    if (step % 10 > 0) continue;
    const shown = (await page()).rows;
    await house.db.$executeRaw`insert into job_change (job_id) select id from job`;
    expect(shown).toEqual((await page()).rows);
  }
  while ((await sumUpJobs(house.db))?.left);
  const summed = (await page()).rows;
  await house.db.$executeRaw`insert into job_change (job_id) select id from job`;
  expect(summed).toEqual((await page()).rows);
  for (const state of ["failing", "running", "never-run"] as const) {
    const asked = await listJobRows(house.db, { limit: 50, state });
    await sumUpJobs(house.db);
    expect(await listJobRows(house.db, { limit: 50, state })).toEqual(asked);
  }
});

test("a run that is written while its job is summed up is seen, and is seen after the next time too", async () => {
  const job = await makeJob(house.db, { environmentId, name: "raced" });
  await makeRun(house.db, { jobId: job.id, state: "succeeded", dueAt: at(1), startedAt: at(1), stoppedAt: at(2) });
  await house.db.$transaction(async (tx) => {
    await tx.run.updateMany({ where: { jobId: job.id }, data: { state: "failed" } });
    await sumUpJobs(house.db);
    expect(await lineOf(job)).toMatchObject({ last: { state: "succeeded" }, strip: "s60" });
  });
  expect(await lineOf(job)).toMatchObject({ last: { state: "failed" }, strip: "f60" });
  await sumUpJobs(house.db);
  expect(await lineOf(job)).toMatchObject({ last: { state: "failed" }, strip: "f60" });
});

test("two that sum up at once do not undo each other: the second leaves it to the first", async () => {
  const [taken, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const first = house.db.$transaction(async (tx) => {
    await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('belfry:sum-up-jobs', 0))`;
    taken.resolve();
    await free.promise;
  });
  await taken.promise;
  await house.db.$executeRaw`insert into job_change (job_id) select id from job`;
  expect(await sumUpJobs(house.db)).toBeNull();
  free.resolve();
  await first;
  expect((await sumUpJobs(house.db))?.jobs).toBeGreaterThan(0);
});

test("news that a line does not show makes no work", async () => {
  const job = await makeJob(house.db, { environmentId, name: "quiet" });
  const { id } = await makeRun(house.db, { jobId: job.id, state: "running", dueAt: at(1), startedAt: at(1) });
  while ((await sumUpJobs(house.db))?.left);
  await house.db.run.update({ where: { id }, data: { taskVersion: 9, phases: { lastStatus: "RUNNING" }, seenAt: at(3), cpu: 256 } });
  expect(await house.db.jobChange.count()).toBe(0);
});

test("the count of jobs follows new, deleted and moved ones, and is the same after it was drawn together", async () => {
  const before = (await page()).total;
  const [one, two] = [
    await makeJob(house.db, { environmentId, name: "counted", application: "sums" }),
    await makeJob(house.db, { environmentId, name: "counted too", application: "sums" }),
  ];
  expect(await page()).toMatchObject({ total: before + 2, applications: ["reports", "sums"] });
  await house.db.job.update({ where: { id: one.id }, data: { deletedAt: at(0) } });
  expect((await listJobRows(house.db, { limit: 5, application: "sums" })).total).toBe(1);
  await house.db.job.update({ where: { id: two.id }, data: { application: "reports" } });
  expect(await page()).toMatchObject({ total: before + 1, applications: ["reports"] });
  await sumUpJobs(house.db);
  expect(await page()).toMatchObject({ total: before + 1, applications: ["reports"] });
  expect(await house.db.jobTally.count()).toBe(1);
  await house.db.job.delete({ where: { id: one.id } });
  expect((await page()).total).toBe(before + 1);
});
