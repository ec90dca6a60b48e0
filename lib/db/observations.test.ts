import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "@/lib/domain/ids";
import type { Job } from "@/lib/domain/job";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeActor, makeJob } from "@/lib/testing/factories";
import { listAuditRows, recordAudit } from "./audit";
import {
  findTaskDefinitions,
  forgetSchedules,
  type JobScheduleRow,
  listRepairs,
  listSettledSchedules,
  recordRepairs,
  recordSchedules,
  recordTaskDefinition,
} from "./observations";
import { forgetPulse, recordPulse, workerSeenAt } from "./pulse";
import { lastGoodRoundAt, listRoundRows, recordRoundOutcome } from "./rounds";

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 10, 0, seconds));
let house: TestDatabase;
let job: Job;
beforeAll(async () => {
  house = await testDatabase();
  job = await makeJob(house.db);
});
afterAll(() => house.close());

const schedule = (name: string, verifiedAt: Date, fingerprint = "f1"): JobScheduleRow => ({
  ...{ environmentId: job.environmentId, name, jobId: job.id, state: "ENABLED", fingerprint },
  ...{ lastModifiedAt: at(0), verifiedAt },
});

test("a thousand schedules are noted by one statement, and older news does not replace newer", async () => {
  const rows = Array.from({ length: 1000 }, (_, index) => schedule(`blf-${index}`, at(10)));
  house.statements.length = 0;
  await recordSchedules(house.db, rows);
  expect(house.statements).toHaveLength(1);
  await recordSchedules(house.db, [
    schedule("blf-1", at(5), "older"),
    schedule("blf-2", at(15), "newer"),
    schedule("blf-2", at(12), "between"),
  ]);
  await forgetSchedules(
    house.db,
    job.environmentId,
    rows.slice(3).map(({ name }) => name),
  );
  expect(await listSettledSchedules(house.db, job.environmentId)).toEqual([
    schedule("blf-0", at(10)),
    schedule("blf-1", at(10)),
    schedule("blf-2", at(15), "newer"),
  ]);
});

test("a registered revision is found by its fingerprint until it is retired; noting it twice is noting it once", async () => {
  const { environmentId } = job;
  const row = (arn: string, second: number) => ({
    environmentId,
    arn,
    fingerprint: "f1",
    family: "belfry-x",
    document: { image: "a" },
    registeredAt: at(second),
  });
  await Promise.all([1, 2, 3].map(() => recordTaskDefinition(house.db, row("arn:td:1", 1))));
  await recordTaskDefinition(house.db, row("arn:td:2", 2));
  const found = async () => (await findTaskDefinitions(house.db, environmentId, ["f1", "f2"])).map(({ arn }) => arn);
  expect(await found()).toEqual(["arn:td:2", "arn:td:1"]);
  await house.db.taskDefinition.updateMany({ where: { arn: "arn:td:2" }, data: { retiredAt: at(3) } });
  expect(await found()).toEqual(["arn:td:1"]);
});

test("repairs are told newest first", async () => {
  const repair = (second: number) => ({ id: newId(), jobId: job.id, at: at(second), sentence: `repair ${second}` });
  const repairs = [repair(1), repair(3), repair(2)];
  await recordRepairs(house.db, repairs);
  await recordRepairs(house.db, repairs);
  expect(await listRepairs(house.db, job.id, 2)).toEqual([
    { at: at(3), sentence: "repair 3" },
    { at: at(2), sentence: "repair 2" },
  ]);
});

test("the audit pages from the newest change back, also where many were made at once", async () => {
  const actor = makeActor();
  for (let index = 0; index < 7; index++)
    await recordAudit(house.db, {
      ...{ actor, action: "job.save", subject: { kind: "job", id: job.id, name: job.name } },
      ...{ before: index ? { index: index - 1 } : null, after: { index, text: "NUL \u0000" }, at: at(Math.floor(index / 3)) },
    });
  const seen: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page = await listAuditRows(house.db, { limit: 2, cursor });
    seen.push(...page.rows.map(({ id, at: moment }) => `${moment.toISOString()} ${id}`));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(seen).toHaveLength(7);
  expect(seen).toEqual(seen.toSorted().reverse());
  const [newest] = (await listAuditRows(house.db, { subject: { kind: "job", id: job.id }, limit: 1 })).rows;
  expect(newest).toMatchObject({ actorName: actor.name, subjectName: job.name, after: { text: "NUL \ufffd" }, before: { index: 5 } });
});

test("of each round the outcome that began last is kept, and when it last went well", async () => {
  const outcome = (second: number, error: string | null) => ({
    ...{ round: "reconcile-jobs", environmentId: job.environmentId, startedAt: at(second), endedAt: at(second + 1) },
    ...{ report: error ? null : { kept: second }, error },
  });
  await recordRoundOutcome(house.db, outcome(5, null));
  await recordRoundOutcome(house.db, outcome(1, "AWS was away."));
  const rounds = async () => (await listRoundRows(house.db, { limit: 10 })).rounds;
  expect(await rounds()).toEqual([{ ...outcome(5, null), goodAt: at(6) }]);
  await recordRoundOutcome(house.db, outcome(6, "AWS was away."));
  expect(await rounds()).toEqual([{ ...outcome(6, "AWS was away."), goodAt: at(6) }]);
  expect(await lastGoodRoundAt(house.db, "reconcile-jobs", job.environmentId)).toEqual(at(6));
  expect(await lastGoodRoundAt(house.db, "reconcile-jobs", "another")).toBeNull();
});

test("a worker was seen when the latest of them was seen", async () => {
  expect(await workerSeenAt(house.db)).toBeNull();
  await recordPulse(house.db, "one", at(0), at(10));
  await recordPulse(house.db, "two", at(0), at(20));
  await recordPulse(house.db, "one", at(0), at(15));
  expect(await workerSeenAt(house.db)).toEqual(at(20));
  await forgetPulse(house.db, "two", at(30));
  expect(await workerSeenAt(house.db)).toEqual(at(15));
});
