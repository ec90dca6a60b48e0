import type { Database } from "@/lib/db/client";
import { getRunById } from "@/lib/db/runs";
import type { Run } from "@/lib/domain/run";

type Watched = { run: Run; readAt: number; reading: Promise<Run> | null };

const kept = globalThis as typeof globalThis & { belfryWatchedRuns?: Map<string, Watched> };
kept.belfryWatchedRuns ??= new Map();
const watched = kept.belfryWatchedRuns;

/**
 * The run as it is now, read at most once in `maxAgeMs` for everybody in the process who asks.
 * While Postgres is away it stays as it was last seen.
 */
export async function currentRun(db: Database, known: Run, maxAgeMs: number): Promise<Run> {
  const now = performance.now();
  const before = watched.get(known.id);
  if (before?.reading) return before.reading;
  if (before && now - before.readAt < maxAgeMs) return before.run;
  const entry: Watched = { run: before?.run ?? known, readAt: now, reading: null };
  watched.set(known.id, entry);
  entry.reading = getRunById(db, known.id)
    .then((run) => run ?? entry.run)
    .catch(() => entry.run)
    .then((run) => {
      entry.run = run;
      entry.readAt = performance.now();
      entry.reading = null;
      return run;
    });
  const run = await entry.reading;
  forgetOld(entry.readAt);
  return run;
}

/** A run that nobody asked for lately has nobody who watches it. */
function forgetOld(now: number): void {
  for (const [id, { readAt, reading }] of watched) if (!reading && now - readAt > 10_000) watched.delete(id);
}
