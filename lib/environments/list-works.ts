import { database } from "@/lib/db/client";
import { type LookGap, listLookGaps } from "@/lib/db/looks";
import { workerSeenAt } from "@/lib/db/pulse";
import { listRoundOutcomes, type RoundOutcomeRow } from "@/lib/db/rounds";
import { listSetAside, type SetAsideRow } from "@/lib/db/set-aside";
import { type Actor, requireMay } from "@/lib/domain/actor";

export type Works = { rounds: RoundOutcomeRow[]; workerSeenAt: Date | null };

/** The last outcome of each round, and when a worker was last seen. */
export async function listWorks({ actor }: { actor: Actor }): Promise<Works> {
  requireMay(actor, "read");
  const db = database();
  const [rounds, seenAt] = await Promise.all([listRoundOutcomes(db), workerSeenAt(db)]);
  return { rounds, workerSeenAt: seenAt };
}

/** What no history could be made of: messages that nobody could read, and times in which nobody looked. */
export type Unread = {
  /** Ten a page, the latest first. */
  setAside: { rows: SetAsideRow[]; nextCursor: string | null; total: number };
  /** Of the last 30 days, the latest first, at most twenty. */
  gaps: (LookGap & { environmentId: string })[];
};

const gapDays = 30;

/** What Belfry could not read, and when it did not look. Throws Invalid for a cursor that is not ours. */
export async function listUnread({ actor, cursor, now = new Date() }: { actor: Actor; cursor?: string; now?: Date }): Promise<Unread> {
  requireMay(actor, "read");
  const db = database();
  const since = new Date(now.getTime() - gapDays * 86_400_000);
  const [setAside, gaps] = await Promise.all([listSetAside(db, { cursor, limit: 10 }), listLookGaps(db, { since, limit: 20 })]);
  return { setAside, gaps };
}
