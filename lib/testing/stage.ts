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
import { Lifeline } from "./lifeline";
import { openPostgresGate } from "./postgres-gate";
import { type TestSandbox, testSandbox } from "./sandbox";

/** What a scenario is laid on: an environment in an empty database and an empty AWS, and a worker that nothing happens to. */
export type Ground = {
  db: Database;
  deps: Deps;
  aws: Aws;
  environment: Environment;
  clock: FixedClock;
  world: SandboxWorld;
  control: TestSandbox["control"];
};

export type Scenario = {
  /** The round, by its name among the worker's rounds. */
  round: string;
  /** What it has to do, in words that go on from "while". */
  what: string;
  /** Makes the beginning. Nothing may be running when it ends. */
  lay(ground: Ground): Promise<void>;
  /** What the undisturbed round has come to: a scenario in which it has nothing to do proves nothing. */
  check(ground: Ground): Promise<void>;
  /** The operations of AWS (`service.Operation`) to which a clear no is the end of it, and what is there then after the next rounds. */
  refused?: Record<string, (ground: Ground) => Promise<void>>;
};

/** A way to go the same round from the same beginning again and again, each time by a process of its own. */
export type Stage = {
  ground: Ground;
  /**
   * One process goes the round once, through gates of its own, until its end or its death. Gives what the round threw.
   * `answerWithinMs`: its patience with AWS.
   */
  live(life: Lifeline, options?: { answerWithinMs?: number }): Promise<unknown>;
  /** Fresh processes go the round to its end. Each remembers nothing. */
  finish(): Promise<void>;
  /** Everything is as it was when the scenario had been laid. */
  anew(): Promise<void>;
  /** What is in the database and in AWS, to be compared. */
  describe(): Promise<string[]>;
  close(): Promise<void>;
};

/** So many seconds later each, the round is gone again by a fresh process. */
const laterSeconds = [0, 15 * 60];

/** Lays a scenario and keeps it. */
export async function openStage(round: Round, scenario: Pick<Scenario, "lay">): Promise<Stage> {
  const [database, sandbox] = await Promise.all([testDatabase(), testSandbox()]);
  const { world, control } = sandbox;
  const clock = fixedClock(new Date());
  const spared = await openAwsGate(world, new Lifeline(null));
  const deps = sandbox.deps(database.db, clock);
  const environment = await upsertEnvironment(database.db, sandbox.environment, clock.now());
  const warm = withoutWaiting(makeAws(environment.region, { endpoint: spared.url }));
  const ground: Ground = { db: database.db, deps, aws: warm, environment, clock, world, control };
  await scenario.lay(ground);
  const laidAt = clock.now();
  const beginning = await keepBeginning(database.url, world);
  const left: Promise<unknown>[] = [];

  function go(own: Deps) {
    const { signal } = new AbortController();
    return round.scope === "house" ? round.run(own, signal) : round.run(own, environment, signal);
  }

  return {
    ground,
    live: async (life, options = {}) => {
      const [postgres, aws] = await Promise.all([openPostgresGate(database.url, life), openAwsGate(world, life)]);
      const db = makeDatabase(postgres.url, { connections: 5 });
      const doors = withoutWaiting(makeAws(environment.region, { endpoint: aws.url, ...options }));
      const ended = go({ ...deps, db, aws: () => doors }).then(
        () => null,
        (error: unknown) => error ?? new Error("Nothing was thrown."),
      );
      left.push(ended.finally(() => db.$disconnect()));
      const thrown = await Promise.race([ended, life.over.then(() => null)]);
      if (life.isDead) {
        await life.over;
        return null; // a dead process' complaints are nobody's
      }
      await Promise.all([postgres.close(), aws.close()]);
      await life.atRest();
      return thrown;
    },
    finish: async () => {
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
    },
    anew: async () => {
      clock.set(laidAt);
      await beginning.restore();
    },
    describe: () => beginning.describe(),
    close: async () => {
      await Promise.all(left);
      await beginning.close();
      await spared.close();
      await sandbox.close();
      await database.close();
    },
  };
}

/** Nobody waits for a message that is not there. */
function withoutWaiting(doors: Aws): Aws {
  const { receive } = doors.queue;
  return { ...doors, queue: { ...doors.queue, receive: (url, _waitSeconds, signal) => receive(url, 0, signal) } };
}

/** The lines of the one that are not in the other, each as often as it is there more. */
export function without(one: string[], other: string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of other) counts.set(line, (counts.get(line) ?? 0) + 1);
  return one.filter((line) => {
    const count = counts.get(line) ?? 0;
    counts.set(line, count - 1);
    return count <= 0;
  });
}
