import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { makeDatabase } from "@/lib/db/client";
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
const mostRounds = 60;

/** Calls and time of whole rounds over many jobs, with ECS's and the Scheduler's real rate limits switched on. */
export async function measureRounds(folder: string, jobs: number): Promise<Figure[]> {
  mkdirSync(folder, { recursive: true });
  const postgres = await startEmbedded({ projectFolder, dataFolder: join(folder, "postgres"), port: 0 });
  const aws = await testSandbox({ rateLimits: true, rolePropagationMs: 0 });
  const db = makeDatabase(postgres.url);
  try {
    await migrate(postgres.url);
    const environment = await upsertEnvironment(db, aws.environment, new Date());
    const deps = aws.deps(db);
    await reconcileJobs(deps, environment);

    const size = `${jobs.toLocaleString("en")} jobs with ${definitions} definitions`;
    await inTransaction(async (tx) => {
      for (let n = 0; n < jobs; n += 1) await insertJob(tx, newJob(environment.id, n));
    }, db);
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
  } finally {
    await db.$disconnect();
    await aws.close();
    await postgres.release();
  }
}

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
      const calls = Object.values(await aws.control.calls()).reduce((sum, count) => sum + count, 0);
      return { calls, seconds, rounds };
    }
    // What waits is tried again when its time has come, as the worker does.
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, (report?.againAt?.getTime() ?? 0) - Date.now())));
  }
  throw new Error(`After ${mostRounds} rounds not all of ${jobs} jobs were verified.`);
}

function newJob(environmentId: string, n: number) {
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
      expression: `cron(${n % 60} ${n % 24} * * ? *)`,
      timeZone: "Europe/Berlin",
      policies: defaultPolicies,
    },
  };
}
