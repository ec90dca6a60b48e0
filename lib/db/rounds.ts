import type { Db } from "./client";
import { toDocument } from "./row";

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

/** The last outcome of every round; there are as many as rounds and environments. */
export async function listRoundOutcomes(db: Db): Promise<RoundOutcomeRow[]> {
  return await db.roundOutcome.findMany({ orderBy: [{ round: "asc" }, { environmentId: "asc" }], take: 500 });
}

/** When a round over an environment last went well; null where it never did. */
export async function lastGoodRoundAt(db: Db, round: string, environmentId: string): Promise<Date | null> {
  const row = await db.roundOutcome.findUnique({
    where: { round_environmentId: { round, environmentId } },
    select: { goodAt: true },
  });
  return row?.goodAt ?? null;
}
