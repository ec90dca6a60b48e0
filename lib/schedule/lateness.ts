/** The Scheduler starts a target within a minute of its moment, and Fargate needs its time: before this nothing is late. */
export const lateAfterMs = 180_000;

/** What a job is waited for: the earliest moment of its calendar without a run, and until when a start for it may still come. */
type Expectation = { expectedAt: Date | null; expectBy: Date | null };

/**
 * How late the run of a job is that has not come, in milliseconds; null where none is late. `toldUntil`: until then every
 * source of history has told all it knew. Before that is as late as the run itself, nobody can say that it is.
 */
export function latenessOf({ expectedAt, expectBy }: Expectation, toldUntil: Date | null, now: Date): number | null {
  // Without `expectBy` the moment has not been compared with the calendar yet.
  if (!expectedAt || !expectBy || !toldUntil) return null;
  const isLookedAt = toldUntil.getTime() >= expectedAt.getTime() + lateAfterMs;
  const late = now.getTime() - expectedAt.getTime();
  return isLookedAt && late > lateAfterMs ? late : null;
}

/** How long after its moment a task was made, in milliseconds; null where that was in time, or either is not known. */
export function startLatenessOf(scheduledAt: Date | null, createdAt: Date | string | null | undefined): number | null {
  if (!scheduledAt || !createdAt) return null;
  const late = new Date(createdAt).getTime() - scheduledAt.getTime();
  return late > lateAfterMs ? late : null;
}
