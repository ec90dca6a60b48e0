import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { getJobById, lateSinceOf, writeSyncOutcomes } from "@/lib/db/jobs";
import { type LookSource, lookedUntil, lookSources, looksOf, writeLook } from "@/lib/db/looks";
import { listLateJobs, upsertRunFromTask } from "@/lib/db/runs";
import type { Environment } from "@/lib/domain/environment";
import type { Job } from "@/lib/domain/job";
import { reconcileJobs } from "@/lib/reconcile/reconcile-jobs";
import { latenessOf } from "@/lib/schedule/lateness";
import { makeEnvironment, makeJob, makeRun } from "@/lib/testing/factories";
import { readDeadLetters } from "./dead-letter";
import { intake } from "./intake";
import { noteMissed } from "./note-missed";
import { sweepTasks } from "./sweep-tasks";
import { type TestGround, testGround } from "./test-ground";

let ground: TestGround;
beforeAll(async () => {
  ground = await testGround();
});
afterAll(() => ground.close());

const at = (text: string) => new Date(`2027-03-01T${text.length === 5 ? `${text}:00` : text}Z`);
const hours = (count: number) => count * 3_600_000;
const memorySeconds = 14 * 86_400;

let environment: Environment;
beforeEach(async () => {
  environment = await makeEnvironment(ground.db);
});

const round = (now: Date, options: { pageSize?: number; mostPages?: number } = {}) =>
  noteMissed({ deps: { ...ground.deps, clock: { now: () => now } }, environment, ...options });

async function lookAt(now: Date, sources: readonly LookSource[] = lookSources): Promise<void> {
  for (const source of sources) await writeLook(ground.db, { environmentId: environment.id, source, lookedAt: now, memorySeconds });
}

/** All three sources have told what they know, and the calendars are compared. */
async function lookAndJudge(now: Date) {
  await lookAt(now);
  return await round(now);
}

/** AWS has taken the job as it stands. */
async function apply(job: Job, appliedAt: Date, given: Partial<Job> = {}): Promise<void> {
  const { id, generation, expression, timeZone, policies, pausedAt } = { ...job, ...given };
  await writeSyncOutcomes(ground.db, [
    {
      ...{ jobId: id, generation, at: appliedAt, applied: true, observed: true, removed: false },
      ...{ taskDefinitionArn: "arn:aws:ecs:eu-central-1:123456789012:task-definition/belfry:1", error: null, retryAt: null },
      calendar: {
        ...{ savedAt: appliedAt, enabled: !pausedAt, expression, timeZone, flexibleWindowMinutes: 0 },
        maximumEventAgeSeconds: policies.maximumEventAgeSeconds,
      },
    },
  ]);
}

async function hourlyJob(given: Partial<Omit<Job, "definition">> = {}): Promise<Job> {
  const job = await makeJob(ground.db, { environmentId: environment.id, expression: "cron(0 * * * ? *)", ...given });
  await apply(job, at("00:00:05"));
  return job;
}

const reread = async (job: Job) => (await getJobById(ground.db, job.id)) as Job;

test("a job that AWS has just taken is waited for at its next moment", async () => {
  const job = await hourlyJob();
  expect(await reread(job)).toMatchObject({ expectedAt: at("00:00:05"), expectBy: null });
  expect(await round(at("00:01"))).toEqual({ looked: 1, waiting: 0, missed: 0, againAt: null });
  expect(await reread(job)).toMatchObject({ expectedAt: at("01:00"), expectBy: at("01:18") });
  expect(await round(at("00:02"))).toMatchObject({ looked: 0 });
});

test("a moment without a run is missed once, and says what was looked at and when", async () => {
  const job = await hourlyJob({ timeZone: "Europe/Berlin" });
  await lookAndJudge(at("00:30"));
  expect(await lookAndJudge(at("01:10"))).toMatchObject({ looked: 1, waiting: 1, missed: 0 });
  expect(await lookAndJudge(at("01:20"))).toMatchObject({ looked: 1, waiting: 0, missed: 1 });
  expect(await lookAndJudge(at("01:21"))).toMatchObject({ looked: 0, missed: 0 });
  const runs = await ground.runsOf(job);
  expect(runs).toMatchObject([
    {
      ...{ state: "missed", trigger: "schedule", source: "calendar", jobGeneration: 1, taskArn: null, stoppedAt: null, seenAt: null },
      ...{ scheduledAt: at("01:00"), dueAt: at("01:00") },
      cause: {
        kind: "missed",
        headline: "No task was started for this moment, and AWS told of no refused start",
        evidence: [
          "Due at 2027-03-01 01:00:00 UTC by cron(0 * * * ? *) in Europe/Berlin",
          "A start could have come until 2027-03-01 01:18:00 UTC",
          "The event queue was read until 2027-03-01 01:20:00 UTC: no task",
          "ECS was asked at 2027-03-01 01:20:00 UTC: no task",
          "The dead letters were read until 2027-03-01 01:20:00 UTC: no refused start",
        ],
      },
    },
  ]);
  expect(await reread(job)).toMatchObject({ expectedAt: at("02:00"), expectBy: at("02:18") });
});

test("a job is late while a start may still come, as the overview and the list have it", async () => {
  const job = await hourlyJob();
  await lookAndJudge(at("00:30"));
  await lookAndJudge(at("01:04"));
  const late = async (now: Date) => (await listLateJobs(ground.db, now, 10)).late.filter((entry) => entry.job.id === job.id);
  expect(await late(at("01:03"))).toEqual([]);
  expect(await late(at("01:05"))).toEqual([
    { job: { id: job.id, slug: job.slug, name: job.name, timeZone: "UTC" }, expectedAt: at("01:00"), expectBy: at("01:18") },
  ]);
  expect(await lateSinceOf(ground.db, job.id, at("01:05"))).toEqual(at("01:00"));
  const toldUntil = await lookedUntil(ground.db, environment.id);
  expect(latenessOf(await reread(job), toldUntil, at("01:05"))).toBe(300_000);
  await lookAndJudge(at("01:20"));
  expect(await late(at("01:21"))).toEqual([]);
});

test.each(lookSources)("as long as %s may still tell of it, nothing is missed", async (silent) => {
  const job = await hourlyJob();
  await lookAt(at("01:17"), [silent]);
  const others = lookSources.filter((source) => source !== silent);
  await lookAt(at("05:30"), others);
  expect(await round(at("05:30"))).toMatchObject({ looked: 1, waiting: 1, missed: 0 });
  await lookAt(at("05:30"), [silent]);
  expect(await round(at("05:30"))).toMatchObject({ missed: 5 });
  expect((await ground.runsOf(job)).map(({ scheduledAt }) => scheduledAt)).toEqual(
    ["05", "04", "03", "02", "01"].map((hour) => at(`${hour}:00`)),
  );
});

test("what has a run in whatever state, a dead letter's too, is not missed; a duplicate counts for nothing more", async () => {
  const job = await hourlyJob();
  const first = await makeRun(ground.db, { jobId: job.id, scheduledAt: at("01:00"), state: "failed", source: "dead-letter" });
  await makeRun(ground.db, { jobId: job.id, scheduledAt: at("02:00"), state: "running" });
  await makeRun(ground.db, { jobId: job.id, scheduledAt: at("03:00"), state: "succeeded", duplicateOfId: first.id });
  expect(await lookAndJudge(at("03:30"))).toMatchObject({ missed: 1 });
  expect((await ground.runsOf(job)).filter(({ state }) => state === "missed")).toMatchObject([{ scheduledAt: at("03:00") }]);
});

test("a run that comes late after all takes the missed row over", async () => {
  const job = await hourlyJob();
  await lookAndJudge(at("01:20"));
  const [missed] = await ground.runsOf(job);
  expect(missed?.state).toBe("missed");
  await upsertRunFromTask(ground.db, {
    ...{ environmentId: environment.id, jobId: job.id, runId: null, trigger: "schedule", scheduledAt: at("01:00"), taskVersion: 4 },
    ...{ taskArn: `${environment.clusterArn.replace(":cluster/", ":task/")}/${job.id}`, taskDefinitionArn: null, jobGeneration: 1 },
    ...{ attempt: 1, executionId: null, state: "succeeded", phases: {}, startedAt: at("01:00:40"), stoppedAt: at("01:05") },
    ...{ exitCode: 0, stopCode: null, stoppedReason: null, containers: [], cause: null, cpu: null, memory: null, capacityProvider: null },
    ...{ overrides: null, logGroup: null, logStream: null, source: "event", seenAt: at("03:00"), createdAt: at("01:00:20") },
  });
  expect(await ground.runsOf(job)).toMatchObject([{ id: missed?.id, state: "succeeded", cause: null, source: "event", exitCode: 0 }]);
  expect(await lookAndJudge(at("01:40"))).toMatchObject({ missed: 0 });
});

test("a time of which the event queue can no longer tell is named", async () => {
  const job = await hourlyJob();
  await lookAt(at("00:30"));
  const now = new Date(at("00:30").getTime() + 16 * hours(24));
  await lookAt(now);
  expect((await round(now)).missed).toBe(200);
  const [earliest] = (await ground.db.run.findMany({ where: { jobId: job.id }, orderBy: { scheduledAt: "asc" }, take: 1 })) as unknown as {
    cause: { headline: string; evidence: string[] };
  }[];
  expect(earliest?.cause.headline).toContain("Nobody can tell whether a task was started");
  expect(earliest?.cause.evidence).toContain(
    "Belfry did not read the event queue in time: what it had from 2027-03-01 00:30:00 UTC to 2027-03-03 00:30:00 UTC is gone",
  );
  const { cause } = (await ground.runsOf(job))[0] ?? {};
  expect(cause?.headline).toContain("No task was started for this moment");
});

test("jobs are read a page at a time, each once, and a round that was cut goes on at once", async () => {
  const jobs = await Promise.all(Array.from({ length: 12 }, () => hourlyJob()));
  await lookAt(at("02:30"));
  expect(await round(at("02:30"), { pageSize: 5, mostPages: 1 })).toEqual({ looked: 5, waiting: 0, missed: 10, againAt: at("02:30") });
  expect(await round(at("02:30"), { pageSize: 5 })).toEqual({ looked: 7, waiting: 0, missed: 14, againAt: null });
  for (const job of jobs) expect(await ground.runsOf(job)).toHaveLength(2);
});

test("two rounds at once write each missed moment once", async () => {
  const jobs = await Promise.all(Array.from({ length: 5 }, () => hourlyJob()));
  await lookAt(at("03:30"));
  const rounds = await Promise.all([round(at("03:30")), round(at("03:30")), round(at("03:30"))]);
  expect(rounds.reduce((sum, { missed }) => sum + missed, 0)).toBe(15);
  for (const job of jobs) expect(await ground.runsOf(job)).toHaveLength(3);
});

test("a paused job is waited for no more, and one that goes on is", async () => {
  const job = await hourlyJob();
  await lookAndJudge(at("00:30"));
  const paused = await ground.db.job.update({ where: { id: job.id }, data: { pausedAt: at("00:40"), generation: 2 } });
  await apply(job, at("00:40"), { pausedAt: paused.pausedAt, generation: 2 });
  await lookAndJudge(at("02:30"));
  expect(await reread(job)).toMatchObject({ expectedAt: null, expectBy: null });
  await ground.db.job.update({ where: { id: job.id }, data: { pausedAt: null, generation: 3 } });
  await apply(job, at("02:40"), { generation: 3 });
  await lookAndJudge(at("02:41"));
  expect(await reread(job)).toMatchObject({ expectedAt: at("03:00"), expectBy: at("03:18") });
  expect(await ground.runsOf(job)).toEqual([]);
});

test("a calendar is noted as AWS takes it, once for each generation", async () => {
  const job = await hourlyJob();
  await apply(job, at("00:10"));
  const calendars = () => ground.db.appliedCalendar.findMany({ where: { jobId: job.id }, orderBy: { generation: "asc" } });
  expect(await calendars()).toMatchObject([{ generation: 1, appliedAt: at("00:00:05"), enabled: true, maximumEventAgeSeconds: 900 }]);
  await ground.db.job.update({ where: { id: job.id }, data: { generation: 2 } });
  await apply(job, at("00:20"), { generation: 2, expression: "rate(5 minutes)" });
  expect(await calendars()).toMatchObject([{ generation: 1 }, { generation: 2, expression: "rate(5 minutes)", appliedAt: at("00:20") }]);
});

test("the works together: what AWS fires is no miss, what somebody removed there is", async () => {
  environment = ground.environment;
  const { db, control } = ground;
  const start = new Date("2028-05-01T09:59:00Z");
  await control.setClock(start);
  const clock = { now: () => new Date() };
  const deps = { ...ground.deps, clock };
  const moveTo = async (now: Date) => {
    await control.setClock(now);
    clock.now = () => now;
  };
  clock.now = () => new Date(start.getTime() - hours(0.5));
  const [kept, removed] = await Promise.all(
    [1, 2].map(() => ground.jobThatRuns("echo hello", { expression: "cron(0 * * * ? *)", savedAt: clock.now() })),
  );
  if (!kept || !removed) throw new Error("There are no jobs.");
  await reconcileJobs(deps, environment);
  const [schedule] = await db.jobSchedule.findMany({ where: { jobId: removed.id } });
  await ground.aws.scheduler.deleteSchedule(environment.scheduleGroup, schedule?.name ?? "");

  await moveTo(new Date("2028-05-01T10:00:30Z"));
  const look = async () => {
    await intake({ deps, environment, waitSeconds: 0 });
    await sweepTasks({ deps, environment });
    await readDeadLetters({ deps, environment, waitSeconds: 0 });
    return await noteMissed({ deps, environment });
  };
  await vi.waitFor(
    async () => {
      await look();
      expect(await ground.runsOf(kept)).toMatchObject([{ state: "succeeded", scheduledAt: new Date("2028-05-01T10:00:00Z") }]);
    },
    { timeout: 10_000, interval: 100 },
  );
  await moveTo(new Date("2028-05-01T10:20:00Z"));
  await vi.waitFor(
    async () => {
      await look();
      expect((await looksOf(db, environment.id)).events).toEqual(clock.now());
    },
    { timeout: 10_000, interval: 100 },
  );
  await look();
  expect(await ground.runsOf(kept)).toMatchObject([{ state: "succeeded" }]);
  expect(await ground.runsOf(removed)).toMatchObject([{ state: "missed", scheduledAt: new Date("2028-05-01T10:00:00Z") }]);
});
