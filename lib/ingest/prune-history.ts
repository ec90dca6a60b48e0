import type { Database } from "@/lib/db/client";
import { listEnvironments } from "@/lib/db/environments";
import { pruneLookGaps, prunePulses, pruneRepairs, pruneRuns, pruneSessions, pruneSetAside, pruneSignInFailures } from "@/lib/db/prune";
import type { Deps } from "@/lib/deps";

/** What a round took away, in rows. */
export type PruneReport = {
  runs: number;
  repairs: number;
  setAside: number;
  gaps: number;
  sessions: number;
  signInFailures: number;
  pulses: number;
};

type PruneRequest = {
  deps: Pick<Deps, "db" | "clock">;
  signal?: AbortSignal;
  /** Rows of one bite, each a transaction of its own. */
  biteSize?: number;
  /** A round that always finds more ends after so many bites, so that it is reported. */
  mostBites?: number;
};

const dayMs = 86_400_000;
/** What says who was signed in, or kept from it, is of no use for longer. */
const sessionDays = 30;
const pulseDays = 1;

/**
 * Keeps the history as long as each environment says, and takes away what is older, in small bites. The audit stays: it is
 * the only record of who did what.
 */
export async function pruneHistory({
  deps: { db, clock },
  signal,
  biteSize = 500,
  mostBites = 100,
}: PruneRequest): Promise<PruneReport & { againAt: Date | null }> {
  const now = clock.now();
  const since = (days: number) => new Date(now.getTime() - days * dayMs);
  const report: PruneReport = { runs: 0, repairs: 0, setAside: 0, gaps: 0, sessions: 0, signInFailures: 0, pulses: 0 };
  const environments = (await listEnvironments(db)).map(({ id, historyDays }) => ({ id, before: since(historyDays) }));
  const ofEach = (what: keyof PruneReport, bite: typeof pruneRuns) =>
    environments.map(({ id, before }) => ({ what, take: (db: Database) => bite(db, id, { before, limit: biteSize }) }));
  const ofHouse = (what: keyof PruneReport, bite: typeof pruneSessions, days: number) => ({
    what,
    take: (db: Database) => bite(db, { before: since(days), limit: biteSize }),
  });
  const meals = [
    ...ofEach("runs", pruneRuns),
    ...ofEach("repairs", pruneRepairs),
    ...ofEach("setAside", pruneSetAside),
    ...ofEach("gaps", pruneLookGaps),
    ofHouse("sessions", pruneSessions, sessionDays),
    ofHouse("signInFailures", pruneSignInFailures, sessionDays),
    ofHouse("pulses", prunePulses, pulseDays),
  ];
  let left = mostBites;
  for (const { what, take } of meals) {
    let taken = biteSize;
    while (taken === biteSize) {
      if (left === 0 || signal?.aborted) return { ...report, againAt: now };
      taken = await take(db);
      report[what] += taken;
      if (taken > 0) left--;
    }
  }
  return { ...report, againAt: null };
}
