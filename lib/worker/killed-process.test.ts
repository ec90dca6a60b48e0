import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { insertJob } from "@/lib/db/jobs";
import { nudge } from "@/lib/db/nudge";
import { insertRequestedRun } from "@/lib/db/runs";
import { newId, newShortId } from "@/lib/domain/ids";
import type { Job } from "@/lib/domain/job";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { jobInput } from "@/lib/testing/factories";
import { type TestSandbox, testSandbox } from "@/lib/testing/sandbox";
import { startWorkerProcess, type WorkerProcess } from "@/lib/testing/worker-process";

let database: TestDatabase;
let sandbox: TestSandbox;
let worker: WorkerProcess;

beforeAll(async () => {
  [database, sandbox] = await Promise.all([testDatabase(), testSandbox()]);
});
afterAll(async () => {
  worker.process.kill("SIGKILL");
  await Promise.all([database.close(), sandbox.close()]);
});

const soon = { timeout: 30_000, interval: 50 };
const kills = 3;

async function startWorker(): Promise<void> {
  worker = startWorkerProcess({ databaseUrl: database.url, environment: sandbox.environment });
  await expect.poll(worker.output, soon).toContain("The worker is at work.");
}

const callsOfAws = () => [...sandbox.world.calls.wire.values()].reduce((sum, count) => sum + count, 0);

async function saveJob(): Promise<Job> {
  const environment = await database.db.environment.findFirstOrThrow();
  return database.db.$transaction(async (tx) => {
    const input = jobInput({ expression: "cron(0 2 29 2 ? *)" });
    const job = await insertJob(tx, { id: newShortId(), environmentId: environment.id, input, savedAt: new Date(), savedBy: "Ada" });
    await nudge(tx, "reconcile-jobs");
    return job;
  });
}

async function askForRun({ id, environmentId, definition, generation }: Job): Promise<string> {
  const { command, environment, cpu, memory } = definition;
  const { run } = await insertRequestedRun(database.db, {
    ...{ id: newId(), jobId: id, environmentId, trigger: "person", requestedAt: new Date(), requestedBy: "Ada", requestKey: newId() },
    ...{ repeatOfId: null, wanted: { taskDefinitionArn: null, jobGeneration: generation, command, environment, cpu, memory } },
  });
  return run.id;
}

test("a worker that is killed again and again in the middle of its work leaves nothing undone and does nothing twice", async () => {
  await startWorker();
  const jobs: Job[] = [];
  const asked: string[] = [];
  const moments: number[] = [];
  for (let killed = 0; killed < kills; killed++) {
    // It always has something to do when it is killed.
    const death = new AbortController();
    const working = (async () => {
      while (!death.signal.aborted) {
        const job = await saveJob();
        jobs.push(job);
        asked.push(await askForRun(job), await askForRun(jobs[Math.floor(jobs.length / 2)] as Job));
        await pause(40);
      }
    })();
    const more = Math.ceil(Math.random() * 60);
    moments.push(more);
    const until = callsOfAws() + more;
    await expect.poll(callsOfAws, { ...soon, interval: 1 }).toBeGreaterThanOrEqual(until);
    worker.process.kill("SIGKILL");
    await once(worker.process, "exit");
    death.abort();
    await working;
    await startWorker();
  }

  const states = async () => [...new Set((await database.db.run.findMany()).map(({ state }) => state))];
  await expect.poll(states, { ...soon, message: `killed after ${moments.join(", ")} calls` }).toEqual(["succeeded"]);
  const unverified = () => database.db.job.count({ where: { NOT: { observedGeneration: 1 } } });
  await expect.poll(unverified, soon).toBe(0);
  expect(jobs.length).toBeGreaterThan(kills);

  const { ecs, scheduler } = sandbox.world.region(sandbox.environment.region);
  expect(await database.db.run.count()).toBe(asked.length);
  const startedFor = [...ecs.tasks.values()].map(({ task }) => task.startedBy).toSorted();
  expect(startedFor).toEqual(asked.map((id) => `belfry/${id}`).toSorted());
  const tokens = (await sandbox.control.recentCalls()).filter(({ name }) => name === "ecs.RunTask").map(({ clientToken }) => clientToken);
  expect(new Set(tokens)).toEqual(new Set(asked));
  expect(scheduler.schedules.size).toBe(jobs.length);
  expect([...ecs.families.values()].flatMap(({ revisions }) => [...revisions.keys()])).toEqual([1]);
  expect(await database.db.repair.count()).toBe(0);
}, 120_000);
