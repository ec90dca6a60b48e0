import type { Role } from "@/lib/domain/actor";
import { roles } from "@/lib/domain/actor";
import { Conflict, NotFound } from "@/lib/domain/errors";
import { isTaken } from "./as-ours";
import { type Database, type Db, rowsOf, type Tx } from "./client";
import { Prisma, type Person as Row } from "./generated/client";
import { isUuid, readCursor, writeCursor } from "./page-cursor";
import { boundedLimit, keepable } from "./row";
import { inTransaction } from "./transaction";

/** Somebody who may sign in, or who might before they were disabled. E-mails are kept in lower case. */
export type Person = { id: string; email: string; name: string; role: Role; disabledAt: Date | null; createdAt: Date };

export type NewPerson = { id: string; email: string; name: string; role: Role; passwordHash: string };

function toPerson({ id, email, name, role, disabledAt, createdAt }: Row): Person {
  const known = roles.find((candidate) => candidate === role);
  if (!known) throw new Error(`The person ${email} has a role that Belfry does not know: ${role}.`);
  return { id, email, name, role: known, disabledAt, createdAt };
}

// People --------------------------------------------------------------------------------------------------------------

/** A person by e-mail, with the hash that sign-in compares; null where nobody has it. */
export async function findPersonByEmail(db: Db, email: string): Promise<(Person & { passwordHash: string | null }) | null> {
  const row = await db.person.findUnique({ where: { email: keepable(email) } });
  return row && { ...toPerson(row), passwordHash: row.passwordHash };
}

/** Adds a person. Throws Conflict when somebody has the e-mail already. */
export async function insertPerson(tx: Tx, person: NewPerson): Promise<Person> {
  try {
    return toPerson(await tx.person.create({ data: person }));
  } catch (error) {
    throw isTaken(error, "person_email_key")
      ? new Conflict(`${person.email} has an account already: change its role instead.`, "email")
      : error;
  }
}

/** Adds the first person, if there is none yet; false where there is one. Several at once add one. */
export async function insertFirstPerson(db: Database, person: NewPerson): Promise<boolean> {
  return await inTransaction(async (tx) => {
    await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('belfry:first-person', 0))`;
    if (await tx.person.findFirst({ select: { id: true } })) return false;
    await tx.person.create({ data: person });
    return true;
  }, db);
}

/** Gives a person a new password, ends their sessions and forgets wrong tries; false where nobody has the e-mail. */
export async function setPassword(db: Database, email: string, passwordHash: string, now: Date): Promise<boolean> {
  return await inTransaction(async (tx) => {
    const [row] = await tx.person.updateManyAndReturn({ where: { email }, data: { passwordHash } });
    if (!row) return false;
    await endSessionsOf(tx, row.id, now);
    await clearSignInFailures(tx, [`email:${email}`]);
    return true;
  }, db);
}

/**
 * Changes a role, or disables a person, which ends their sessions, or lets them in again (`disabledAt: null`).
 * Throws NotFound, and Conflict if nobody would be left who can manage people.
 */
export async function changePerson(
  tx: Tx,
  personId: string,
  { at, ...change }: { role?: Role; disabledAt?: Date | null; at: Date },
): Promise<{ before: Person; after: Person }> {
  // Locked in one order, so that two admins who demote each other at once do not both succeed; of a hundred none is the last.
  const admins = await tx.$queryRaw<{ id: string }[]>`
    select id::text as id from person where role = 'admin' and disabled_at is null order by id limit 100 for update`;
  const row = isUuid(personId) ? await tx.person.findUnique({ where: { id: personId } }) : null;
  if (!row) throw new NotFound("There is no such person.");
  const after = await tx.person.update({ where: { id: personId }, data: change });
  const staysAdmin = after.role === "admin" && !after.disabledAt;
  if (!staysAdmin && admins.every(({ id }) => id === row.id) && admins.length > 0)
    throw new Conflict(`${row.name} is the last admin: make somebody else an admin first.`);
  if (after.disabledAt) await endSessionsOf(tx, personId, at);
  return { before: toPerson(row), after: toPerson(after) };
}

/** One page of people in the order of their e-mails, 100 at most, and how many there are. Throws Invalid for a cursor that is not ours. */
export async function listPersonRows(
  db: Db,
  { cursor, limit: wanted }: { cursor?: string; limit: number },
): Promise<{ rows: Person[]; nextCursor: string | null; total: number }> {
  const limit = boundedLimit(wanted, 100);
  const [after] = cursor ? readCursor(cursor) : [];
  const [found, total] = await Promise.all([
    db.person.findMany({ where: { email: { gt: after } }, orderBy: { email: "asc" }, take: limit + 1 }),
    db.person.count(),
  ]);
  const rows = found.slice(0, limit).map(toPerson);
  const last = rows.at(-1);
  return { rows, nextCursor: found.length > limit && last ? writeCursor([last.email, last.id]) : null, total };
}

// Sessions ------------------------------------------------------------------------------------------------------------

export type NewSession = { id: string; personId: string; createdAt: Date; expiresAt: Date };

/** Opens a session. */
export async function insertSession(db: Db, session: NewSession): Promise<void> {
  await db.session.create({ data: session });
}

/** Ends a session, whatever the browser's cookie says. Ending it again changes nothing. */
export async function endSession(db: Db, sessionId: string, at: Date): Promise<void> {
  if (isUuid(sessionId)) await db.session.updateMany({ where: { id: sessionId, endedAt: null }, data: { endedAt: at } });
}

/** The person of a session that is open at `now`; null once it has ended, expired, or the person was disabled. One query. */
export async function findLiveSession(db: Db, sessionId: string, now: Date): Promise<Person | null> {
  if (!isUuid(sessionId)) return null;
  const [row] = await rowsOf<Row>(
    db,
    Prisma.sql`
    select p.id, p.email, p.name, p.role, p.disabled_at as "disabledAt", p.created_at as "createdAt"
    from session s join person p on p.id = s.person_id
    where s.id = ${sessionId}::uuid and s.ended_at is null and s.expires_at > ${now} and p.disabled_at is null`,
  );
  return row ? toPerson(row) : null;
}

async function endSessionsOf(tx: Tx, personId: string, at: Date): Promise<void> {
  await tx.session.updateMany({ where: { personId, endedAt: null }, data: { endedAt: at } });
}

// Sign-in tries -------------------------------------------------------------------------------------------------------

/**
 * Takes one try to sign in for each key, before the password is looked at, and makes the next one wait: two tries at once
 * count as two. Gives the moment that the try has to wait for; where it is not after `now`, the try was taken.
 *
 * Keys are `email:...` (three tries are free, then the wait doubles from 2 s to a minute, so that nobody can lock somebody
 * else out) and `address:...` (twenty, because an office shares one; then from 2 s to 15 min). An hour without a try
 * forgets all of it, and so does `clearSignInFailures`.
 */
export async function claimSignInTry(db: Database, names: string[], now: Date): Promise<Date> {
  const keys = names.map(keepable);
  return await inTransaction(async (tx) => {
    const forgotten = new Date(now.getTime() - 3_600_000);
    await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(key, 1)) from (select unnest(${keys}::text[]) as key order by 1) k`;
    const [waiting] = await tx.$queryRaw<
      { until: Date | null }[]
    >`select max(wait_until) as until from sign_in_failure where key = any(${keys}::text[])`;
    if (waiting?.until && waiting.until > now) return waiting.until;
    await tx.$executeRaw`delete from sign_in_failure where key in (select key from sign_in_failure where last_at < ${forgotten} limit 100)`;
    await tx.$executeRaw`
      insert into sign_in_failure (key, failures, wait_until, last_at)
      select key, tries, ${now}::timestamptz + case when tries <= free then interval '0'
        else least(longest, power(2, least(tries - free, 20))) * interval '1 second' end, ${now}
      from (
        select k.key, coalesce(f.failures, 0) + 1 as tries, 
          case when starts_with(k.key, 'email:') then 2 else 19 end as free,
          case when starts_with(k.key, 'email:') then 60 else 900 end as longest
        from unnest(${keys}::text[]) k(key) left join sign_in_failure f on f.key = k.key and f.last_at >= ${forgotten}
      ) next
      on conflict (key) do update set failures = excluded.failures, wait_until = excluded.wait_until, last_at = excluded.last_at`;
    return now;
  }, db);
}

/** Forgets the tries of these keys: the password was right. */
export async function clearSignInFailures(db: Db, keys: string[]): Promise<void> {
  await db.signInFailure.deleteMany({ where: { key: { in: keys.map(keepable) } } });
}
