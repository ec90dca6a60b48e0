import type { Role } from "@/lib/domain/actor";
import { Conflict, NotFound } from "@/lib/domain/errors";
import type { Database, Db, Tx } from "./client";
import type { Person as Row } from "./generated/client";
import { inTransaction } from "./transaction";

export type Person = { id: string; email: string; name: string; role: Role; passwordHash: string | null; disabledAt: Date | null };

type NewPerson = Pick<Person, "id" | "email" | "name" | "role" | "passwordHash">;

function toPerson({ id, email, name, role, passwordHash, disabledAt }: Row): Person {
  return { id, email, name, role: role as Role, passwordHash, disabledAt };
}

/** A person by the e-mail, which is kept in lower case; null where nobody has it. */
export async function findPersonByEmail(db: Db, email: string): Promise<Person | null> {
  const row = await db.person.findUnique({ where: { email } });
  return row && toPerson(row);
}

/** Everybody in the order of the e-mails, at most `limit`. */
export async function listPeople(db: Db, limit: number): Promise<Person[]> {
  const rows = await db.person.findMany({ orderBy: { email: "asc" }, take: limit });
  return rows.map(toPerson);
}

/** Writes a new person. */
export async function insertPerson(db: Db, person: NewPerson): Promise<void> {
  await db.person.create({ data: person });
}

/** Writes the first person of all; false if there is one already, also where several try at once. */
export async function insertFirstPerson(db: Database, person: NewPerson): Promise<boolean> {
  return inTransaction(async (tx) => {
    // A statement of its own: the next one then sees what whoever held the lock has written.
    await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('belfry:first-person', 0))`;
    if ((await tx.person.count()) > 0) return false;
    await tx.person.create({ data: person });
    return true;
  }, db);
}

/** Gives a person a new password and ends the sessions of the old one; false where nobody has the e-mail. */
export async function setPassword(db: Db, email: string, passwordHash: string, now: Date): Promise<boolean> {
  const written = await db.$executeRaw`
    with changed as (update person set password_hash = ${passwordHash} where email = ${email} returning id),
    ended as (update session set ended_at = ${now} from changed where person_id = changed.id and ended_at is null)
    delete from sign_in_failure where key = ${`email:${email}`} and exists (select 1 from changed)`;
  return written > 0 || (await db.person.count({ where: { email, passwordHash } })) > 0;
}

/**
 * Changes a person's role or lets them in no more, which ends their sessions.
 * Throws NotFound, and Conflict where it would leave Belfry without an admin.
 */
export async function changePerson(
  tx: Tx,
  id: string,
  { at, ...change }: { role?: Role; disabledAt?: Date | null; at: Date },
): Promise<{ before: Person; after: Person }> {
  // All admins are locked, so that two admins cannot take each other's role at the same moment.
  await tx.$queryRaw`select id from person where role = 'admin' order by id for update`;
  const row = /^[0-9a-f-]{36}$/i.test(id) ? await tx.person.findUnique({ where: { id } }) : null;
  if (!row) throw new NotFound("There is no such person.");
  const before = toPerson(row);
  const after = toPerson(await tx.person.update({ where: { id }, data: change }));
  if (after.disabledAt) await tx.session.updateMany({ where: { personId: id, endedAt: null }, data: { endedAt: at } });
  if ((await tx.person.count({ where: { role: "admin", disabledAt: null } })) === 0)
    throw new Conflict(`${before.name} is the last admin: make somebody else an admin first.`);
  return { before, after };
}

/** Opens a session. */
export async function insertSession(db: Db, session: { id: string; personId: string; createdAt: Date; expiresAt: Date }): Promise<void> {
  await db.session.create({ data: session });
}

/** Ends a session; one that has ended stays as it is. */
export async function endSession(db: Db, sessionId: string, now: Date): Promise<void> {
  await db.$executeRaw`update session set ended_at = ${now} where id::text = ${sessionId} and ended_at is null`;
}

/** Whose session it is; null once it was ended, has expired, or the person may not come in any more. */
export async function findLiveSession(db: Db, sessionId: string, now: Date): Promise<Person | null> {
  if (!/^[0-9a-f-]{36}$/i.test(sessionId)) return null;
  const session = await db.session.findUnique({
    where: { id: sessionId, endedAt: null, expiresAt: { gt: now }, person: { disabledAt: null } },
    include: { person: true },
    relationLoadStrategy: "join",
  });
  return session && toPerson(session.person);
}

// Wrong passwords -----------------------------------------------------------------------------------------------------

/** How many tries are free for a key, and the longest wait in seconds: an address may be that of a whole office. */
const patience = { email: { free: 3, longest: 60 }, address: { free: 20, longest: 900 } };

/**
 * Claims a try for each key and returns the moment before which it must wait: not after `now` where it may go on.
 * A claimed try counts as a failure until `clearSignInFailures`; one that has to wait is not counted. Waits double,
 * and an hour without a try forgets them.
 */
export async function claimSignInTry(db: Db, keys: string[], now: Date): Promise<Date> {
  let waitUntil = now;
  for (const key of [...keys].sort()) {
    const { free, longest } = key.startsWith("email:") ? patience.email : patience.address;
    const hourAgo = new Date(now.getTime() - 60 * 60 * 1000);
    const [claimed] = await db.$queryRaw<{ failures: number }[]>`
      insert into sign_in_failure as f (key, failures, wait_until, last_at) values (${key}, 1, ${now}, ${now})
      on conflict (key) do update set
        failures = case when f.last_at < ${hourAgo} then 1 else f.failures + 1 end,
        wait_until = case when f.last_at < ${hourAgo} or f.failures + 1 < ${free}::int then ${now}::timestamptz
          else ${now}::timestamptz + make_interval(secs => least(${longest}::int, 2 ^ least(20, f.failures + 1 - ${free}::int))) end,
        last_at = ${now}
      where f.wait_until <= ${now} or f.last_at < ${hourAgo}
      returning failures`;
    if (claimed) continue;
    const row = await db.signInFailure.findUnique({ where: { key } });
    if (row && row.waitUntil > waitUntil) waitUntil = row.waitUntil;
  }
  return waitUntil;
}

/** The right password: the keys' failures are forgotten. */
export async function clearSignInFailures(db: Db, keys: string[]): Promise<void> {
  await db.signInFailure.deleteMany({ where: { key: { in: keys } } });
}
