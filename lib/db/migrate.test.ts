import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CannotStart, Unavailable } from "@/lib/domain/errors";
import { lookAtDatabase, migrate, readMigrations } from "./migrate";

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

async function sentencesOf(start: Promise<unknown>): Promise<string[]> {
  const error = await start.catch((reason: unknown) => reason);
  if (error instanceof CannotStart) return error.sentences;
  throw new Error("It started, or failed otherwise.", { cause: error });
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

test("a worker that is killed within a migration leaves nothing of it, and the next one applies it", async () => {
  const url = await emptyDatabase();
  const folder = migrations(["30000101000000_slow", "create table slow (id int); select pg_sleep(20);"]);
  const killed = migrate(url, { folder }).catch((error: unknown) => error);
  await expect
    .poll(() => query(url, "select pid from pg_stat_activity where query like '%pg_sleep(20)%' and pid <> pg_backend_pid()"))
    .toHaveLength(1);
  await query(url, "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(20)%' and pid <> pg_backend_pid()");
  expect(await killed).toBeInstanceOf(Unavailable);
  const quick = migrations(["30000101000000_slow", "create table slow (id int);"]);
  expect((await migrate(url, { folder: quick })).applied).toEqual(["30000101000000_slow"]);
});

test("a migration that was edited after it had been applied stops the start, other line ends do not", async () => {
  const url = await emptyDatabase();
  await migrate(url, { folder: migrations(["30000101000000_more", "create table more\n(id int);"]) });
  expect((await migrate(url, { folder: migrations(["30000101000000_more", "create table more\r\n(id int);"]) })).applied).toEqual([]);
  const folder = migrations(["30000101000000_more", "create table other (id int);"]);
  for (const start of [migrate, lookAtDatabase])
    expect(await sentencesOf(start(url, { folder }))).toEqual([
      expect.stringMatching(
        /^The migration 30000101000000_more was changed after it had been applied to the database belfry_test_\w+ at .*: start/,
      ),
    ]);
});

test("a database that a newer Belfry has migrated stops the start", async () => {
  const url = await emptyDatabase();
  await migrate(url, { folder: migrations(["30000101000000_more", "create table more (id int);"]) });
  for (const start of [migrate, lookAtDatabase])
    expect(await sentencesOf(start(url))).toEqual([
      expect.stringMatching(/is newer than this Belfry, which does not know its migration 30000101000000_more: start the Belfry/),
    ]);
});

test("a database of another program is left alone, whether or not it knows migrations", async () => {
  const [plain, migrated] = [await emptyDatabase(), await emptyDatabase()];
  await query(plain, "create table invoice (id int)");
  const another = mkdtempSync(path.join(folder, "m-"));
  mkdirSync(path.join(another, "20200101000000_shop"));
  writeFileSync(path.join(another, "20200101000000_shop", "migration.sql"), "create table shop (id int);");
  await migrate(migrated, { folder: another });
  for (const start of [migrate, lookAtDatabase]) {
    expect(await sentencesOf(start(plain))).toEqual([
      expect.stringMatching(/has tables of another program, such as invoice, and none of Belfry's: give/),
    ]);
    expect(await sentencesOf(start(migrated))).toEqual([
      expect.stringMatching(/belongs to another program, whose migration 20200101000000_shop is/),
    ]);
  }
  expect(await query(plain, "select tablename from pg_tables where schemaname = 'public'")).toEqual([{ tablename: "invoice" }]);
  await migrate(`${plain}?schema=belfry`);
});

test("a refused password, a database that is not there and a right that is missing stop the start, each with its way out", async () => {
  const url = await emptyDatabase();
  const at = (change: (address: URL) => void): string => {
    const address = new URL(url);
    change(address);
    return address.href;
  };
  const guest = `belfry_test_guest_${process.pid}`;
  await owner.query(`create role ${guest} login password 'guest'; create role ${guest}_out nologin password 'guest'`);
  try {
    const faults: [string, RegExp][] = [
      [at((address) => (address.password = "wrong")), /^Postgres at 127\.0\.0\.1:\d+ refuses the password of \w+: set/],
      [at((address) => (address.pathname = "/no_such_one")), /has no database no_such_one at [^:]+:\d+: create it/],
      [
        at((address) => Object.assign(address, { username: guest, password: "guest" })),
        /^The user \w+ may not do in the database .*: make/,
      ],
      [at((address) => Object.assign(address, { username: `${guest}_out`, password: "guest" })), /lets \w+_out not in \(.*\): allow/],
      [at((address) => address.searchParams.set("sslmode", "require")), /cannot be encrypted as it should \(.*\): check sslmode/],
    ];
    for (const [address, sentence] of faults) {
      const said = await sentencesOf(migrate(address));
      expect(said).toEqual([expect.stringMatching(sentence)]);
      expect(said.join()).not.toContain("wrong");
    }
  } finally {
    await owner.query(`drop role ${guest}; drop role ${guest}_out`);
  }
});

test("a server that does not answer is waited for, and so is a name that nobody knows yet", async () => {
  for (const url of ["postgresql://belfry:x@127.0.0.1:9/belfry", "postgresql://belfry:x@no-such-host.invalid/belfry"])
    await expect(migrate(url)).rejects.toBeInstanceOf(Unavailable);
});

test("a look at the database says what is still to be applied and how far the clocks are apart, and changes nothing", async () => {
  const url = await emptyDatabase();
  const { pending, clockOffsetMs } = await lookAtDatabase(url);
  expect(pending).toEqual(readMigrations(ours).map(({ name }) => name));
  expect(Math.abs(clockOffsetMs)).toBeLessThan(5_000);
  expect(await query(url, "select from pg_tables where schemaname = 'public'")).toEqual([]);
});

test("a schema of one's own is named in the address, and the tables are made there", async () => {
  const url = new URL(await emptyDatabase());
  url.searchParams.set("schema", "belfry_tables");
  await migrate(url.href);
  url.searchParams.delete("schema");
  expect(await query(url.href, "select schemaname from pg_tables where tablename = 'run'")).toEqual([{ schemaname: "belfry_tables" }]);
});
