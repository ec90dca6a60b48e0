import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Database, makeDatabase } from "@/lib/db/client";
import { upsertEnvironment } from "@/lib/db/environments";
import { insertJob } from "@/lib/db/jobs";
import { migrate } from "@/lib/db/migrate";
import { inTransaction } from "@/lib/db/transaction";
import type { Deps } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";
import { newShortId } from "@/lib/domain/ids";
import { defaultPolicies } from "@/lib/domain/job";
import { reconcileJobs } from "@/lib/reconcile/reconcile-jobs";
import { startEmbedded } from "@/lib/sandbox/postgres";
import { type TestSandbox, testSandbox } from "@/lib/testing/sandbox";
import type { Figure } from "./figures";

const projectFolder = join(import.meta.dirname, "../..");
const definitions = 20;
const latencyMs = 50;
const mostRounds = 60;

/** Rounds by themselves, without a worker around them: a Postgres and an imitated AWS of their own. */
type Ground = { aws: TestSandbox; db: Database; databaseUrl: string; environment: Environment };

async function onGround<Result>(folder: string, rateLimits: boolean, work: (ground: Ground) => Promise<Result>): Promise<Result> {
  mkdirSync(folder, { recursive: true });
  const postgres = await startEmbedded({ projectFolder, dataFolder: join(folder, "postgres"), port: 0 });
  const aws = await testSandbox({ rateLimits, rolePropagationMs: 0 });
  const db = makeDatabase(postgres.url);
  try {
    await migrate(postgres.url);
    const environment = await upsertEnvironment(db, aws.environment, new Date());
    return await work({ aws, db, databaseUrl: postgres.url, environment });
  } finally {
    await db.$disconnect();
    await aws.close();
    await postgres.release();
  }
}

/** Saves so many jobs at once, with twenty definitions; they are due daily, unless `expression` tells otherwise. */
export async function insertJobs(db: Database, environmentId: string, { from = 0, to, expression }: NewJobs): Promise<void> {
  for (let n = from; n < to; n += 1000)
    await inTransaction(async (tx) => {
      for (let m = n; m < Math.min(to, n + 1000); m += 1) await insertJob(tx, newJob(environmentId, m, expression));
    }, db);
}

type NewJobs = { from?: number; to: number; expression?: string };

/** Calls and time of whole rounds over many jobs, with ECS's and the Scheduler's real rate limits switched on. */
export function measureRounds(folder: string, jobs: number): Promise<Figure[]> {
  return onGround(folder, true, async ({ aws, db, environment }) => {
    const deps = aws.deps(db);
    await reconcileJobs(deps, environment);

    const size = `${jobs.toLocaleString("en")} jobs with ${definitions} definitions`;
    await insertJobs(db, environment.id, { to: jobs });
    const created = await settle(aws, deps, environment, jobs);
    const idle = await settle(aws, deps, environment, jobs);
    // Another day: the creations above have emptied ECS's bucket of registrations, which fills by one a second.
    await new Promise((resolve) => setTimeout(resolve, (definitions + 1) * 1000));
    await db.$executeRaw`
      update job set definition = jsonb_set(definition, '{image}', to_jsonb((definition->>'image') || '-next')), generation = generation + 1`;
    const rolledOut = await settle(aws, deps, environment, jobs);

    const most = jobs + definitions + Math.ceil(jobs / 100) + 15;
    const bound = (seconds: number) => `${most.toLocaleString("en")} calls, ${seconds} s`;
    return [
      {
        what: `a round over ${jobs.toLocaleString("en")} unchanged jobs`,
        figure: describe(idle),
        bound: `${jobs / 100} calls`,
        held: idle.calls === jobs / 100,
      },
      {
        what: `${size}, all new, rate limits on`,
        figure: describe(created),
        bound: bound(15),
        held: created.calls <= most && created.seconds < 15,
      },
      {
        what: `${size}, a new image for all, rate limits on`,
        figure: describe(rolledOut),
        bound: bound(15),
        held: rolledOut.calls <= most && rolledOut.seconds < 15,
      },
    ];
  });
}

/**
 * A round that finds nothing to do, at several sizes, while each call to AWS takes 50 ms: by a worker that has just been started, which
 * compares every job once, and by one that has done so; of the latter the slowest of four counts.
 */
export function measureIdleRounds(folder: string, sizes: readonly { jobs: number; seconds: number }[]): Promise<Figure[]> {
  return onGround(folder, false, async ({ aws, db, databaseUrl, environment }) => {
    const figures: Figure[] = [];
    const maker = aws.deps(db);
    let made = 0;
    for (const { jobs, seconds } of sizes) {
      await insertJobs(db, environment.id, { from: made, to: jobs });
      made = jobs;
      await settle(aws, maker, environment, jobs);
      await aws.control.orderFault({ service: "*", operation: "*", delayMs: latencyMs, times: 1_000_000 });
      let writes = 0;
      const watched = makeDatabase(databaseUrl, {
        onQuery: (sql) => {
          if (isWrite(sql)) writes += 1;
        },
      });
      try {
        const deps = aws.deps(watched);
        const rounds: { calls: number; writes: number; seconds: number }[] = [];
        for (let round = 0; round < 5; round += 1) {
          writes = 0;
          await aws.control.forgetCalls();
          const from = performance.now();
          await reconcileJobs(deps, environment);
          const took = (performance.now() - from) / 1000;
          rounds.push({ calls: sumOf(await aws.control.calls()), writes, seconds: took });
        }
        const [first, ...later] = rounds;
        const slowest = later.toSorted((left, right) => right.seconds - left.seconds)[0];
        if (!first || !slowest) throw new Error("No round was made.");
        const size = `a round over ${jobs.toLocaleString("en")} unchanged jobs, ${latencyMs} ms a call`;
        const words = (round: typeof first) => `${round.calls} AWS calls, ${round.writes} writes, ${round.seconds.toFixed(2)} s`;
        figures.push({
          what: size,
          figure: words(slowest),
          bound: `${jobs / 100} calls, no write, ${seconds} s`,
          held: later.every((round) => round.calls === jobs / 100 && round.writes === 0 && round.seconds < seconds),
        });
        figures.push({
          what: `${size}, the first of a worker, which compares every job`,
          figure: words(first),
          bound: "no write",
          held: first.writes === 0,
        });
      } finally {
        await watched.$disconnect();
        await aws.control.forgetFaults();
      }
    }
    return figures;
  });
}

const isWrite = (sql: string) => /\b(insert\s+into|update\s+"?\w|delete\s+from)\b/i.test(sql) || /pg_notify/.test(sql);
const sumOf = (calls: Record<string, number>) => Object.values(calls).reduce((sum, count) => sum + count, 0);

type Settled = { calls: number; seconds: number; rounds: number };

const describe = ({ calls, seconds, rounds }: Settled) =>
  `${calls.toLocaleString("en")} AWS calls, ${seconds.toFixed(1)} s, ${rounds} round${rounds === 1 ? "" : "s"}`;

/** Repeats the round until every job was read back from AWS. */
async function settle(aws: TestSandbox, deps: Deps, environment: Environment, jobs: number): Promise<Settled> {
  await aws.control.forgetCalls();
  const from = performance.now();
  for (let rounds = 1; rounds <= mostRounds; rounds += 1) {
    const report = await reconcileJobs(deps, environment);
    const seconds = (performance.now() - from) / 1000;
    const [counted] = await deps.db.$queryRaw<
      { open: number }[]
    >`select count(*)::int as open from job where observed_generation < generation`;
    if (counted?.open === 0) {
      return { calls: sumOf(await aws.control.calls()), seconds, rounds };
    }
    // What waits is tried again when its time has come, as the worker does.
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, (report?.againAt?.getTime() ?? 0) - Date.now())));
  }
  throw new Error(`After ${mostRounds} rounds not all of ${jobs} jobs were verified.`);
}

function newJob(environmentId: string, n: number, expression = `cron(${n % 60} ${n % 24} * * ? *)`) {
  return {
    id: newShortId(),
    environmentId,
    savedAt: new Date(),
    savedBy: "bench",
    input: {
      name: `Job ${n}`,
      slug: `job-${n}`,
      description: "",
      application: `application-${n % definitions}`,
      labels: {},
      definition: {
        image: `registry.example.com/app-${n % definitions}:1`,
        entryPoint: [],
        command: ["run", String(n)],
        environment: [{ name: "SHARD", value: String(n) }],
        secrets: [],
        cpu: 256,
        memory: 512,
      },
      expression,
      timeZone: "Europe/Berlin",
      policies: defaultPolicies,
    },
  };
}
