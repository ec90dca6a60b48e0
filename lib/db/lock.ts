import pg from "pg";
import { readAddress } from "./address";
import { asOurs } from "./as-ours";
import { addressOf, type Database } from "./client";

/**
 * Runs `work` while this process alone holds the name; null if another one holds it, or this one already does.
 *
 * The lock is an advisory one of a connection beside the pool: it lives at most as long as that connection, so a killed
 * process gives it back, and a round of minutes neither holds a transaction open nor a place in the pool. It is thrift, not
 * safety: should the connection break, `work` goes on and another may begin, which what it writes must bear anyway.
 */
export async function tryLock<Result>(db: Database, name: string, work: () => Promise<Result>): Promise<Result | null> {
  // Within one database: Postgres keeps advisory locks apart by database. "belfry:" sets ours apart from Prisma's.
  const key = `belfry:${name}`;
  const keeper = await take(db, key);
  if (!keeper) return null;
  try {
    return await work();
  } finally {
    // A lock that cannot be given back is gone with its connection.
    await ask(keeper, "unlock", key).catch(() => {});
    letGo(keeper, key);
  }
}

/** pg has these two, and its types do not know them. */
type Client = pg.Client & { ref(): void; unref(): void };

/** All locks of a client share one connection, which is kept: to make one takes longer than most rounds. */
type Keeper = {
  client: Client;
  /** Settled when the connection has answered all that it was asked: pg wants one question at a time. */
  answered: Promise<unknown>;
  /** Held or being asked for. To Postgres one connection may take a lock twice, so this tells. */
  names: Set<string>;
};

const keepers = new WeakMap<Database, Keeper>();
/** An answer that takes longer does not come: the machine at the other end may have vanished. */
const answerWithinMs = 5000;

async function take(db: Database, key: string): Promise<Keeper | null> {
  for (;;) {
    const isKept = keepers.has(db);
    const keeper = keeperOf(db);
    if (keeper.names.has(key)) return null;
    keeper.names.add(key);
    keeper.client.ref();
    try {
      if (await ask(keeper, "try_lock", key)) return keeper;
      letGo(keeper, key);
      return null;
    } catch (error) {
      letGo(keeper, key);
      forget(db, keeper);
      // A kept connection may have broken unnoticed, as it does when Postgres restarts; a new one has not.
      if (!isKept) throw asOurs(error);
    }
  }
}

/** A process that holds no lock may end, for all that this connection knows. */
function letGo({ client, names }: Keeper, key: string): void {
  names.delete(key);
  if (names.size === 0) client.unref();
}

function keeperOf(db: Database): Keeper {
  const known = keepers.get(db);
  if (known) return known;
  const { connection } = readAddress(addressOf(db));
  const client = new pg.Client({ ...connection, application_name: "belfry-lock", query_timeout: answerWithinMs }) as Client;
  const keeper: Keeper = { client, answered: client.connect(), names: new Set() };
  for (const event of ["error", "end"] as const) client.on(event, () => forget(db, keeper));
  keepers.set(db, keeper);
  return keeper;
}

/** Its locks are gone with the connection, which is borne; the next one is taken on another. */
function forget(db: Database, keeper: Keeper): void {
  if (keepers.get(db) === keeper) keepers.delete(db);
}

async function ask(keeper: Keeper, what: "try_lock" | "unlock", key: string): Promise<boolean> {
  const { client } = keeper;
  const answer = keeper.answered.then(() =>
    client.query<{ done: boolean }>({
      name: what,
      text: `select pg_${what === "unlock" ? "advisory_unlock" : "try_advisory_lock"}(hashtextextended($1, 0)) as done`,
      values: [key],
    }),
  );
  keeper.answered = answer;
  try {
    return (await answer).rows[0]?.done ?? false;
  } catch (error) {
    // Whatever it was: nobody is to hold a lock there that nobody knows of.
    client.end().catch(() => {});
    throw error;
  }
}
