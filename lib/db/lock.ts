import pg from "pg";
import { readAddress } from "./address";
import { asOurs } from "./as-ours";
import { addressOf, type Database } from "./client";

/**
 * Runs `work` while this process alone holds the name; null if another one holds it.
 *
 * The lock is an advisory one of a connection of its own: it lives exactly as long as that connection, so a killed process
 * gives it back, and a round of minutes neither holds a transaction open nor a place in the pool. It is thrift, not
 * safety: should the connection break, `work` goes on and another may begin, which what it writes must bear anyway.
 */
export async function tryLock<Result>(db: Database, name: string, work: () => Promise<Result>): Promise<Result | null> {
  const client = new pg.Client({ ...readAddress(addressOf(db)).connection, application_name: "belfry-lock" });
  client.on("error", () => {}); // the lock is gone then, which is borne
  try {
    if (!(await take(client, name))) return null;
    return await work();
  } finally {
    await client.end().catch(() => {});
  }
}

async function take(client: pg.Client, name: string): Promise<boolean> {
  try {
    await client.connect();
    // Within one database: Postgres keeps advisory locks apart by database. "belfry:" sets ours apart from Prisma's.
    const { rows } = await client.query<{ taken: boolean }>("select pg_try_advisory_lock(hashtextextended($1, 0)) as taken", [
      `belfry:${name}`,
    ]);
    return rows[0]?.taken ?? false;
  } catch (error) {
    throw asOurs(error);
  }
}
