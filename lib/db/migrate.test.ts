import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate, readMigrations } from "./migrate";

const run = promisify(execFile);
const projectFolder = path.resolve(import.meta.dirname, "..", "..");
const ours = path.join(projectFolder, "prisma", "migrations");
const server = process.env.BELFRY_TEST_POSTGRES ?? "";
const made: string[] = [];
let owner: pg.Client;
let folder: string;

beforeAll(async () => {
  owner = new pg.Client({ connectionString: server });
  await owner.connect();
  folder = mkdtempSync(path.join(tmpdir(), "belfry-migrations-"));
});
afterAll(async () => {
  for (const name of made) await owner.query(`drop database if exists ${name} with (force)`);
  await owner.end();
  rmSync(folder, { recursive: true });
});

async function emptyDatabase(): Promise<string> {
  const name = `belfry_test_${process.pid}_migrate${made.length}`;
  made.push(name);
  await owner.query(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function query<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A folder of migrations: ours, then those that are given. */
function migrations(...further: [name: string, sql: string][]): string {
  const copy = mkdtempSync(path.join(folder, "m-"));
  cpSync(ours, copy, { recursive: true });
  for (const [name, sql] of further) {
    mkdirSync(path.join(copy, name), { recursive: true });
    writeFileSync(path.join(copy, name, "migration.sql"), sql);
  }
  return copy;
}

const prisma = (url: string, ...args: string[]) =>
  run(process.execPath, [path.join(projectFolder, "prisma", "cli.mjs"), ...args], { env: { ...process.env, DATABASE_URL: url } });

test("four workers that start at once on an empty database migrate it once", async () => {
  const url = await emptyDatabase();
  const outcomes = await Promise.all([1, 2, 3, 4].map(() => migrate(url)));
  const names = readMigrations(ours).map(({ name }) => name);
  expect(outcomes.map(({ applied }) => applied.length).toSorted()).toEqual([0, 0, 0, names.length]);
  expect(await migrate(url)).toEqual({ applied: [], total: names.length });
  expect(await query(url, "select migration_name from _prisma_migrations order by 1")).toEqual(
    names.map((name) => ({ migration_name: name })),
  );
});

test("Prisma's own command goes on where the worker's migration stopped", async () => {
  const url = await emptyDatabase();
  await migrate(url);
  const { stdout } = await prisma(url, "migrate", "status");
  expect(stdout).toContain("Database schema is up to date!");
});

test("the migrations make the tables that the schema describes, and the partial indexes are no drift", async () => {
  const diff = ["--from-migrations", "prisma/migrations", "--to-schema", "prisma/schema.prisma", "--exit-code"];
  const { stdout } = await prisma(await emptyDatabase(), "migrate", "diff", ...diff);
  expect(stdout).toContain("No difference detected.");
});

test("of a migration that fails nothing is kept, and it stops everything until somebody clears it", async () => {
  const url = await emptyDatabase();
  const bad = migrations(["30000101000000_bad", "create table half_made (id int); select 1/0;"]);
  await expect(migrate(url, { folder: bad })).rejects.toThrow(
    "The migration 30000101000000_bad failed, and nothing of it was kept: division by zero",
  );
  expect(await query(url, "select from pg_tables where tablename = 'half_made'")).toEqual([]);
  await expect(migrate(url, { folder: bad })).rejects.toThrow("The migration 30000101000000_bad failed earlier");
});

test("a migration that was edited after it had been applied is told, and left alone", async () => {
  const url = await emptyDatabase();
  await migrate(url, { folder: migrations(["30000101000000_more", "create table more (id int);"]) });
  const sentences: string[] = [];
  const edited = migrations(["30000101000000_more", "create table other (id int);"]);
  expect((await migrate(url, { folder: edited, warn: (sentence) => sentences.push(sentence) })).applied).toEqual([]);
  expect(sentences).toEqual(["The migration 30000101000000_more was edited after it had been applied."]);
});

test("a schema of one's own is named in the address, and the tables are made there", async () => {
  const url = new URL(await emptyDatabase());
  url.searchParams.set("schema", "belfry_tables");
  await migrate(url.href);
  url.searchParams.delete("schema");
  expect(await query(url.href, "select schemaname from pg_tables where tablename = 'run'")).toEqual([{ schemaname: "belfry_tables" }]);
});
