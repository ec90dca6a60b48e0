import { setTimeout as pause } from "node:timers/promises";
import { type Aws, makeAws } from "@/lib/aws/clients";
import { type Database, makeDatabase } from "@/lib/db/client";
import { upsertEnvironment } from "@/lib/db/environments";
import type { Deps } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";
import type { SandboxWorld } from "@/lib/sandbox/world";
import type { Round } from "@/lib/worker/driver";
import { openAwsGate } from "./aws-gate";
import { keepBeginning } from "./beginning";
import { type FixedClock, fixedClock } from "./clock";
import { testDatabase } from "./database";
import { type Death, Lifeline } from "./lifeline";
import { openPostgresGate } from "./postgres-gate";
import { type TestSandbox, testSandbox } from "./sandbox";

/** What a scenario is laid on: an environment in an empty database and an empty AWS, and a worker that nothing happens to. */
export type KillGround = {
  db: Database;
  deps: Deps;
  aws: Aws;
  environment: Environment;
  clock: FixedClock;
  world: SandboxWorld;
  control: TestSandbox["control"];
};

export type KillScenario = {
  /** The round, by its name among the worker's rounds. */
  round: string;
  /** What it has to do, in words that go on from "while". */
  what: string;
  /** Makes the beginning. Nothing may be running when it ends. */
  lay(ground: KillGround): Promise<void>;
  /** What the undisturbed round has come to: a scenario in which it has nothing to do proves nothing. */
  check(ground: KillGround): Promise<void>;
};

/** A position at which the process died and the state that it came to, where that is not the state of the undisturbed run. */
export type Harm = { death: string; missing: string[]; tooMuch: string[] };

/** After the death: so many seconds later each, the round is gone again by a fresh process. */
const laterSeconds = [0, 15 * 60];

/**
 * Goes a round undisturbed and counts its calls. Then, for each call, lets a process that goes the same round from the same
 * beginning die before and after it, lets fresh processes go the round again, and compares what is in the database and in
 * AWS with what the undisturbed process and the same fresh ones left.
 */
export async function killAnywhere(round: Round, scenario: KillScenario): Promise<{ calls: string[]; harms: Harm[] }> {
  const [database, sandbox] = await Promise.all([testDatabase(), testSandbox()]);
  const { world, control } = sandbox;
  const clock = fixedClock(new Date());
  const spared = await openAwsGate(world, new Lifeline(null));
  const deps = sandbox.deps(database.db, clock);
  const environment = await upsertEnvironment(database.db, sandbox.environment, clock.now());
  const warm = makeAws(environment.region, { endpoint: spared.url });
  const ground: KillGround = { db: database.db, deps, aws: warm, environment, clock, world, control };
  await scenario.lay(ground);
  const laidAt = clock.now();
  const beginning = await keepBeginning(database.url, world);
  const left: Promise<unknown>[] = [];

  /** One process goes the round once, through gates of its own. */
  async function live(death: Death | null): Promise<Lifeline> {
    const life = new Lifeline(death);
    const [postgres, aws] = await Promise.all([openPostgresGate(database.url, life), openAwsGate(world, life)]);
    const db = makeDatabase(postgres.url, { connections: 5 });
    const doors = makeAws(environment.region, { endpoint: aws.url });
    const run = go({ ...deps, db, aws: () => doors });
    const ended = run.finally(() => db.$disconnect());
    left.push(ended.catch(() => {})); // a dead process' complaints are nobody's
    await Promise.race([ended.catch((error: unknown) => (life.isDead ? life.over : Promise.reject(error))), life.over]);
    if (!life.isDead) await Promise.all([postgres.close(), aws.close()]);
    return life;
  }

  /** Fresh processes go the round to its end. Each remembers nothing. */
  async function finish(): Promise<void> {
    for (const seconds of laterSeconds) {
      clock.advance(seconds);
      world.clock.advance(seconds);
      const fresh = { ...warm };
      // The lock of the dead is free as soon as Postgres sees that its connection is.
      for (let tries = 0; (await go({ ...deps, aws: () => fresh })) === null; tries++) {
        if (tries > 1000) throw new Error("The dead process holds its lock.");
        await pause(5);
      }
    }
  }

  function go(own: Deps) {
    const { signal } = new AbortController();
    return round.scope === "house" ? round.run(own, signal) : round.run(own, environment, signal);
  }

  async function anew(): Promise<void> {
    clock.set(laidAt);
    await beginning.restore();
  }

  try {
    const { calls } = await live(null);
    await scenario.check(ground);
    await finish();
    const undisturbed = await beginning.describe();
    const harms: Harm[] = [];
    for (let at = 1; at <= calls.length; at++)
      for (const kind of ["before", "after"] as const) {
        await anew();
        const life = await live({ at, kind });
        await finish();
        const state = await beginning.describe();
        const harm = { missing: without(undisturbed, state), tooMuch: without(state, undisturbed) };
        if (harm.missing.length + harm.tooMuch.length > 0) harms.push({ death: `${kind} call ${at}: ${life.calls[at - 1]}`, ...harm });
      }
    await Promise.all(left);
    return { calls, harms };
  } finally {
    await beginning.close();
    await spared.close();
    await sandbox.close();
    await database.close();
  }
}

/** The lines of the one that are not in the other, each as often as it is there more. */
function without(one: string[], other: string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of other) counts.set(line, (counts.get(line) ?? 0) + 1);
  return one.filter((line) => {
    const count = counts.get(line) ?? 0;
    counts.set(line, count - 1);
    return count <= 0;
  });
}
