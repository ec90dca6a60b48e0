import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { upsertEnvironment } from "@/lib/db/environments";
import { insertJob, writeJobIntent } from "@/lib/db/jobs";
import { nudge } from "@/lib/db/nudge";
import { newShortId } from "@/lib/domain/ids";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { jobInput } from "@/lib/testing/factories";
import { type TestSandbox, testSandbox } from "@/lib/testing/sandbox";

const root = path.resolve(import.meta.dirname, "..", "..");
let database: TestDatabase;
let sandbox: TestSandbox;
const workers: { process: ChildProcess; output: () => string }[] = [];

beforeAll(async () => {
  [database, sandbox] = await Promise.all([testDatabase(), testSandbox()]);
});
afterEach(() => {
  for (const worker of workers.splice(0)) worker.process.kill("SIGKILL");
});
afterAll(() => Promise.all([database.close(), sandbox.close()]));

/** The worker as it is started, with the settings of a deployment. */
function startWorker(more: Record<string, string> = {}) {
  const { environment } = sandbox;
  const child = spawn(process.execPath, ["--import", "tsx", "lib/worker/main.ts"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      BELFRY_ENVIRONMENT_NAME: environment.name,
      BELFRY_CLUSTER_ARN: environment.clusterArn,
      BELFRY_SCHEDULER_ROLE_ARN: environment.schedulerRoleArn,
      BELFRY_EXECUTION_ROLE_ARN: environment.executionRoleArn,
      BELFRY_SUBNETS: environment.subnets.join(","),
      BELFRY_SECURITY_GROUPS: environment.securityGroups.join(","),
      BELFRY_EVENT_QUEUE_URL: environment.eventQueueUrl,
      BELFRY_DEAD_LETTER_QUEUE_URL: environment.deadLetterQueueUrl,
      BELFRY_DEAD_LETTER_QUEUE_ARN: environment.deadLetterQueueArn,
      BELFRY_LOG_GROUP: environment.logGroup,
      ...more,
    },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
  const worker = { process: child, output: () => said };
  workers.push(worker);
  return worker;
}

const isAtWork = { timeout: 20_000, interval: 50 };

test("a first start makes the first admin, follows a saved job, and leaves within two seconds", async () => {
  const worker = startWorker();
  await expect.poll(worker.output, isAtWork).toContain("The worker is at work.");
  expect(worker.output()).toMatch(/^First admin: admin@belfry\.local password: \S{12,}$/m);

  const [environment] = await database.db.environment.findMany();
  const job = await database.db.$transaction(async (tx) => {
    const saved = { savedAt: new Date(), savedBy: "Ada" };
    const made = await insertJob(tx, { id: newShortId(), environmentId: environment?.id ?? "", input: jobInput(), ...saved });
    await nudge(tx, "reconcile-jobs");
    return made;
  });
  const generationSeen = async () => (await database.db.job.findUnique({ where: { id: job.id } }))?.observedGeneration;
  await expect.poll(generationSeen, isAtWork).toBe(1);

  const beforeSignal = Date.now();
  worker.process.kill("SIGTERM");
  const [code] = await once(worker.process, "exit");
  expect(code).toBe(0);
  expect(Date.now() - beforeSignal).toBeLessThan(2_000);

  await writeJobIntent(database.db, job.id, 1, { expression: "rate(2 hours)" }, { savedAt: new Date(), savedBy: "Ada" });
  const next = startWorker();
  await expect.poll(generationSeen, isAtWork).toBe(2);
  expect(next.output()).not.toContain("First admin");
}, 60_000);

test("a worker without its settings says which, and does not start", async () => {
  const worker = startWorker({ BELFRY_CLUSTER_ARN: "jobs", BELFRY_SUBNETS: "" });
  const [code] = await once(worker.process, "exit");
  expect(code).toBe(78);
  expect(worker.output()).toMatch(/BELFRY_CLUSTER_ARN .*looks like/);
  expect(worker.output()).toMatch(/BELFRY_SUBNETS is missing/);
});

test("a worker whose settings would move the schedules elsewhere does not start", async () => {
  await upsertEnvironment(database.db, sandbox.environment, new Date());
  const worker = startWorker({ BELFRY_SCHEDULE_GROUP: "another-group" });
  const [code] = await once(worker.process, "exit");
  expect(code).toBe(78);
  expect(worker.output()).toContain("from belfry-test to another-group");
});

test("a worker whose Postgres is away waits, says so once, and leaves when told", async () => {
  const worker = startWorker({ DATABASE_URL: "postgresql://nobody:x@127.0.0.1:9/none" });
  await expect.poll(worker.output, isAtWork).toContain("Postgres does not answer");
  worker.process.kill("SIGTERM");
  const [code] = await once(worker.process, "exit");
  expect(code).toBe(0);
  expect(worker.output().match(/Postgres does not answer/g)).toHaveLength(1);
});
