import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { listen, nudge, type Topic } from "./nudge";
import { inTransaction } from "./transaction";

let house: TestDatabase;
beforeAll(async () => {
  house = await testDatabase();
});
afterAll(() => house.close());

/** A listener that keeps what it hears and can be asked to wait for something. */
function ear() {
  const heard: string[] = [];
  const waiting = new Set<() => void>();
  const lost: unknown[] = [];
  const tell = () => {
    for (const look of waiting) look();
  };
  const listening = listen(
    house.url,
    (topic: Topic, subject) => {
      heard.push(`${topic} ${subject}`);
      tell();
    },
    (error) => {
      lost.push(error);
      tell();
    },
  );
  const until = (isThere: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!isThere()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return { ...listening, heard, lost, until };
}

test("a nudge is heard when its transaction commits, and not at all when it is rolled back", async () => {
  const { ready, heard, until, close } = ear();
  await ready;
  await expect(
    inTransaction(async (tx) => {
      await nudge(tx, "reconcile-jobs");
      throw new Error("changed my mind");
    }, house.db),
  ).rejects.toThrow("changed my mind");
  await inTransaction(async (tx) => {
    await nudge(tx, "run-changed", "a-run");
    expect(heard).toEqual([]);
  }, house.db);
  await until(() => heard.length > 0);
  expect(heard).toEqual(["run-changed a-run"]);
  await close();
});

test("a listener whose connection was cut listens again and looks at everything", async () => {
  const { ready, heard, lost, until, close } = ear();
  await ready;
  await house.db.$queryRaw`
    select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'belfry-listen' and datname = current_database()`;
  await until(() => heard.length >= 4);
  expect(lost).toHaveLength(1);
  expect(heard.toSorted()).toEqual(["ingest ", "reconcile-jobs ", "reconcile-runs ", "run-changed "]);
  await nudge(house.db, "ingest");
  await until(() => heard.length >= 5);
  expect(heard.at(-1)).toBe("ingest ");
  await close();
});

test("a listener that was closed leaves no connection behind", async () => {
  const { ready, close } = ear();
  await ready;
  await close();
  const left = () =>
    house.db.$queryRaw<object[]>`select from pg_stat_activity where application_name = 'belfry-listen' and datname = current_database()`;
  await expect.poll(left, { timeout: 5000 }).toEqual([]);
});
