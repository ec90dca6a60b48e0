import { database } from "@/lib/db/client";
import { workerSeenAt } from "@/lib/db/pulse";
import { listRoundOutcomes, type RoundOutcomeRow } from "@/lib/db/rounds";
import { type Actor, requireMay } from "@/lib/domain/actor";

export type Works = { rounds: RoundOutcomeRow[]; workerSeenAt: Date | null };

/** The last outcome of each round, and when a worker was last seen. */
export async function listWorks({ actor }: { actor: Actor }): Promise<Works> {
  requireMay(actor, "read");
  const db = database();
  const [rounds, seenAt] = await Promise.all([listRoundOutcomes(db), workerSeenAt(db)]);
  return { rounds, workerSeenAt: seenAt };
}
