import { PurgeQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, expect, test } from "vitest";
import { listLookGaps } from "@/lib/db/looks";
import type { Job } from "@/lib/domain/job";
import type { Run } from "@/lib/domain/run";
import { makeRun } from "@/lib/testing/factories";
import { type MovableGround, momentsOf, movableGround } from "./movable-ground";

/*
 * A worker that was away. AWS goes on without it: schedules fire, tasks run, events and dead letters wait in their queues.
 */

let ground: MovableGround;
afterEach(() => ground.close());

const startsAt = new Date("2027-06-01T08:02:00Z");

const scheduled = (runs: Run[]) => runs.flatMap(({ scheduledAt }) => scheduledAt ?? []).toSorted((a, b) => a.getTime() - b.getTime());
const isWrong = ({ state }: Run) => state === "missed" || state === "lost";

/** Saved jobs that AWS has taken: one every few minutes, one that fails, one that is due once in the time to come. */
async function jobsAtWork(everyMinutes: number, onceAt: Date): Promise<{ often: Job; failing: Job; once: Job; all: Job[] }> {
  const savedAt = ground.now();
  const [often, failing, once] = (await Promise.all([
    ground.jobThatRuns("echo fine", { expression: `cron(0/${everyMinutes} * * * ? *)`, timeZone: "Europe/Berlin", savedAt }),
    ground.jobThatRuns("exit 3", { expression: "cron(7 * * * ? *)", timeZone: "America/New_York", savedAt }),
    ground.jobThatRuns("echo once", { expression: `at(${onceAt.toISOString().slice(0, 19)})`, savedAt }),
  ])) as [Job, Job, Job];
  await ground.workUntil(async () => {
    const observed = await ground.db.job.findMany({ select: { generation: true, observedGeneration: true } });
    expect(observed.every(({ generation, observedGeneration }) => generation === observedGeneration)).toBe(true);
  });
  return { often, failing, once, all: [often, failing, once] };
}

test.each([
  // What somebody asked for meanwhile is started late; after an hour it is given up with a word.
  ["ten minutes", 10, { state: "succeeded", exitCode: 0 }],
  ["six hours", 360, { state: "failed", taskArn: null, cause: { headline: expect.stringContaining("so it was given up") } }],
])(
  "after the worker was away for %s every start is in the history, once, and nothing was called missed or lost",
  async (_long, minutes, ofAsked) => {
    ground = await movableGround(startsAt);
    const wentAt = ground.now();
    const { often, failing, once, all } = await jobsAtWork(Math.max(3, minutes / 18), new Date(startsAt.getTime() + 6 * 60_000));

    const { id } = await makeRun(ground.db, {
      ...{ jobId: often.id, trigger: "person", requestedAt: ground.now(), requestedBy: "Ada" },
      wanted: { taskDefinitionArn: null, jobGeneration: 1, command: null, environment: null, cpu: 256, memory: 512 },
    });
    await ground.pass(minutes, minutes / 3, all);
    const backAt = ground.now();

    await ground.work();
    for (const job of all) expect((await ground.runsOf(job)).filter(isWrong)).toEqual([]);
    await ground.workUntil(async () => {
      expect((await ground.runsOf(often)).filter((run) => run.id !== id && run.state !== "succeeded")).toEqual([]);
      for (const job of all) expect(scheduled(await ground.runsOf(job))).toEqual(momentsOf(job, wentAt, backAt));
      expect((await ground.runsOf(often)).find((run) => run.id === id)).toMatchObject(ofAsked);
    });
    expect(momentsOf(often, wentAt, backAt).length).toBeGreaterThan(2);
    expect(await ground.runsOf(once)).toMatchObject([{ state: "succeeded", exitCode: 0 }]);
    expect((await ground.runsOf(failing)).map(({ state, exitCode }) => [state, exitCode])).toEqual(
      momentsOf(failing, wentAt, backAt).map(() => ["failed", 3]),
    );

    const runs = (await Promise.all(all.map((job) => ground.runsOf(job)))).flat();
    expect(runs.filter(({ duplicateOfId }) => duplicateOfId !== null)).toEqual([]);
    expect(new Set(runs.map(({ taskArn }) => taskArn)).size).toBe(runs.length);
    expect((await ground.control.insideCalls())["ecs.RunTask"]).toBe(runs.length - 1);
    expect((await ground.control.calls())["ecs.RunTask"] ?? 0).toBe(minutes > 60 ? 0 : 1);
    const gaps = await listLookGaps(ground.db, { environmentId: ground.environment.id, since: startsAt, limit: 10 });
    expect(gaps.map(({ source }) => source)).toEqual(minutes > 60 ? ["tasks"] : []);
  },
);

test("where the events of six hours are gone as well, ECS tells the last hour, and every other moment is named with what nobody could see", async () => {
  ground = await movableGround(startsAt);
  const wentAt = ground.now();
  const { often, once, all } = await jobsAtWork(20, new Date(startsAt.getTime() + 6 * 60_000));
  const task = `${ground.environment.clusterArn.replace(":cluster/", ":task/")}/${"a".repeat(32)}`;
  const seenLast = await makeRun(ground.db, {
    jobId: often.id,
    trigger: "outside",
    state: "running",
    taskArn: task,
    taskVersion: 3,
    seenAt: wentAt,
  });
  await ground.pass(360, 60, all);
  const backAt = ground.now();
  await new SQSClient({}).send(new PurgeQueueCommand({ QueueUrl: ground.environment.eventQueueUrl }));

  const byState = async (job: Job, state: Run["state"]) => scheduled((await ground.runsOf(job)).filter((run) => run.state === state));
  const moments = momentsOf(often, wentAt, backAt);
  const forgotten = moments.filter((at) => at < new Date(backAt.getTime() - 3_600_000));
  expect(forgotten.length).toBeGreaterThan(10);
  await ground.workUntil(async () => {
    expect(await byState(often, "succeeded")).toEqual(moments.filter((at) => !forgotten.includes(at)));
    expect(await byState(often, "missed")).toEqual(forgotten);
    expect(await byState(once, "missed")).toHaveLength(1);
    expect((await ground.runsOf(often)).find(({ id }) => id === seenLast.id)?.state).toBe("lost");
  });
  const missed = (await ground.runsOf(often)).filter(({ state }) => state === "missed");
  for (const run of missed.slice(5))
    expect(run.cause?.evidence.join()).toMatch(/Belfry did not ask ECS in time: of tasks from .* only the event queue could tell/);
  expect((await ground.runsOf(often)).find(({ id }) => id === seenLast.id)?.cause?.evidence.join()).toContain("told of no end");
});

test("starts that were refused while the worker was away become failed runs with AWS's words, and none of them is missed", async () => {
  ground = await movableGround(startsAt);
  const wentAt = ground.now();
  const { often, all } = await jobsAtWork(20, new Date(startsAt.getTime() + 6 * 60_000));
  await ground.pass(60, 60, all);
  const refusal = { code: "AccessDeniedException", message: "User is not authorized to perform: iam:PassRole", status: 400 };
  await ground.control.orderFault({ service: "ecs", operation: "RunTask", error: refusal, times: 2 });
  const from = ground.now();
  await ground.pass(40, 40, [often]);
  await ground.pass(60, 60, all);
  const backAt = ground.now();

  await ground.work();
  expect((await ground.runsOf(often)).filter(isWrong)).toEqual([]);
  await ground.workUntil(async () => {
    expect(scheduled(await ground.runsOf(often))).toEqual(momentsOf(often, wentAt, backAt));
    const refused = (await ground.runsOf(often)).filter(({ source }) => source === "dead-letter");
    expect(refused.length).toBeGreaterThan(0);
  });
  const refused = (await ground.runsOf(often)).filter(({ source }) => source === "dead-letter");
  for (const run of refused) {
    expect(run).toMatchObject({ state: "failed", taskArn: null });
    expect(run.scheduledAt?.getTime()).toBeGreaterThan(from.getTime());
    expect(run.cause?.awsWords.join()).toContain("iam:PassRole");
  }
});
