import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { awsClockOffsetMs } from "@/lib/aws/clock";
import { BadConfig, type Config, readConfig } from "@/lib/config";
import { listEnvironments, upsertEnvironment } from "@/lib/db/environments";
import { lookAtDatabase, migrate } from "@/lib/db/migrate";
import { listen } from "@/lib/db/nudge";
import { forgetPulse, recordPulse } from "@/lib/db/pulse";
import { type Deps, makeDeps } from "@/lib/deps";
import { checkClocks } from "@/lib/domain/clock-check";
import type { Environment, EnvironmentSettings } from "@/lib/domain/environment";
import { CannotStart, Unavailable } from "@/lib/domain/errors";
import { makeFirstAdmin } from "@/lib/people/first-admin";
import { startDriver } from "./driver";
import { rounds } from "./rounds";

/*
 * The works: everything that changes something in AWS. It may be killed at any moment and several may run; what it was
 * doing is done again by whoever comes next.
 */

const pulseMs = 5_000;
/** What runs gets so long to end its step. What it does not end, the next worker does. */
const patienceMs = 1_500;
const longestWaitMs = 5_000;

async function main(): Promise<void> {
  const config = readConfig();
  const deps = makeDeps(config);
  const leaving = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => leaving.abort());

  const environment = await prepare(config, deps, leaving.signal);
  if (!environment) return;
  const driver = startDriver(deps, [environment], rounds);
  const listening = listen(config.databaseUrl, (topic) => driver.nudge(topic));
  const pulse = startPulse(deps);
  deps.log.info({ environment: environment.name, region: environment.region }, "The worker is at work.");

  await aborted(leaving.signal);
  deps.log.info({}, "The worker leaves.");
  await Promise.race([Promise.all([driver.stop(), listening.close(), pulse.stop()]), pause(patienceMs)]);
}

/**
 * Migrations, a look at the clock, the environment that the settings describe, the first admin. Waits for Postgres as long
 * as it takes; null when the worker is to leave before that. Throws CannotStart.
 */
async function prepare(config: Config, deps: Deps, leaving: AbortSignal): Promise<Environment | null> {
  for (let tries = 0; !leaving.aborted; tries++) {
    try {
      await migrate(config.databaseUrl);
      await refuseWrongClock(config, deps);
      const now = deps.clock.now();
      refuseToMove(await listEnvironments(deps.db), config.environment);
      const environment = await upsertEnvironment(deps.db, config.environment, now);
      const admin = await makeFirstAdmin({ db: deps.db, email: config.firstAdminEmail, now });
      if (admin) process.stdout.write(`First admin: ${admin.email} password: ${admin.password}\n`);
      return environment;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      if (tries === 0) deps.log.warn({ err: error.cause }, "Postgres does not answer: the worker waits for it.");
      const waitMs = Math.min(longestWaitMs, 250 * 2 ** Math.min(tries, 10));
      await pause(waitMs, undefined, { signal: leaving }).catch(() => {}); // aborted: the worker leaves
    }
  }
  return null;
}

/** A worker from another time signs what AWS refuses, and writes moments that never were. Throws CannotStart. */
async function refuseWrongClock({ databaseUrl, environment }: Config, { log }: Deps): Promise<void> {
  const [{ clockOffsetMs }, awsMs] = await Promise.all([lookAtDatabase(databaseUrl), awsClockOffsetMs(environment)]);
  const { forbids, warns } = checkClocks({ databaseMs: clockOffsetMs, awsMs });
  if (forbids.length > 0) throw new CannotStart(forbids);
  for (const sentence of warns) log.warn({}, sentence);
}

/**
 * A schedule cannot move to another group, region or account: under other settings the old ones would go on firing where
 * nobody looks, and every job would run twice. Throws BadConfig.
 */
function refuseToMove(known: Environment[], settings: EnvironmentSettings): void {
  const before = known.find(({ name }) => name === settings.name);
  if (!before) return;
  const fixed = { scheduleGroup: "BELFRY_SCHEDULE_GROUP", region: "BELFRY_CLUSTER_ARN", accountId: "BELFRY_CLUSTER_ARN" } as const;
  const moved = (Object.keys(fixed) as (keyof typeof fixed)[]).filter((member) => before[member] !== settings[member]);
  if (moved.length)
    throw new BadConfig(
      moved.map(
        (member) =>
          `${fixed[member]} moves the environment ${before.name} from ${before[member]} to ${settings[member]}, where its jobs would run a second time: ` +
          "set it back, or give the new place another BELFRY_ENVIRONMENT_NAME.",
      ),
    );
}

function startPulse({ db, clock }: Deps): { stop(): Promise<void> } {
  const worker = `${hostname()}-${randomUUID().slice(0, 8)}`;
  const startedAt = clock.now();
  // A pulse that cannot be written is itself the sign: the pages show when the last one was.
  const beat = () => void recordPulse(db, worker, startedAt, clock.now()).catch(() => {});
  beat();
  const timer = setInterval(beat, pulseMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await forgetPulse(db, worker, clock.now()).catch(() => {});
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

main().then(
  // Open connections and long polls would keep the process: what had to be ended has been.
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof CannotStart ? error.message : error);
    process.exit(error instanceof CannotStart ? 78 : 1); // 78: EX_CONFIG of sysexits.h
  },
);
