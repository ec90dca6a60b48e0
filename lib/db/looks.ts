import { type Db, rowsOf } from "./client";
import { Prisma } from "./generated/client";
import { readCursor, readMoment, writeCursor } from "./page-cursor";
import { boundedLimit } from "./row";

/** What Belfry learns its history from: the queue of events, ECS's own lists, and the Scheduler's dead letters. */
export const lookSources = ["events", "tasks", "dead-letters"] as const;
export type LookSource = (typeof lookSources)[number];

/** Until when each source has told all that it knew; null where nobody has looked yet. */
export type Looks = Record<LookSource, Date | null>;

/** A time of which a source can no longer tell, because nobody looked while it still could. */
export type LookGap = { source: LookSource; beganAt: Date; endedAt: Date };

type Look = {
  environmentId: string;
  source: LookSource;
  lookedAt: Date;
  /** How far back the source itself remembers. */
  memorySeconds: number;
};

/** Notes until when a source has told all. Where the look before is further back than the source remembers, the gap is noted too. */
export async function writeLook(db: Db, { environmentId, source, lookedAt, memorySeconds }: Look): Promise<void> {
  const rememberedFrom = new Date(lookedAt.getTime() - memorySeconds * 1000);
  await db.$executeRaw`
    with before as (
      select looked_at from look where environment_id = ${environmentId} and source = ${source}
    ), gap as (
      insert into look_gap (environment_id, source, began_at, ended_at)
      select ${environmentId}, ${source}, looked_at, ${rememberedFrom} from before where looked_at < ${rememberedFrom}
      on conflict do nothing
    )
    insert into look (environment_id, source, looked_at) values (${environmentId}, ${source}, ${lookedAt})
    on conflict (environment_id, source) do update set looked_at = excluded.looked_at where look.looked_at < excluded.looked_at`;
}

/** Until when each source of an environment has told all. */
export async function looksOf(db: Db, environmentId: string): Promise<Looks> {
  const rows = await db.look.findMany({ where: { environmentId }, take: lookSources.length });
  const at = (source: LookSource) => rows.find((row) => row.source === source)?.lookedAt ?? null;
  return { events: at("events"), tasks: at("tasks"), "dead-letters": at("dead-letters") };
}

/** Until when all sources of an environment have told all; null where one of them never has. */
export async function lookedUntil(db: Db, environmentId: string): Promise<Date | null> {
  return earliestLook(await looksOf(db, environmentId));
}

/** The moment up to which all sources have told all. */
export function earliestLook(looks: Looks): Date | null {
  const told = Object.values(looks);
  return told.some((at) => at === null) ? null : new Date(Math.min(...told.map((at) => at?.getTime() ?? 0)));
}

/** One page of the times since then of which a source could no longer tell, the latest first, 100 at most. Throws Invalid for a foreign cursor. */
export async function listLookGapRows(
  db: Db,
  { since, cursor, limit: wanted }: { since: Date; cursor?: string; limit: number },
): Promise<{ rows: (LookGap & { environmentId: string })[]; nextCursor: string | null }> {
  const limit = boundedLimit(wanted, 100);
  const [moment = null, rest = ""] = cursor ? readCursor(cursor) : [];
  const endedAt = moment === null ? null : readMoment(moment);
  const [beganAt = null, source = "", environmentId = ""] = moment === null ? [] : rest.split(" ");
  const found = await rowsOf<LookGap & { environmentId: string }>(
    db,
    Prisma.sql`
    select environment_id as "environmentId", source, began_at as "beganAt", ended_at as "endedAt" from look_gap
    where ended_at >= ${since} and (${endedAt}::timestamptz is null or (ended_at, began_at, source, environment_id)
      < (${endedAt}::timestamptz, ${beganAt && readMoment(beganAt)}::timestamptz, ${source}, ${environmentId}))
    order by ended_at desc, began_at desc, source desc, environment_id desc limit ${limit + 1}`,
  );
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const key = last && `${last.beganAt.toISOString()} ${last.source} ${last.environmentId}`;
  return { rows, nextCursor: found.length > limit && last && key ? writeCursor([last.endedAt.toISOString(), key]) : null };
}

/** The times since then of which a source of an environment can no longer tell, the latest first, at most `limit`. */
export async function listLookGaps(
  db: Db,
  { environmentId, since, limit }: { environmentId: string; since: Date; limit: number },
): Promise<(LookGap & { environmentId: string })[]> {
  const rows = await db.lookGap.findMany({
    where: { environmentId, endedAt: { gte: since } },
    orderBy: [{ endedAt: "desc" }, { source: "asc" }],
    take: limit,
  });
  return rows.map((row) => ({ ...row, source: row.source as LookSource }));
}
