import { once } from "node:events";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { awsClockOffsetMs } from "@/lib/aws/clock";
import { upsertEnvironment } from "@/lib/db/environments";
import { insertJob, writeJobIntent } from "@/lib/db/jobs";
import { nudge } from "@/lib/db/nudge";
import { scheduleName } from "@/lib/desired/names";
import { newShortId } from "@/lib/domain/ids";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { jobInput } from "@/lib/testing/factories";
import { postgresDoor } from "@/lib/testing/postgres-door";
import { type TestSandbox, testSandbox } from "@/lib/testing/sandbox";
import { startWorkerProcess, type WorkerProcess } from "@/lib/testing/worker-process";

let database: TestDatabase;
let sandbox: TestSandbox;
const workers: WorkerProcess[] = [];

beforeAll(async () => {
  [database, sandbox] = await Promise.all([testDatabase(), testSandbox()]);
});
afterEach(() => {
  for (const worker of workers.splice(0)) worker.process.kill("SIGKILL");
});
afterAll(() => Promise.all([database.close(), sandbox.close()]));

/** The worker as it is started, with the settings of a deployment. */
function startWorker(more: Record<string, string> = {}): WorkerProcess {
  const worker = startWorkerProcess({ databaseUrl: database.url, environment: sandbox.environment }, more);
  workers.push(worker);
  return worker;
}

/** Loaded before everything else, it gives a process a clock that is off. */
const shiftedClock = `data:text/javascript,${encodeURIComponent(`
  const shiftMs = Number(process.env.SHIFT_CLOCK_SECONDS) * 1000;
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) { if (given.length) super(...given); else super(Real.now() + shiftMs); }
    static now() { return Real.now() + shiftMs; }
  };`)}`;

/** Ends with EX_CONFIG and sentences alone. */
async function expectRefusal(worker: ReturnType<typeof startWorker>, sentence: RegExp): Promise<void> {
  const [code] = await once(worker.process, "exit");
  expect(worker.output()).toMatch(sentence);
  expect(worker.output()).not.toMatch(/^\s+at /m);
  expect(code).toBe(78);
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

  await writeJobIntent(database.db, job.id, 1, { expression: "cron(0 3 * * ? *)" }, { savedAt: new Date(), savedBy: "Ada" });
  const next = startWorker();
  await expect.poll(generationSeen, isAtWork).toBe(2);
  expect(next.output()).not.toContain("First admin");
}, 60_000);

test("a worker without its settings says which, and does not start", async () => {
  const worker = startWorker({ BELFRY_CLUSTER_ARN: "jobs", BELFRY_SUBNETS: "" });
  await expectRefusal(worker, /BELFRY_CLUSTER_ARN .*looks like/);
  expect(worker.output()).toMatch(/BELFRY_SUBNETS is missing/);
});

test("a worker on a database that a newer Belfry has migrated stops with a sentence", async () => {
  const entry = { id: "later", checksum: "x", migration_name: "30000101000000_later" };
  await database.db
    .$executeRaw`insert into _prisma_migrations (id, checksum, migration_name, finished_at) values (${entry.id}, ${entry.checksum}, ${entry.migration_name}, now())`;
  try {
    await expectRefusal(startWorker(), /newer than this Belfry, which does not know its migration 30000101000000_later: start/);
  } finally {
    await database.db.$executeRaw`delete from _prisma_migrations where id = ${entry.id}`;
  }
});

test("a worker whose password Postgres refuses stops with a sentence that does not tell it", async () => {
  const address = new URL(database.url);
  address.password = "open-sesame";
  const worker = startWorker({ DATABASE_URL: address.href });
  await expectRefusal(worker, /refuses the password of \w+: set/);
  expect(worker.output()).not.toContain("open-sesame");
});

test.each([
  ["ahead of", 6 * 60],
  ["behind", -6 * 60],
])("a worker whose clock is six minutes %s everybody's stops and says by how much", async (direction, shiftSeconds) => {
  const worker = startWorker({ NODE_OPTIONS: `--import=${shiftedClock}`, SHIFT_CLOCK_SECONDS: String(shiftSeconds) });
  await expectRefusal(worker, new RegExp(`This machine's clock is (5 min 5\\d|6 min \\d) s ${direction} AWS's; five minutes`));
  expect(worker.output()).toMatch(new RegExp(`clock is \\d min \\d+ s ${direction} the database server's`));
});

test("a worker whose clock is a minute ahead says so and works", async () => {
  const worker = startWorker({ NODE_OPTIONS: `--import=${shiftedClock}`, SHIFT_CLOCK_SECONDS: "60" });
  await expect.poll(worker.output, isAtWork).toContain("The worker is at work.");
  expect(worker.output()).toMatch(/clock is (59 s|1 min \d s) ahead of AWS's: set it right/);
});

test("a refusal for the signature's time tells the clock as well, and AWS that is away keeps nobody from starting", async () => {
  const denied = { code: "InvalidSignatureException", message: "Signature expired: 20261121T120000Z is now earlier than 20261121T121000Z" };
  await sandbox.control.orderFault({ service: "ecs", operation: "ListTasks", error: { ...denied, status: 403 } });
  const offsetMs = await awsClockOffsetMs(sandbox.environment);
  expect(Math.abs(offsetMs ?? Number.POSITIVE_INFINITY)).toBeLessThan(5_000);
  await sandbox.control.orderFault({ service: "ecs", operation: "ListTasks", dropConnection: true });
  expect(await awsClockOffsetMs(sandbox.environment)).toBeNull();
});

test("a worker whose settings would move the schedules elsewhere does not start", async () => {
  await upsertEnvironment(database.db, sandbox.environment, new Date());
  await expectRefusal(startWorker({ BELFRY_SCHEDULE_GROUP: "another-group" }), /from belfry-test to another-group/);
});

test("what AWS does while Postgres is gone is in the history soon after it is back, without anybody's help", async () => {
  const { db } = database;
  const door = await postgresDoor(database.url);
  await door.open();
  const worker = startWorker({ DATABASE_URL: door.url });
  await expect.poll(worker.output, isAtWork).toContain("The worker is at work.");
  const environment = await db.environment.findFirstOrThrow();
  const saved = { savedAt: new Date(), savedBy: "Ada" };
  const job = await db.$transaction(async (tx) => {
    const made = await insertJob(tx, { id: newShortId(), environmentId: environment.id, input: jobInput(), ...saved });
    await nudge(tx, "reconcile-jobs");
    return made;
  });
  const generationSeen = async () => (await db.job.findUnique({ where: { id: job.id } }))?.observedGeneration;
  await expect.poll(generationSeen, isAtWork).toBe(1);

  door.shut();
  await expect.poll(worker.output, isAtWork).toContain("Postgres does not answer");
  const { scheduleGroup: groupName, region } = environment;
  const started = (await sandbox.control.insideCalls())["ecs.RunTask"] ?? 0;
  for (let count = 0; count < 3; count++) {
    await sandbox.control.fire({ scheduleName: scheduleName(job), groupName, region });
    await expect.poll(async () => (await sandbox.control.insideCalls())["ecs.RunTask"], isAtWork).toBe(started + count + 1);
  }
  await writeJobIntent(db, job.id, 1, { expression: "cron(0 3 * * ? *)" }, { savedAt: new Date(), savedBy: "Ada" });

  await door.open();
  const states = async () => (await db.run.findMany({ where: { jobId: job.id } })).map(({ state }) => state);
  await expect.poll(states, isAtWork).toEqual(["succeeded", "succeeded", "succeeded"]);
  await expect.poll(generationSeen, isAtWork).toBe(2);
  expect(worker.output().match(/Postgres does not answer/g)).toHaveLength(1);
  expect(worker.output()).toContain("Postgres answers again.");
  expect(worker.process.exitCode).toBeNull();
  door.shut();
}, 60_000);

test("a worker whose Postgres is away waits, says so once, and leaves when told", async () => {
  const worker = startWorker({ DATABASE_URL: "postgresql://nobody:x@127.0.0.1:9/none" });
  await expect.poll(worker.output, isAtWork).toContain("Postgres does not answer");
  worker.process.kill("SIGTERM");
  const [code] = await once(worker.process, "exit");
  expect(code).toBe(0);
  expect(worker.output().match(/Postgres does not answer/g)).toHaveLength(1);
});
