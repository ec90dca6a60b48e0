import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { CannotStart, Unavailable } from "@/lib/domain/errors";
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

const ownFolder = () => path.join(process.cwd(), "prisma", "migrations");

/**
 * Applies what of `prisma/migrations` is not applied yet, each migration wholly or not at all.
 * Throws CannotStart for a database that this build does not know or may not use, and when a migration fails: then from
 * now on until somebody has cleared it with `prisma migrate resolve`. Throws Unavailable while Postgres does not answer.
 */
export async function migrate(url: string, { folder = ownFolder() } = {}): Promise<Migrated> {
  return await withDatabase(url, async (client, schema) => {
    if (schema !== "public") await client.query(`create schema if not exists ${pg.escapeIdentifier(schema)}`);
    await client.query("select pg_advisory_lock($1)", [prismaLock]);
    const migrations = readMigrations(folder);
    const pending = await listPending(client, url, migrations);
    await client.query(bookkeeping);
    for (const migration of pending) await apply(client, migration);
    return { applied: pending.map(({ name }) => name), total: migrations.length };
  });
}

/** `clockOffsetMs`: how far Postgres' clock is ahead of this machine's. */
export type LookedAt = { pending: string[]; clockOffsetMs: number };

/** Looks whether this build can work with the database, and changes nothing. Throws as `migrate` does. */
export async function lookAtDatabase(url: string, { folder = ownFolder() } = {}): Promise<LookedAt> {
  return await withDatabase(url, async (client) => {
    const pending = await listPending(client, url, readMigrations(folder));
    const askedAt = Date.now();
    const { rows } = await client.query<{ now: number }>("select extract(epoch from clock_timestamp()) * 1000 as now");
    const clockOffsetMs = Number(rows[0]?.now) - (askedAt + Date.now()) / 2;
    return { pending: pending.map(({ name }) => name), clockOffsetMs };
  });
}

async function withDatabase<Result>(url: string, work: (client: pg.Client, schema: string) => Promise<Result>): Promise<Result> {
  const { connection, schema } = readAddress(url);
  const client = new pg.Client(connection);
  client.on("error", () => {}); // a connection that is lost fails the query under way, which says so
  try {
    await client.connect();
    return await work(client, schema);
  } catch (error) {
    throw asStartFault(asOurs(error), url);
  } finally {
    await client.end().catch(() => {}); // it is gone already
  }
}

type Migration = { name: string; sql: string; checksum: string };

/** The migrations that the database does not have yet. Throws CannotStart for a database that this build did not make. */
async function listPending(client: pg.Client, url: string, migrations: Migration[]): Promise<Migration[]> {
  const rows = await readBookkeeping(client, url);
  const failed = rows.find((row) => !row.finished);
  if (failed)
    throw new CannotStart([
      `The migration ${failed.name} failed earlier: put the database right, then run prisma migrate resolve --rolled-back ${failed.name}.`,
    ]);
  const done = new Map(rows.map((row) => [row.name, row.checksum]));
  const ours = new Set(migrations.map(({ name }) => name));
  const unknown = [...done.keys()].filter((name) => !ours.has(name)).sort();
  if (unknown.length > 0 && unknown.length === done.size)
    throw new CannotStart([
      `The ${placeOf(url)} belongs to another program, whose migration ${unknown[0]} is applied there: give Belfry a database of its own, or a schema with ?schema=belfry.`,
    ]);
  if (unknown.length > 0)
    throw new CannotStart([
      `The ${placeOf(url)} is newer than this Belfry, which does not know its migration ${unknown.at(-1)}: start the Belfry that applied it or a later one, or restore a copy of the database from before.`,
    ]);
  const changed = migrations.filter(({ name, sql }) => done.has(name) && !checksumsOf(sql).includes(done.get(name) ?? ""));
  if (changed.length > 0)
    throw new CannotStart(
      changed.map(
        ({ name }) =>
          `The migration ${name} was changed after it had been applied to the ${placeOf(url)}: start the Belfry that applied it, or a later one that has it unchanged.`,
      ),
    );
  return migrations.filter(({ name }) => !done.has(name));
}

/** What was applied so far. Throws CannotStart where there are tables and no bookkeeping of migrations. */
async function readBookkeeping(client: pg.Client, url: string): Promise<{ name: string; checksum: string; finished: boolean }[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `select relname as name from pg_class c where relnamespace = to_regnamespace(current_schema()::text) and relkind in ('r', 'p')
       and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e') -- an extension's own
     order by relname <> '_prisma_migrations', 1 limit 1`,
  );
  const first = tables[0]?.name;
  if (first !== undefined && first !== "_prisma_migrations")
    throw new CannotStart([
      `The ${placeOf(url)} has tables of another program, such as ${first}, and none of Belfry's: give Belfry a database of its own, or a schema with ?schema=belfry.`,
    ]);
  if (first === undefined) return [];
  const { rows } = await client.query<{ name: string; checksum: string; finished: boolean }>(
    "select migration_name as name, checksum, finished_at is not null as finished from _prisma_migrations where rolled_back_at is null order by 1 limit 10000",
  );
  return rows;
}

/** Git may write other line ends on another system; Prisma, too, takes the migration for the same then. */
function checksumsOf(sql: string): string[] {
  const unix = sql.replaceAll("\r\n", "\n");
  return [sql, unix, unix.replaceAll("\n", "\r\n")].map(checksumOf);
}

function checksumOf(sql: string): string {
  return createHash("sha256").update(sql).digest("hex");
}

/** The migrations of a folder in their order, as Prisma reads them. */
export function readMigrations(folder: string): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(path.join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: checksumOf(sql) };
    });
}

/** The migration and its entry are one transaction: a worker that is killed meanwhile leaves neither. Throws CannotStart. */
async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  const enter = "insert into _prisma_migrations (id, checksum, migration_name, logs, finished_at, applied_steps_count) values";
  try {
    await client.query("begin");
    await client.query(sql);
    await client.query(`${enter} ($1, $2, $3, null, clock_timestamp(), 1)`, [randomUUID(), checksum, name]);
    await client.query("commit");
  } catch (error) {
    const ours = asOurs(error);
    if (ours instanceof Unavailable) throw ours;
    const { message, detail } = error as { message: string; detail?: string };
    await client.query("rollback");
    await client.query(`${enter} ($1, $2, $3, $4, null, 0)`, [randomUUID(), checksum, name, [message, detail].filter(Boolean).join("\n")]);
    throw new CannotStart([
      `The migration ${name} failed, and nothing of it was kept: ${message}. Put the database right, then run prisma migrate resolve --rolled-back ${name}.`,
    ]);
  }
}

/** Postgres' codes for a door that stays shut until somebody changes something. */
function asStartFault(error: unknown, url: string): unknown {
  if (!(error instanceof Error) || error instanceof CannotStart || error instanceof Unavailable) return error;
  const { code = "" } = error as { code?: string };
  const { username, host } = new URL(url);
  const user = decodeURIComponent(username) || "nobody";
  const said = error.message.replace(/\.$/, "");
  switch (code) {
    case "28P01":
      return new CannotStart([`Postgres at ${host} refuses the password of ${user}: set the right one in DATABASE_URL or PGPASSWORD.`]);
    case "3D000":
      return new CannotStart([`Postgres at ${host} has no ${placeOf(url)}: create it, or name another in DATABASE_URL or PGDATABASE.`]);
    case "42501":
      return new CannotStart([
        `The user ${user} may not do in the ${placeOf(url)} what Belfry needs (${said}): make ${user} its owner, or give it a schema of its own with ?schema=belfry.`,
      ]);
  }
  if (code.startsWith("28"))
    return new CannotStart([
      `Postgres at ${host} lets ${user} not in (${said}): allow it, or name another user in DATABASE_URL or PGUSER.`,
    ]);
  if (/SSL|TLS|CERT|SELF_SIGNED|VERIFY/i.test(`${code} ${said}`))
    return new CannotStart([
      `The connection to Postgres at ${host} cannot be encrypted as it should (${said}): check sslmode in DATABASE_URL or PGSSLMODE, and NODE_EXTRA_CA_CERTS for an authority of one's own.`,
    ]);
  return error;
}

/** "database belfry at db:5432", without its password. */
function placeOf(url: string): string {
  const { pathname, host, searchParams } = new URL(url);
  const schema = searchParams.get("schema");
  const name = decodeURIComponent(pathname.slice(1));
  return `${schema ? `schema ${schema} of the ` : ""}database ${name} at ${host}`;
}
