import type { Db } from "./client";

/** A worker says that it is alive. */
export async function recordPulse(db: Db, worker: string, startedAt: Date, now: Date): Promise<void> {
  await db.$executeRaw`
    insert into pulse (worker, started_at, seen_at) values (${worker}, ${startedAt}, ${now})
    on conflict (worker) do update set seen_at = greatest(pulse.seen_at, excluded.seen_at)`;
}

/** Takes the worker's row away as it leaves, and those of workers that vanished more than a day ago. */
export async function forgetPulse(db: Db, worker: string, now: Date): Promise<void> {
  const dayAgo = new Date(now.getTime() - 24 * 60 * 60 * 1000);
  await db.pulse.deleteMany({ where: { OR: [{ worker }, { seenAt: { lt: dayAgo } }] } });
}

/** When any worker was last seen; null where none ever was. */
export async function workerSeenAt(db: Db): Promise<Date | null> {
  const row = await db.pulse.findFirst({ orderBy: { seenAt: "desc" }, select: { seenAt: true } });
  return row?.seenAt ?? null;
}
