import { afterAll, beforeAll, expect, test } from "vitest";
import { makeDatabase } from "@/lib/db/client";
import { Unavailable } from "@/lib/domain/errors";
import { newId } from "@/lib/domain/ids";
import type { Job } from "@/lib/domain/job";
import { getJob } from "@/lib/jobs/get-job";
import { listJobs } from "@/lib/jobs/list-jobs";
import { saveJob } from "@/lib/jobs/save-job";
import { listRuns } from "@/lib/runs/list-runs";
import { requestRun } from "@/lib/runs/request-run";
import { type MovableGround, momentsOf, movableGround } from "@/lib/worker/movable-ground";
import { goodJob } from "./bad-jobs";
import { makeActor } from "./factories";
import { type PostgresDoor, postgresDoor } from "./postgres-door";

/*
 * Postgres is away from a worker and a web server that live on, and the web server from a worker that works. What people are
 * told then, and what their pages show afterwards.
 */

const actor = makeActor("admin");
let ground: MovableGround;
let door: PostgresDoor;
let jobs: Job[];

beforeAll(async () => {
  ground = await movableGround(new Date("2027-06-01T08:02:00Z"));
  door = await postgresDoor(ground.url);
  await door.open();
  process.env.DATABASE_URL = door.url;
  const savedAt = ground.now();
  jobs = await Promise.all([
    ground.jobThatRuns("echo fine", { expression: "cron(0/10 * * * ? *)", timeZone: "Europe/Berlin", savedAt }),
    ground.jobThatRuns("exit 3", { expression: "cron(7 * * * ? *)", timeZone: "America/New_York", savedAt }),
  ]);
  await ground.workUntil(async () => {
    expect((await Promise.all(jobs.map(({ slug }) => getJob({ actor, slug })))).map(({ sync }) => sync)).toEqual(["verified", "verified"]);
  });
});
afterAll(async () => {
  door.shut();
  await ground.close();
});

/** What a job's page lists of the runs that were due since a moment: when, and how they ended. */
const toldOf = async ({ slug }: Job, since: Date) =>
  (await listRuns({ actor, slug, limit: 100 })).rows
    .flatMap(({ run }) => (run.scheduledAt && run.scheduledAt > since ? [`${run.scheduledAt.toISOString()} ${run.state}`] : []))
    .toSorted();
const promisedOf = (job: Job, since: Date, state: string) =>
  momentsOf(job, since, ground.now()).map((at) => `${at.toISOString()} ${state}`);
const expectWhole = async (since: Date) => {
  const [fine, failing] = jobs as [Job, Job];
  expect(await toldOf(fine, since)).toEqual(promisedOf(fine, since, "succeeded"));
  expect(await toldOf(failing, since)).toEqual(promisedOf(failing, since, "failed"));
};
const rows = async () => ({
  jobs: await ground.db.job.count(),
  revisions: await ground.db.jobRevision.count(),
  audits: await ground.db.auditEntry.count(),
  runs: await ground.db.run.count(),
});

test.each([
  ["ten minutes", 10],
  ["six hours", 360],
])(
  "Postgres is away for %s under a living worker and web server: each says so, nothing is half done, and then all is told",
  async (long, minutes) => {
    const [fine] = jobs as [Job, Job];
    const since = ground.now();
    const requestKey = newId();
    // Of their own: a connection that was there before is broken as well.
    const db = makeDatabase(door.url, { connections: 5 });
    const living = { ...ground.deps, db };
    await ground.work(living);
    const before = await rows();

    door.shut();
    for (let step = 0; step < 3; step++) {
      await ground.pass(minutes / 3, minutes / 3, jobs);
      const outcomes = await ground.try(living);
      expect(outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason instanceof Unavailable)).toEqual(
        outcomes.map(() => true),
      );
      for (const ask of [
        () => saveJob({ actor, slug: null, input: goodJob({ slug: `while-away-${minutes}` }) }),
        () => requestRun({ actor, slug: fine.slug, requestKey, now: ground.now() }),
        () => getJob({ actor, slug: fine.slug }),
        () => listRuns({ actor }),
        () => listJobs({ actor }),
      ])
        await expect(ask()).rejects.toThrow("The database does not answer: try again in a moment.");
    }
    expect(await rows()).toEqual(before);

    await door.open();
    const asked = await Promise.all([0, 1].map(() => requestRun({ actor, slug: fine.slug, requestKey, now: ground.now() })));
    const saved = await saveJob({ actor, slug: null, input: goodJob({ slug: `while-away-${minutes}` }), now: ground.now() });
    await ground.workUntil(async () => {
      await expectWhole(since);
      const { rows: runs } = await listRuns({ actor, slug: fine.slug, limit: 100 });
      expect(runs.filter(({ run }) => run.trigger === "person" && run.dueAt > since)).toMatchObject([
        { run: { id: asked[0]?.id, state: "succeeded" } },
      ]);
      expect((await getJob({ actor, slug: saved.slug })).sync).toBe("verified");
    }, living);
    expect(asked[1]?.id).toBe(asked[0]?.id);
    expect(await ground.db.setAsideMessage.count(), long).toBe(0);
    await db.$disconnect();
  },
);

test("the web server alone is away for six hours: the worker goes on, and the pages are whole when it is back", async () => {
  const since = ground.now();
  for (let hour = 0; hour < 6; hour++) {
    await ground.pass(60, 60, jobs);
    await ground.work();
  }
  await ground.workUntil(() => expectWhole(since));
  for (const job of jobs) {
    const { sync, lateSince } = await getJob({ actor, slug: job.slug, now: ground.now() });
    expect({ sync, lateSince }).toEqual({ sync: "verified", lateSince: null });
  }
  const { rows: runs } = await listRuns({ actor, limit: 100 });
  expect(runs.filter(({ run }) => ["missed", "lost"].includes(run.state))).toEqual([]);
});
