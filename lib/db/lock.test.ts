import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeDatabase } from "./client";
import { tryLock } from "./lock";

let house: TestDatabase;
beforeAll(async () => {
  house = await testDatabase();
});
afterAll(() => house.close());

const locks = () =>
  house.db.$queryRaw<object[]>`
    select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`;

test("while one holds the name nobody else gets it, and other names are free", async () => {
  const outcome = await tryLock(house.db, "round a", async () => [
    await tryLock(house.db, "round a", async () => "again"),
    await tryLock(house.db, "round b", async () => "other"),
  ]);
  expect(outcome).toEqual([null, "other"]);
});

test("the name is free again after the work, also when the work failed", async () => {
  await expect(
    tryLock(house.db, "round", async () => {
      throw new Error("broken");
    }),
  ).rejects.toThrow("broken");
  await expect.poll(locks, { timeout: 5000 }).toEqual([]);
  expect(await tryLock(house.db, "round", async () => "done")).toBe("done");
});

test("a holder whose connection breaks gives the name back and goes on with its work", async () => {
  const outcome = await tryLock(house.db, "round", async () => {
    await house.db.$queryRaw`
      select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'belfry-lock' and datname = current_database()`;
    await expect.poll(locks, { timeout: 5000 }).toEqual([]);
    return await tryLock(house.db, "round", async () => "somebody else");
  });
  expect(outcome).toBe("somebody else");
});

test("one connection serves all locks, and a new one is made when it broke between two of them", async () => {
  const connections = async () => {
    const rows = await house.db.$queryRaw<{ pid: number }[]>`
      select pid from pg_stat_activity where application_name = 'belfry-lock' and datname = current_database()`;
    return rows.map(({ pid }) => pid);
  };
  const during = () => tryLock(house.db, "round a", () => tryLock(house.db, "round b", connections).then((pids) => pids ?? []));
  const first = await during();
  expect(first).toHaveLength(1);
  expect(await during()).toEqual(first);
  await house.db.$queryRaw`select pg_terminate_backend(${first?.[0]}::int)`;
  const second = await during();
  expect(second).toHaveLength(1);
  expect(second).not.toEqual(first);
});

test("two clients hold the same name one after the other, as two processes do", async () => {
  const other = makeDatabase(house.url);
  expect(await tryLock(house.db, "round", () => tryLock(other, "round", async () => "both"))).toBeNull();
  expect(await tryLock(other, "round", () => tryLock(house.db, "round", async () => "both"))).toBeNull();
  expect(await tryLock(house.db, "round", async () => "alone")).toBe("alone");
  await other.$disconnect();
});
