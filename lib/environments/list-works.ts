import { database } from "@/lib/db/client";
import { type LookGap, listLookGapRows } from "@/lib/db/looks";
import { workerSeenAt } from "@/lib/db/pulse";
import { listFailedRounds, listRoundRows, type RoundOutcomeRow } from "@/lib/db/rounds";
import { listSetAside, type SetAsideRow } from "@/lib/db/set-aside";
import { type Actor, requireMay } from "@/lib/domain/actor";

export type Works = { rounds: RoundOutcomeRow[]; nextCursor: string | null; workerSeenAt: Date | null };

/** One page of the last outcomes of rounds, at most 100, and when a worker was last seen. Throws Invalid for a foreign cursor. */
export async function listWorks(request: { actor: Actor; cursor?: string; limit?: number }): Promise<Works> {
  requireMay(request.actor, "read");
  const db = database();
  const [page, seenAt] = await Promise.all([listRoundRows(db, { cursor: request.cursor, limit: request.limit ?? 50 }), workerSeenAt(db)]);
  return { ...page, workerSeenAt: seenAt };
}

/** Whether the works get on: rounds that failed when they went last, the latest twenty, and when a worker was last seen. */
export type WorksState = Pick<Works, "rounds" | "workerSeenAt">;

const newsForMs = 5 * 60_000;

/** What every page of the console says of the works. */
export async function getWorksState({ actor, now = new Date() }: { actor: Actor; now?: Date }): Promise<WorksState> {
  requireMay(actor, "read");
  const db = database();
  const since = new Date(now.getTime() - newsForMs);
  const [rounds, seenAt] = await Promise.all([listFailedRounds(db, since, 20), workerSeenAt(db)]);
  return { rounds, workerSeenAt: seenAt };
}

/** What no history could be made of: messages that nobody could read, and times in which nobody looked. */
export type Unread = {
  /** Ten a page, the latest first. */
  setAside: { rows: SetAsideRow[]; nextCursor: string | null; total: number };
  /** Of the last 30 days, twenty a page, the latest first. */
  gaps: { rows: (LookGap & { environmentId: string })[]; nextCursor: string | null };
};

const gapDays = 30;

type UnreadRequest = { actor: Actor; cursor?: string; gapCursor?: string; now?: Date };

/** What Belfry could not read, and when it did not look. Throws Invalid for a cursor that is not ours. */
export async function listUnread({ actor, cursor, gapCursor, now = new Date() }: UnreadRequest): Promise<Unread> {
  requireMay(actor, "read");
  const db = database();
  const since = new Date(now.getTime() - gapDays * 86_400_000);
  const [setAside, gaps] = await Promise.all([
    listSetAside(db, { cursor, limit: 10 }),
    listLookGapRows(db, { since, cursor: gapCursor, limit: 20 }),
  ]);
  return { setAside, gaps };
}
