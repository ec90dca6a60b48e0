import { connect, createServer, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { makeDatabase } from "@/lib/db/client";
import { listen, nudge } from "@/lib/db/nudge";
import { listRoundRows } from "@/lib/db/rounds";
import type { Deps } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeEnvironment } from "@/lib/testing/factories";
import { type Driver, type Round, startDriver } from "./driver";

let database: TestDatabase;
let environments: Environment[];
let deps: Deps;
let said: string[];
let driver: Driver | null = null;

beforeAll(async () => {
  database = await testDatabase();
  environments = [await makeEnvironment(database.db), await makeEnvironment(database.db)];
});
afterAll(() => database.close());
beforeEach(() => {
  said = [];
  const say = (_fields: object, message: string) => void said.push(message);
  const aws = () => expect.unreachable("no round of these tests speaks to AWS");
  deps = { db: database.db, aws, clock: { now: () => new Date() }, log: { info: say, warn: say, error: say } };
});
afterEach(async () => {
  await driver?.stop();
  await database.db.roundOutcome.deleteMany();
});

const hour = 3600;
const roundOf = (overrides: Partial<Round> & Pick<Round, "run">): Round =>
  ({ name: "test", why: "For a test.", periodSeconds: hour, topics: ["reconcile-jobs"], scope: "house", ...overrides }) as Round;
const start = (...rounds: Round[]) => {
  driver = startDriver(deps, environments, rounds);
  return driver;
};
const outcomes = async () => (await listRoundRows(database.db, { limit: 100 })).rounds;

test("a round is gone for every environment at once, and its report is kept", async () => {
  const seen: string[] = [];
  const run = async (_deps: Deps, environment: Environment) => {
    seen.push(environment.id);
    return { kept: 3, againAt: null };
  };
  start(roundOf({ scope: "environment", run }));
  await expect.poll(outcomes).toHaveLength(2);
  expect(seen.sort()).toEqual(environments.map(({ id }) => id).sort());
  expect(await outcomes()).toMatchObject([
    { round: "test", report: { kept: 3 }, error: null },
    { round: "test", report: { kept: 3 }, error: null },
  ]);
});

test("a nudge brings a round forward, through Postgres as well", async () => {
  let rounds = 0;
  const begun = start(roundOf({ run: async () => ({ number: ++rounds }) }));
  await expect.poll(() => rounds).toBe(1);
  begun.nudge("reconcile-jobs");
  await expect.poll(() => rounds).toBe(2);
  const listening = listen(database.url, (topic) => begun.nudge(topic));
  await listening.ready;
  await nudge(database.db, "ingest");
  await nudge(database.db, "reconcile-jobs");
  await expect.poll(() => rounds).toBe(3);
  await listening.close();
});

test("a round that is nudged while it waits hears of it, and only then", async () => {
  const heard: boolean[] = [];
  let rounds = 0;
  const begun = start(
    roundOf({
      scope: "environment",
      run: async (_deps, { id }, _signal, wanted) => {
        if (id !== environments[0]?.id) return {};
        if (++rounds === 1) await new Promise((resolve) => wanted?.addEventListener("abort", resolve, { once: true }));
        heard.push(wanted?.aborted ?? false);
        return {};
      },
    }),
  );
  await expect.poll(() => rounds).toBe(1);
  expect(heard).toEqual([]);
  begun.nudge("reconcile-jobs");
  await expect.poll(() => heard).toEqual([true, false]);
});

test("nudges while a round runs make it run once more, and it never overlaps itself", async () => {
  let [rounds, underWay, most] = [0, 0, 0];
  let release = () => {};
  const begun = start(
    roundOf({
      run: async () => {
        most = Math.max(most, ++underWay);
        rounds++;
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        underWay--;
        return {};
      },
    }),
  );
  await expect.poll(() => rounds).toBe(1);
  for (let times = 0; times < 10; times++) begun.nudge("reconcile-jobs");
  release();
  await expect.poll(() => rounds).toBe(2);
  release();
  await expect.poll(() => underWay).toBe(0);
  expect([rounds, most]).toEqual([2, 1]);
});

test("a round that asked to be called again is", async () => {
  let rounds = 0;
  start(roundOf({ run: async () => (++rounds < 3 ? { againAt: new Date(Date.now() + 10) } : { againAt: null }) }));
  await expect.poll(() => rounds).toBe(3);
});

test("a round that fails is told, and tried again until it works", async () => {
  let rounds = 0;
  start(
    roundOf({
      run: async () => {
        if (++rounds < 3) throw new Error("AWS is on holiday.");
        return { number: rounds };
      },
    }),
  );
  await expect.poll(outcomes).toMatchObject([{ error: "AWS is on holiday.", report: null }]);
  await expect.poll(outcomes, { timeout: 10_000 }).toMatchObject([{ error: null, report: { number: 3 } }]);
  await expect.poll(() => said).toEqual(["The round failed; it is tried again until it works.", "The round works again."]);
});

test("one round's failure is no other round's", async () => {
  let rounds = 0;
  start(
    roundOf({ name: "broken", run: () => Promise.reject(new Error("no")) }),
    roundOf({ name: "fine", run: async () => ({ number: ++rounds }) }),
  );
  await expect
    .poll(async () => (await outcomes()).map(({ round, error }) => [round, error]))
    .toEqual([
      ["broken", "no"],
      ["fine", null],
    ]);
});

test("a worker that leaves waits for the step that runs, and begins no other", async () => {
  let rounds = 0;
  const run = (_deps: Deps, signal: AbortSignal) =>
    new Promise<object>((resolve) => {
      rounds++;
      signal.addEventListener("abort", () => resolve({}), { once: true });
    });
  const begun = start(roundOf({ periodSeconds: 0, run }));
  await expect.poll(() => rounds).toBe(1);
  await begun.stop();
  expect(rounds).toBe(1);
});

test("while Postgres is away the worker waits, says so once, and goes on when it is back", async () => {
  const gate = await openGate(database.url);
  const db = makeDatabase(gate.url);
  deps = { ...deps, db };
  let rounds = 0;
  const run = async () => {
    await db.$queryRaw`select 1`;
    return { number: ++rounds };
  };
  const begun = start(roundOf({ name: "one", run }), roundOf({ name: "two", run }));
  await expect.poll(() => rounds).toBe(2);
  await gate.shut();
  for (let times = 0; times < 5; times++) begun.nudge("reconcile-jobs");
  await expect.poll(() => said).toEqual(["Postgres does not answer: the worker waits for it."]);
  expect(rounds).toBe(2);
  await gate.open();
  await expect.poll(() => rounds, { timeout: 10_000 }).toBe(4);
  expect(said).toEqual(["Postgres does not answer: the worker waits for it.", "Postgres answers again."]);
  await begun.stop();
  driver = null;
  await db.$disconnect();
  await gate.shut();
}, 40_000);

/** A way to Postgres that can be shut, connections and all. */
async function openGate(url: string) {
  const address = new URL(url);
  const target = { host: address.hostname, port: Number(address.port) };
  const sockets = new Set<Socket>();
  const server = createServer((incoming) => {
    const outgoing = connect(target);
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
      from.pipe(to);
    }
  });
  const listenOn = (port: number) => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await listenOn(0);
  const { port } = server.address() as { port: number };
  address.hostname = "127.0.0.1";
  address.port = String(port);
  return {
    url: address.href,
    shut: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await closed;
    },
    open: () => listenOn(port),
  };
}
