import type { Db } from "./client";

/** A worker says that it is alive. */
export async function recordPulse(db: Db, worker: string, startedAt: Date, now: Date): Promise<void> {
  await db.pulse.upsert({ where: { worker }, create: { worker, startedAt, seenAt: now }, update: { seenAt: now } });
}

/** Takes the worker's row away as it leaves, and those of workers that vanished more than a day ago. */
export async function forgetPulse(db: Db, worker: string, now: Date): Promise<void> {
  const dayAgo = new Date(now.getTime() - 24 * 60 * 60 * 1000);
  await db.pulse.deleteMany({ where: { OR: [{ worker }, { seenAt: { lt: dayAgo } }] } });
}

/** When any worker was last seen; null if none ever was. */
export async function workerSeenAt(db: Db): Promise<Date | null> {
  const newest = await db.pulse.aggregate({ _max: { seenAt: true } });
  return newest._max.seenAt;
}
