import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";

let test1: TestDatabase;
beforeAll(async () => {
  test1 = await testDatabase();
});
afterAll(() => test1.close());

test("a session is in UTC", async () => {
  const rows = await test1.db.$queryRaw<{ zone: string }[]>`select current_setting('TimeZone') as zone`;
  expect(rows).toEqual([{ zone: "UTC" }]);
});
