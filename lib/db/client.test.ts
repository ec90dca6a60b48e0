import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Unavailable } from "@/lib/domain/errors";
import { type Embedded, startEmbedded, stopEmbedded } from "@/lib/sandbox/postgres";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeEnvironment } from "@/lib/testing/factories";
import { type Database, makeDatabase } from "./client";
import { listEnvironments } from "./environments";
import { tryLock } from "./lock";
import { migrate } from "./migrate";
import { listen } from "./nudge";
import { inTransaction } from "./transaction";

let house: TestDatabase;
beforeAll(async () => {
  house = await testDatabase();
});
afterAll(() => house.close());

test("a session is in UTC, whatever the server's own time zone is", async () => {
  await house.db.$executeRawUnsafe(`alter database "${new URL(house.url).pathname.slice(1)}" set timezone to 'Europe/Berlin'`);
  const other = makeDatabase(house.url);
  const at = new Date("2026-07-01T12:00:00.123Z");
  expect(await other.$queryRaw`select current_setting('TimeZone') as zone, ${at}::timestamptz as at`).toEqual([{ zone: "UTC", at }]);
  await other.$disconnect();
});

test("a transaction that fails leaves nothing", async () => {
  await expect(
    inTransaction(async (tx) => {
      await tx.person.create({ data: { id: crypto.randomUUID(), email: "gone@example.com", name: "Gone", role: "viewer" } });
      throw new Error("no");
    }, house.db),
  ).rejects.toThrow("no");
  expect(await house.db.person.count()).toBe(0);
});

test("two transactions that wait for each other end, and one is told to try again", async () => {
  const [one, two] = [await makeEnvironment(house.db), await makeEnvironment(house.db)];
  const rename = (first: string, second: string, meet: () => Promise<void>) =>
    inTransaction(async (tx) => {
      await tx.environment.update({ where: { id: first }, data: { region: "eu-west-1" } });
      await meet();
      await tx.environment.update({ where: { id: second }, data: { region: "eu-west-1" } });
    }, house.db);
  let arrived = 0;
  const bothAreThere = Promise.withResolvers<void>();
  const meet = async () => {
    if (++arrived === 2) bothAreThere.resolve();
    await bothAreThere.promise;
  };
  const outcomes = await Promise.allSettled([rename(one.id, two.id, meet), rename(two.id, one.id, meet)]);
  const refused = outcomes.find((outcome) => outcome.status === "rejected");
  expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
  expect(refused?.reason).toBeInstanceOf(Unavailable);
});

test("a pool whose connections are all taken says so after its wait instead of hanging", async () => {
  const narrow = makeDatabase(house.url, { connections: 1 });
  const entered = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const holder = inTransaction(async () => {
    entered.resolve();
    await left.promise;
  }, narrow);
  await entered.promise;
  const began = performance.now();
  await expect(listEnvironments(narrow)).rejects.toBeInstanceOf(Unavailable);
  expect(performance.now() - began).toBeLessThan(8000);
  left.resolve();
  await holder;
  await narrow.$disconnect();
});

test("while Postgres is away everything says so in a sentence, and goes on by itself when it is back", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "belfry-away-"));
  chmodSync(folder, 0o755); // as root, the server runs as somebody else
  const options = { projectFolder: folder, port: 0, settings: { fsync: "off" } };
  let server: Embedded = await startEmbedded(options);
  const port = Number(new URL(server.url).port);
  await migrate(server.url);
  const db: Database = makeDatabase(server.url);
  let looks = 0;
  const listening = listen(server.url, () => looks++);
  await listening.ready;
  expect(await listEnvironments(db)).toEqual([]);

  await stopEmbedded(options);
  const sentence = { word: "unavailable", sentence: expect.stringMatching(/^The database does not answer:/) };
  await expect(listEnvironments(db)).rejects.toMatchObject(sentence);
  await expect(db.$queryRaw`select 1`).rejects.toMatchObject(sentence);
  await expect(inTransaction(async (tx) => await listEnvironments(tx), db)).rejects.toMatchObject(sentence);
  await expect(tryLock(db, "round", async () => "done")).rejects.toMatchObject(sentence);
  await expect(migrate(server.url)).rejects.toMatchObject(sentence);

  server = await startEmbedded({ ...options, port });
  expect(Number(new URL(server.url).port)).toBe(port);
  await expect.poll(() => listEnvironments(db).catch(() => "away"), { timeout: 15_000 }).toEqual([]);
  await expect.poll(() => looks, { timeout: 15_000 }).toBe(4);

  await listening.close();
  await db.$disconnect();
  await server.release();
  rmSync(folder, { recursive: true });
});
