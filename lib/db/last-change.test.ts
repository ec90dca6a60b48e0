import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeJob, makeRun } from "@/lib/testing/factories";
import { sumUpJobs } from "./job-summaries";
import { lastChange } from "./last-change";

let house: TestDatabase;
beforeAll(async () => {
  house = await testDatabase();
});
afterAll(() => house.close());

test("the last change is another one after a run began or changed, and the same while nothing happens", async () => {
  const job = await makeJob(house.db);
  const none = await lastChange(house.db);
  const run = await makeRun(house.db, { jobId: job.id, environmentId: job.environmentId, state: "starting" });
  const begun = await lastChange(house.db);
  expect(begun).not.toBe(none);
  while ((await sumUpJobs(house.db))?.left);
  expect(await lastChange(house.db)).toBe(begun);
  await house.db.run.update({ where: { id: run.id }, data: { state: "running" } });
  expect(await lastChange(house.db)).not.toBe(begun);
});
