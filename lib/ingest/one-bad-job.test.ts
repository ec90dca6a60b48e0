import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { looksOf } from "@/lib/db/looks";
import { listSetAside } from "@/lib/db/set-aside";
import type { Job } from "@/lib/domain/job";
import { makeRun } from "@/lib/testing/factories";
import { intake } from "./intake";
import { keepLogTail } from "./keep-log-tail";
import { noteRefusedStarts } from "./note-refused-starts";
import { sweepTasks } from "./sweep-tasks";
import { type TestGround, testGround } from "./test-ground";

/*
 * What nobody can write or read of one job keeps no other job's history waiting.
 */

let ground: TestGround;
beforeAll(async () => {
  ground = await testGround();
});
afterAll(() => ground.close());
afterEach(() => ground.control.forgetFaults());

let stopped = 0;
/** A task of each of these jobs has come and gone. */
const letRun = async (...jobs: Job[]) => {
  for (const job of jobs) await ground.fire(job);
  stopped += jobs.length;
  await ground.untilStopped(stopped);
};
const statesOf = async (job: Job) => (await ground.runsOf(job)).map(({ state }) => state);
/** Postgres takes no run of this job. */
const refuseRunsOf = async ({ id }: Job) => {
  await ground.db.$executeRawUnsafe(`create or replace function refuse_run() returns trigger language plpgsql as
    $$ begin if new.job_id = '${id}' then raise exception 'not this one'; end if; return new; end $$`);
  await ground.db.$executeRawUnsafe(
    "create or replace trigger refuse_run before insert or update on run for each row execute function refuse_run()",
  );
};
const lookAt = async (source: "events" | "tasks") => (await looksOf(ground.db, ground.environment.id))[source];

test("a task that can never be written keeps no other from being swept, nor their moments from being judged", async () => {
  const [bad, good] = [await ground.jobThatRuns("exit 3"), await ground.jobThatRuns("echo fine")];
  await refuseRunsOf(bad);
  await letRun(bad, good);
  expect(await sweepTasks({ deps: ground.deps, environment: ground.environment })).toMatchObject({ failed: 1, caught: 1 });
  expect([await statesOf(bad), await statesOf(good)]).toEqual([[], ["succeeded"]]);
  expect(await lookAt("tasks")).not.toBeNull();
});

test("an event that can never be written is kept aside after some tries, and then the queue counts as read", async () => {
  const [bad, good] = [await ground.jobThatRuns("exit 3"), await ground.jobThatRuns("echo fine")];
  await refuseRunsOf(bad);
  await letRun(bad, good);

  const asideOf = async ({ id }: Job) =>
    (await listSetAside(ground.db, { limit: 100 })).rows.filter(({ body, reason }) => body.includes(id) && reason.includes("not this one"));
  let rounds = 0;
  await expect
    .poll(
      async () => {
        const report = await intake({ deps: ground.deps, environment: ground.environment, waitSeconds: 0 }).catch(() => null);
        // What was not removed comes again after half a minute.
        await ground.control.advanceClock(31);
        if (++rounds === 1) expect(await statesOf(good)).toEqual(["succeeded"]);
        return report?.received;
      },
      { timeout: 45_000, interval: 10 },
    )
    .toBe(0);
  expect((await asideOf(bad)).length).toBeGreaterThan(0);
  expect(await asideOf(good)).toEqual([]);
  expect(await lookAt("events")).not.toBeNull();
}, 60_000);

test("a refused start that cannot be written keeps no other from being told", async () => {
  const [bad, good] = [await ground.jobThatRuns("exit 3"), await ground.jobThatRuns("echo fine")];
  const launchError = { sentence: "No.", awsCode: "AccessDeniedException", awsMessage: "no", at: "2026-03-22T18:59:00.000Z" };
  for (const job of [bad, good]) await makeRun(ground.db, { jobId: job.id, launchError });
  await refuseRunsOf(bad);
  expect(await noteRefusedStarts(ground.deps)).toEqual({ noted: 1, failed: 1 });
  expect([await statesOf(bad), await statesOf(good)]).toEqual([["requested"], ["failed"]]);
});

test("logs of one job that cannot be read keep no other job's last lines waiting, however many they are", async () => {
  const [bad, good] = [await ground.jobThatRuns("echo no"), await ground.jobThatRuns("echo kept")];
  const earlier = new Date(Date.now() - 3_600_000);
  for (let number = 0; number < 230; number++)
    await makeRun(ground.db, {
      ...{ jobId: bad.id, state: "failed", startedAt: earlier, stoppedAt: new Date(earlier.getTime() + number), dueAt: earlier },
      ...{ logGroup: "/elsewhere", logStream: `belfry/main/${number}` },
    });
  await letRun(good);
  await sweepTasks({ deps: ground.deps, environment: ground.environment });
  const error = { code: "AccessDeniedException", message: "not yours", status: 400 };
  await ground.control.orderFault({ service: "logs", operation: "GetLogEvents", containing: "/elsewhere", error, times: 10_000 });
  await ground.control.forgetCalls();

  const now = (await ground.control.now()).getTime() + 60_000;
  const keep = (later: number) => keepLogTail({ deps: { ...ground.deps, clock: { now: () => new Date(now + later) } } });
  const kept = async (job: Job) => ground.db.run.count({ where: { jobId: job.id, logKeptAt: { not: null } } });
  await keep(0);
  expect(await kept(good)).toBe(1);
  // AWS is not asked about each of them, over and over.
  for (let seconds = 1; seconds <= 60; seconds++) await keep(seconds * 1000);
  expect((await ground.control.calls())["logs.GetLogEvents"]).toBeLessThan(20);
  expect(await kept(bad)).toBe(0);

  await ground.control.forgetFaults();
  for (let hours = 1; hours <= 4; hours++) await keep(hours * 3_600_000);
  expect(await kept(bad)).toBe(230);
});
