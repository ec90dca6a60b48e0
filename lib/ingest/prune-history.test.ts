import { afterAll, beforeAll, expect, test } from "vitest";
import { recordAudit } from "@/lib/db/audit";
import { setAside } from "@/lib/db/set-aside";
import { inTransaction } from "@/lib/db/transaction";
import { newId } from "@/lib/domain/ids";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeActor, makeEnvironment, makeJob, makePerson, makeRun } from "@/lib/testing/factories";
import { pruneHistory } from "./prune-history";

let house: TestDatabase;
beforeAll(async () => {
  house = await testDatabase();
});
afterAll(() => house.close());

const now = new Date("2027-06-01T12:00:00Z");
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const round = (options: { biteSize?: number; mostBites?: number; signal?: AbortSignal } = {}) =>
  pruneHistory({ deps: { db: house.db, clock: { now: () => now } }, ...options });
const nothing = { runs: 0, repairs: 0, setAside: 0, gaps: 0, sessions: 0, signInFailures: 0, pulses: 0, againAt: null };

test("runs are kept as long as their environment says, and one that goes on is never taken away", async () => {
  const [long, short] = [await makeEnvironment(house.db), await makeEnvironment(house.db, { historyDays: 30 })];
  const [ofLong, ofShort] = [await makeJob(house.db, { environmentId: long.id }), await makeJob(house.db, { environmentId: short.id })];
  const run = (jobId: string, days: number, state: "succeeded" | "running" | "missed" = "succeeded") =>
    makeRun(house.db, { jobId, dueAt: daysAgo(days), state, logTail: [{ at: 1, text: "the reason" }] });
  const kept = [run(ofLong.id, 399), run(ofShort.id, 29), run(ofLong.id, 500, "running")];
  await Promise.all([run(ofLong.id, 401), run(ofShort.id, 31), run(ofShort.id, 399, "missed"), ...kept]);
  expect(await round()).toEqual({ ...nothing, runs: 3 });
  expect((await house.db.run.findMany({ select: { id: true } })).map(({ id }) => id).sort()).toEqual(
    (await Promise.all(kept)).map(({ id }) => id).sort(),
  );
  expect(await round()).toEqual(nothing);
  await house.db.run.deleteMany();
});

test("it goes in small bites, and a round that was cut goes on at once", async () => {
  const job = await makeJob(house.db);
  await Promise.all(
    Array.from({ length: 25 }, (_, index) => makeRun(house.db, { jobId: job.id, dueAt: daysAgo(500 + index), state: "failed" })),
  );
  house.statements.length = 0;
  expect(await round({ biteSize: 10, mostBites: 2 })).toEqual({ ...nothing, runs: 20, againAt: now });
  expect(house.statements.filter((sql) => /delete from run /.test(sql)).length).toBeGreaterThanOrEqual(2);
  const [oldestLeft] = await house.db.run.findMany({ orderBy: { dueAt: "asc" }, take: 1 });
  expect(oldestLeft?.dueAt).toEqual(daysAgo(504));
  expect(await round({ signal: AbortSignal.abort() })).toEqual({ ...nothing, againAt: now });
  expect(await round({ biteSize: 10 })).toEqual({ ...nothing, runs: 5 });
});

test("what is over of sessions, wrong passwords, workers, repairs, gaps and messages goes too; the audit stays", async () => {
  const { db } = house;
  const environment = await makeEnvironment(db, { historyDays: 100 });
  const job = await makeJob(db, { environmentId: environment.id });
  const person = await makePerson(db);
  const session = (expiresAt: Date, endedAt: Date | null = null) =>
    db.session.create({ data: { id: newId(), personId: person.id, createdAt: daysAgo(90), expiresAt, endedAt } });
  const message = (days: number) =>
    setAside(db, [
      {
        environmentId: environment.id,
        queue: "events",
        messageId: `m${days}`,
        body: "?",
        attributes: {},
        reason: "-",
        setAsideAt: daysAgo(days),
      },
    ]);
  const repair = (days: number) => db.repair.create({ data: { id: newId(), jobId: job.id, at: daysAgo(days), sentence: "-" } });
  const gap = (days: number) =>
    db.lookGap.create({ data: { environmentId: environment.id, source: "tasks", beganAt: daysAgo(days + 1), endedAt: daysAgo(days) } });
  const failure = (key: string, days: number) =>
    db.signInFailure.create({ data: { key, failures: 3, waitUntil: daysAgo(days), lastAt: daysAgo(days) } });
  await Promise.all([session(daysAgo(31)), session(daysAgo(-5), daysAgo(40)), session(daysAgo(-5)), session(daysAgo(5))]);
  await Promise.all([message(101), message(99), repair(101), repair(99), gap(101), gap(99), failure("a", 31), failure("b", 1)]);
  await db.pulse.createMany({
    data: [
      { worker: "gone", startedAt: daysAgo(9), seenAt: daysAgo(2) },
      { worker: "here", startedAt: daysAgo(9), seenAt: now },
    ],
  });
  await inTransaction(
    (tx) =>
      recordAudit(tx, {
        ...{ actor: makeActor(), action: "job.create", subject: { kind: "job", id: job.id, name: job.name } },
        ...{ before: null, after: null, at: daysAgo(5000) },
      }),
    db,
  );
  expect(await round()).toEqual({ runs: 0, repairs: 1, setAside: 1, gaps: 1, sessions: 2, signInFailures: 1, pulses: 1, againAt: null });
  expect(await db.auditEntry.count()).toBe(1);
  expect(await round()).toEqual(nothing);
});
