import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { readAddress } from "./address";
import { asOurs } from "./as-ours";
import { type Prisma, PrismaClient } from "./generated/client";

/** The door to Postgres. Its errors are Belfry's own where Postgres is away (see `asOurs`). */
export type Database = Omit<PrismaClient, "$on" | "$extends">;

/** The door within one transaction. */
export type Tx = Prisma.TransactionClient;

/** What a function of this room needs: it works alone and as a part of a transaction. */
export type Db = Database | Tx;

export type DatabaseOptions = {
  /** Connections at most; 10 unless told. */
  connections?: number;
  /** Hears every statement and its parameters (as a JSON list), for tests that count or explain them. */
  onQuery?: (sql: string, parameters: string) => void;
};

/** A client of its own pool; it connects with its first query. */
export function makeDatabase(url: string, { connections = 10, onQuery }: DatabaseOptions = {}): Database {
  const { connection, schema } = readAddress(url);
  const pool = new pg.Pool({ ...connection, max: connections, idleTimeoutMillis: 30_000 });
  pool.on("error", () => {}); // a free connection was lost: the next question gets another one, or is told why not
  const adapter = new PrismaPg(pool, { schema, disposeExternalPool: true });
  const speaking = plainClient(adapter, onQuery).$extends({
    query: {
      async $allOperations({ args, query }) {
        try {
          return await query(args);
        } catch (error) {
          throw asOurs(error);
        }
      },
    },
  });
  // Only errors differ: what the extended client offers is what the plain one offers, without $on.
  const made = speaking as unknown as Database;
  doors.set(made, { url, pool, onQuery });
  return made;
}

function plainClient(adapter: PrismaPg, onQuery: DatabaseOptions["onQuery"]): PrismaClient {
  // The wait for a connection is a little longer than the pool's own, so that the pool says why.
  const options = { adapter, transactionOptions: { maxWait: 6000, timeout: 15_000 } };
  if (!onQuery) return new PrismaClient(options);
  const client = new PrismaClient({ ...options, log: [{ emit: "event", level: "query" }] });
  client.$on("query", (event) => onQuery(event.query, event.params));
  return client;
}

const doors = new WeakMap<Db, { url: string; pool: pg.Pool; onQuery: DatabaseOptions["onQuery"] }>();

/** Where a client was pointed at, for what needs a connection of its own (locks). */
export function addressOf(db: Database): string {
  const door = doors.get(db);
  if (!door) throw new Error("This database client was not made by makeDatabase.");
  return door.url;
}

/** Statements that Postgres keeps prepared, by their text. There are as many as lists and their filters. */
const prepared = new Map<string, string>();
const mostPrepared = 200;

/**
 * The rows of a statement that is asked again and again: past Prisma, whose engine costs a multiple of a short question, and
 * planned by Postgres once for each connection unless `fresh`, which is for questions whose best plan depends on the values.
 * Within a transaction it goes through Prisma. Throws what queries throw.
 */
export async function rowsOf<Row extends object>(db: Db, statement: Prisma.Sql, { fresh = false } = {}): Promise<Row[]> {
  const door = doors.get(db);
  if (!door) return await db.$queryRaw<Row[]>(statement);
  const { text, values } = statement;
  door.onQuery?.(text, JSON.stringify(values));
  try {
    return (await door.pool.query<Row>({ text, values: [...values], name: fresh ? undefined : nameOf(text) })).rows;
  } catch (error) {
    throw asOurs(error);
  }
}

function nameOf(text: string): string | undefined {
  let name = prepared.get(text);
  if (name === undefined && prepared.size < mostPrepared) {
    name = `belfry-${prepared.size}`;
    prepared.set(text, name);
  }
  return name;
}

const kept = globalThis as typeof globalThis & { belfryDatabase?: Database };

/**
 * The process' database, made with the first call: `next build` loads every page and must not need one.
 * Without DATABASE_URL, pg reads libpq's own variables (PGHOST and its kind). Throws when neither is set.
 */
export function database(): Database {
  if (!kept.belfryDatabase) {
    const url = process.env.DATABASE_URL || (process.env.PGHOST && "postgresql:///");
    if (!url) throw new Error("DATABASE_URL is not set: give the address of a PostgreSQL database.");
    kept.belfryDatabase = makeDatabase(url);
  }
  return kept.belfryDatabase;
}
