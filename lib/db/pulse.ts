import type { Db } from "./client";

/** Notes that a worker is alive; forgets those that were not for a week. */
export async function beatPulse(db: Db, { worker, startedAt, seenAt }: { worker: string; startedAt: Date; seenAt: Date }): Promise<void> {
  await db.$executeRaw`
    with gone as (delete from pulse where seen_at < ${seenAt}::timestamptz - interval '7 days')
    insert into pulse (worker, started_at, seen_at) values (${worker}, ${startedAt}, ${seenAt})
    on conflict (worker) do update set seen_at = greatest(pulse.seen_at, excluded.seen_at), started_at = excluded.started_at`;
}

/** When any worker was last seen; null where none ever was. */
export async function workerSeenAt(db: Db): Promise<Date | null> {
  const row = await db.pulse.findFirst({ orderBy: { seenAt: "desc" }, select: { seenAt: true } });
  return row?.seenAt ?? null;
}
