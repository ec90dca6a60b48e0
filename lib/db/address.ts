/** What pg needs for one connection to the database that an address names. */
export type Connection = { connectionString: string; options: string; connectionTimeoutMillis: number; keepAlive: boolean };

/** The wait for a connection, also for a free one of a full pool. */
const connectionTimeoutMillis = 5000;

/**
 * Splits a `DATABASE_URL` into what pg takes and the schema of Prisma's `?schema=`.
 * Every session is in UTC: the adapter writes and reads moments as if it were, and is an hour or two wrong elsewhere.
 */
export function readAddress(url: string): { connection: Connection; schema: string } {
  const address = new URL(url);
  const schema = address.searchParams.get("schema") ?? "public";
  address.searchParams.delete("schema");
  const options = [
    "-c timezone=UTC",
    // A client whose machine vanished gives back its locks and its place after a minute, not after Linux' two hours.
    "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",
    ...(schema === "public" ? [] : [`-c search_path="${schema}"`]),
  ].join(" ");
  return { schema, connection: { connectionString: address.href, options, connectionTimeoutMillis, keepAlive: true } };
}
