import type { Db } from "./client";
import { toJson } from "./row";

export type RoundOutcomeRow = {
  round: string;
  environmentId: string;
  startedAt: Date;
  endedAt: Date;
  /** What the round said of itself. */
  report: unknown;
  error: string | null;
};

/** Keeps the last outcome of a round. */
export async function recordRoundOutcome(db: Db, outcome: RoundOutcomeRow): Promise<void> {
  const { round, environmentId, startedAt, endedAt, report, error } = outcome;
  const facts = { startedAt, endedAt, report: toJson(report as object | null), error };
  await db.roundOutcome.upsert({
    where: { round_environmentId: { round, environmentId } },
    create: { round, environmentId, ...facts },
    update: facts,
  });
}

/** The last outcome of each round; a deployment has a dozen. */
export async function listRoundOutcomes(db: Db): Promise<RoundOutcomeRow[]> {
  return db.roundOutcome.findMany({ orderBy: [{ round: "asc" }, { environmentId: "asc" }], take: 200 });
}
