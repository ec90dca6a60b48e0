import { randomBytes } from "node:crypto";
import pg from "pg";
import { type Database, makeDatabase } from "@/lib/db/client";

/** Test databases are called so, then the pid of the process that made them. */
export const testDatabasePrefix = "belfry_test_";

export type TestDatabase = {
  url: string;
  db: Database;
  /** Every statement since the database was made or `statements.length = 0`. */
  statements: string[];
  close(): Promise<void>;
};

/**
 * A database of its own with all migrations applied, cloned from the template of the global setup (about 0.1 s).
 * One for each test file: call it in `beforeAll`, and `close` in `afterAll`.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const server = process.env.BELFRY_TEST_POSTGRES;
  const template = process.env.BELFRY_TEST_TEMPLATE;
  if (!server || !template) throw new Error("There is no test server: run the test with vitest, whose global setup starts it.");
  const name = `${testDatabasePrefix}${process.pid}_${randomBytes(4).toString("hex")}`;
  await asOwner(server, `create database ${name} template ${template}`);
  const address = new URL(server);
  address.pathname = `/${name}`;
  const statements: string[] = [];
  const db = makeDatabase(address.href, { connections: 5, onQuery: (sql) => statements.push(sql) });
  return {
    url: address.href,
    db,
    statements,
    close: async () => {
      await db.$disconnect();
      await asOwner(server, `drop database if exists ${name} with (force)`);
    },
  };
}

async function asOwner(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
