import type { Db } from "./client";
import { Prisma } from "./generated/client";

/*
 * Takes away what is older than it shall be kept, a small bite each: one statement of its own, so that no lock is held for
 * long and a worker that is killed between two bites has lost nothing.
 */

/** What can be taken away; `before` is the first moment that is kept, `limit` the size of the bite. Gives how many rows went. */
type Bite = { before: Date; limit: number };

/** Runs of an environment that were due before a moment, the oldest first, with their kept log lines; never one that goes on. */
export async function pruneRuns(db: Db, environmentId: string, { before, limit }: Bite): Promise<number> {
  return await db.$executeRaw`
    delete from run where id in (
      select id from run
      where environment_id = ${environmentId} and due_at < ${before} and state not in ('requested', 'starting', 'running')
      order by due_at limit ${limit})`;
}

/** Notes of what had been changed in AWS. */
export async function pruneRepairs(db: Db, environmentId: string, { before, limit }: Bite): Promise<number> {
  return await db.$executeRaw`
    delete from repair where id in (
      select r.id from repair r join job j on j.id = r.job_id where j.environment_id = ${environmentId} and r.at < ${before} limit ${limit})`;
}

/** Messages that were set aside and that nobody dismissed. */
export async function pruneSetAside(db: Db, environmentId: string, { before, limit }: Bite): Promise<number> {
  return await db.$executeRaw`
    delete from set_aside_message where id in (
      select id from set_aside_message where environment_id = ${environmentId} and set_aside_at < ${before} limit ${limit})`;
}

/** Times of which a source could tell nothing. */
export async function pruneLookGaps(db: Db, environmentId: string, { before, limit }: Bite): Promise<number> {
  return await prune(db, "look_gap", Prisma.sql`environment_id = ${environmentId} and ended_at < ${before}`, limit);
}

/** Sessions that were over before a moment, whether they ran out or were ended. */
export async function pruneSessions(db: Db, { before, limit }: Bite): Promise<number> {
  return await prune(db, "session", Prisma.sql`expires_at < ${before} or ended_at < ${before}`, limit);
}

/** Wrong passwords that make nobody wait any more. */
export async function pruneSignInFailures(db: Db, { before, limit }: Bite): Promise<number> {
  return await prune(db, "sign_in_failure", Prisma.sql`last_at < ${before} and wait_until < ${before}`, limit);
}

/** Workers that vanished. */
export async function prunePulses(db: Db, { before, limit }: Bite): Promise<number> {
  return await prune(db, "pulse", Prisma.sql`seen_at < ${before}`, limit);
}

async function prune(
  db: Db,
  table: "look_gap" | "session" | "sign_in_failure" | "pulse",
  condition: Prisma.Sql,
  limit: number,
): Promise<number> {
  const name = Prisma.raw(table);
  return await db.$executeRaw`delete from ${name} where ctid in (select ctid from ${name} where ${condition} limit ${limit})`;
}
