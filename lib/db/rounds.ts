import type { Db } from "./client";
import { readCursor, writeCursor } from "./page-cursor";
import { boundedLimit, toDocument } from "./row";

/** How a round of the works ended last. `environmentId` is "" for a round that is about all of them. */
export type RoundOutcomeRow = {
  round: string;
  environmentId: string;
  startedAt: Date;
  endedAt: Date;
  /** The round's own report; null where it failed. */
  report: unknown;
  /** A sentence; null where it went well. */
  error: string | null;
  /** When the last round ended that went well; null where none did yet. */
  goodAt: Date | null;
};

/** Keeps the outcome of a round; one that started earlier never replaces one that started later. */
export async function recordRoundOutcome(
  db: Db,
  outcome: Omit<RoundOutcomeRow, "report" | "goodAt"> & { report: object | null },
): Promise<void> {
  const { round, environmentId, startedAt, endedAt, report, error } = outcome;
  await db.$executeRaw`
    insert into round_outcome (round, environment_id, started_at, ended_at, report, error, good_at)
    values (${round}, ${environmentId}, ${startedAt}, ${endedAt}, ${report && toDocument(report)}::jsonb, ${error}, ${error === null ? endedAt : null})
    on conflict (round, environment_id) do update set
      started_at = excluded.started_at, ended_at = excluded.ended_at, report = excluded.report, error = excluded.error,
      good_at = coalesce(excluded.good_at, round_outcome.good_at)
    where round_outcome.started_at <= excluded.started_at`;
}

/**
 * One page of the last outcomes of rounds, in the order of their names, 100 at most; there are as many as rounds and
 * environments. Throws Invalid for a cursor that is not ours.
 */
export async function listRoundRows(
  db: Db,
  { cursor, limit: wanted }: { cursor?: string; limit: number },
): Promise<{ rounds: RoundOutcomeRow[]; nextCursor: string | null }> {
  const limit = boundedLimit(wanted, 100);
  const [round, environmentId] = cursor ? readCursor(cursor) : [];
  const found = await db.roundOutcome.findMany({
    where: round === undefined ? {} : { round: { gte: round }, OR: [{ round: { gt: round } }, { environmentId: { gt: environmentId } }] },
    orderBy: [{ round: "asc" }, { environmentId: "asc" }],
    take: limit + 1,
  });
  const rounds = found.slice(0, limit);
  const last = rounds.at(-1);
  return { rounds, nextCursor: found.length > limit && last ? writeCursor([last.round, last.environmentId]) : null };
}

/** The outcomes of rounds that failed when they went last, and ended since a moment: the latest first, at most `limit`. */
export async function listFailedRounds(db: Db, since: Date, limit: number): Promise<RoundOutcomeRow[]> {
  return await db.roundOutcome.findMany({
    where: { error: { not: null }, endedAt: { gt: since } },
    orderBy: { endedAt: "desc" },
    take: limit,
  });
}

/** When a round over an environment last went well; null where it never did. */
export async function lastGoodRoundAt(db: Db, round: string, environmentId: string): Promise<Date | null> {
  const row = await db.roundOutcome.findUnique({
    where: { round_environmentId: { round, environmentId } },
    select: { goodAt: true },
  });
  return row?.goodAt ?? null;
}
