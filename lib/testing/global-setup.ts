import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { migrate, readMigrations } from "@/lib/db/migrate";
import { isProcessAlive } from "@/lib/sandbox/folder-lock";
import { startEmbedded } from "@/lib/sandbox/postgres";
import { testDatabasePrefix } from "./database";

/*
 * One Postgres for all test files, kept between test runs (.data/test-postgres) and shared by those that run at once. It
 * has a template with all migrations applied, which each test file clones. BELFRY_TEST_POSTGRES may name another server,
 * with the right to create databases.
 */

const projectFolder = path.resolve(import.meta.dirname, "..", "..");
const dataFolder = path.join(projectFolder, ".data", "test-postgres");

/** Nothing in a test database is worth a wait for the disk. */
const settings = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "300" };

/** Vitest calls this before all test files, and what it returns after them. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const given = process.env.BELFRY_TEST_POSTGRES;
  const embedded = given ? null : await start();
  const url = embedded?.url ?? given ?? "";
  process.env.BELFRY_TEST_POSTGRES = url;
  process.env.BELFRY_TEST_TEMPLATE = await withServer(url, async (client) => {
    await dropLeftOvers(client);
    return await makeTemplate(client, url);
  });
  return async () => {
    await embedded?.release();
  };
}

async function start() {
  const options = { projectFolder, dataFolder, port: 54329, settings };
  try {
    return await startEmbedded(options);
  } catch (error) {
    // Without fsync a machine that lost its power leaves files that no server starts with: new ones are made.
    if (!(error instanceof Error && error.message.startsWith("PostgreSQL did not start"))) throw error;
    rmSync(dataFolder, { recursive: true, force: true });
    return await startEmbedded(options);
  }
}

/** The migrated database of exactly these migrations; made by whoever comes first. */
async function makeTemplate(client: pg.Client, url: string): Promise<string> {
  const folder = path.join(projectFolder, "prisma", "migrations");
  const sums = readMigrations(folder).map((migration) => migration.checksum);
  const name = `belfry_template_${createHash("sha256").update(sums.join()).digest("hex").slice(0, 12)}`;
  await client.query("select pg_advisory_lock(hashtextextended('belfry test template', 0))");
  const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [name]);
  if (rowCount) return name;
  const unfinished = `${name}_unfinished`;
  await client.query(`drop database if exists ${unfinished} with (force)`);
  await client.query(`create database ${unfinished}`);
  await migrate(within(url, unfinished), { folder });
  await client.query(`alter database ${unfinished} rename to ${name}`);
  return name;
}

/** Databases of test processes that were killed before they could drop them. */
async function dropLeftOvers(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>("select datname as name from pg_database where starts_with(datname, $1)", [
    testDatabasePrefix,
  ]);
  for (const { name } of rows) {
    const pid = Number(name.slice(testDatabasePrefix.length).split("_")[0]);
    if (!isProcessAlive(pid)) await client.query(`drop database if exists ${name} with (force)`);
  }
}

async function withServer<Result>(url: string, use: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

function within(url: string, database: string): string {
  const address = new URL(url);
  address.pathname = `/${database}`;
  return address.href;
}
