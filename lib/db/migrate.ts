import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { readAddress } from "./address";
import { asOurs } from "./as-ours";

/*
 * `prisma migrate deploy` without Prisma's CLI and engine, so that a started Belfry needs neither. The table, the lock and
 * the checksums are Prisma's: the CLI goes on where this stops, and the reverse.
 */

/** Prisma's own advisory lock: one migration at a time, whoever runs it. */
const prismaLock = 72707369;

const bookkeeping = `create table if not exists _prisma_migrations (
  id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz,
  migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
  started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`;

export type Migrated = { applied: string[]; total: number };

/**
 * Applies what of `prisma/migrations` is not applied yet, each migration wholly or not at all.
 * Throws when one fails, and from then on until somebody has cleared it with `prisma migrate resolve`.
 */
export async function migrate(
  url: string,
  { folder = path.join(process.cwd(), "prisma", "migrations"), warn = (_sentence: string) => {} } = {},
): Promise<Migrated> {
  const { connection, schema } = readAddress(url);
  const client = new pg.Client(connection);
  try {
    await client.connect();
    if (schema !== "public") await client.query(`create schema if not exists ${pg.escapeIdentifier(schema)}`);
    await client.query("select pg_advisory_lock($1)", [prismaLock]);
    await client.query(bookkeeping);
    return await applyPending(client, folder, warn);
  } catch (error) {
    throw asOurs(error);
  } finally {
    await client.end();
  }
}

async function applyPending(client: pg.Client, folder: string, warn: (sentence: string) => void): Promise<Migrated> {
  const { rows } = await client.query<{ name: string; checksum: string; finished: boolean }>(
    "select migration_name as name, checksum, finished_at is not null as finished from _prisma_migrations where rolled_back_at is null",
  );
  const failed = rows.find((row) => !row.finished);
  if (failed)
    throw new Error(
      `The migration ${failed.name} failed earlier: put the database right, then run prisma migrate resolve --rolled-back ${failed.name}.`,
    );
  const done = new Map(rows.map((row) => [row.name, row.checksum]));
  const migrations = readMigrations(folder);
  const applied: string[] = [];
  for (const { name, sql, checksum } of migrations) {
    if (!done.has(name)) {
      await apply(client, name, sql, checksum);
      applied.push(name);
    } else if (done.get(name) !== checksum) warn(`The migration ${name} was edited after it had been applied.`);
  }
  return { applied, total: migrations.length };
}

/** The migrations of a folder in their order, as Prisma reads them. */
export function readMigrations(folder: string): { name: string; sql: string; checksum: string }[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(path.join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    });
}

async function apply(client: pg.Client, name: string, sql: string, checksum: string): Promise<void> {
  const id = randomUUID();
  await client.query("insert into _prisma_migrations (id, checksum, migration_name) values ($1, $2, $3)", [id, checksum, name]);
  try {
    await client.query(sql); // one simple query is one implicit transaction
  } catch (error) {
    const { message, detail } = error as { message: string; detail?: string };
    await client.query("update _prisma_migrations set logs = $2 where id = $1", [id, [message, detail].filter(Boolean).join("\n")]);
    throw new Error(`The migration ${name} failed, and nothing of it was kept: ${message}`, { cause: error });
  }
  await client.query("update _prisma_migrations set finished_at = now(), applied_steps_count = 1 where id = $1", [id]);
}
