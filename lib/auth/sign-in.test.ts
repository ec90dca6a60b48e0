import { afterAll, beforeAll, expect, test } from "vitest";
import { listAudit } from "@/lib/audit/list-audit";
import { endSession } from "@/lib/db/people";
import type { Actor } from "@/lib/domain/actor";
import { Conflict, Forbidden, Invalid, NotFound } from "@/lib/domain/errors";
import { addPerson } from "@/lib/people/add-person";
import { changePerson } from "@/lib/people/change-person";
import { makeFirstAdmin, resetPassword } from "@/lib/people/first-admin";
import { testDatabase } from "@/lib/testing/database";
import { actorOfSession } from "./require-actor";
import { sessionSeconds, signIn } from "./sign-in";

const now = new Date("2026-11-21T10:00:00Z");
const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);
let house: Awaited<ReturnType<typeof testDatabase>>;
let first: { email: string; password: string };
let admin: Actor;

beforeAll(async () => {
  house = await testDatabase();
  process.env.DATABASE_URL = house.url;
  const made = await Promise.all([1, 2, 3].map(() => makeFirstAdmin({ db: house.db, email: "Admin@belfry.local", now })));
  const account = made.find((one) => one !== null);
  if (!account) throw new Error("No first admin was made.");
  expect(made.filter((one) => one !== null)).toHaveLength(1);
  first = account;
  const outcome = await signIn({ ...first, address: null, now });
  if (!outcome.ok) throw new Error("The first admin cannot sign in.");
  admin = outcome.person;
});
afterAll(() => house.close());

test("three workers that start at once make one first admin, with a password that is random", async () => {
  expect(first.password).toMatch(/^[A-Za-z0-9]{20}$/);
  expect(await makeFirstAdmin({ db: house.db, email: "other@belfry.local", now })).toBeNull();
});

test("the right password opens a session that ends after its time, on sign-out, and when the person is disabled", async () => {
  const outcome = await signIn({ ...first, address: null, now });
  if (!outcome.ok) throw new Error("refused");
  const { sessionId } = outcome.person;
  expect(await actorOfSession(sessionId, after(60))).toMatchObject({ role: "admin" });
  expect(await actorOfSession(sessionId, after(sessionSeconds + 1))).toBeNull();
  await endSession(house.db, sessionId, after(120));
  expect(await actorOfSession(sessionId, after(121))).toBeNull();

  const viewer = await addPerson({ actor: admin, input: { email: "viewer@example.com", name: "Viewer", role: "viewer" }, now });
  const seen = await signIn({ ...viewer, address: null, now });
  if (!seen.ok) throw new Error("refused");
  await changePerson({ actor: admin, personId: seen.person.id, disabled: true, now });
  expect(await actorOfSession(seen.person.sessionId, after(1))).toBeNull();
  expect(await signIn({ ...viewer, address: null, now: after(2) })).toEqual({ ok: false, waitSeconds: 0 });
});

test("a role that changes holds at once, in sessions that are open", async () => {
  const person = await addPerson({ actor: admin, input: { email: "operator@example.com", name: "Operator", role: "operator" }, now });
  const seen = await signIn({ ...person, address: null, now });
  if (!seen.ok) throw new Error("refused");
  await changePerson({ actor: admin, personId: seen.person.id, role: "viewer", now });
  expect(await actorOfSession(seen.person.sessionId, after(1))).toMatchObject({ role: "viewer" });
});

test("wrong passwords make the next try wait longer and longer, also for the right one, and time heals", async () => {
  const wrong = (at: number) => signIn({ email: "nobody@example.com", password: "wrong", address: null, now: after(at) });
  for (let attempt = 0; attempt < 3; attempt += 1) expect(await wrong(0)).toEqual({ ok: false, waitSeconds: 0 });
  const waits: number[] = [];
  let at = 0;
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const outcome = await wrong(at);
    if (!outcome.ok && outcome.waitSeconds > 0) {
      waits.push(outcome.waitSeconds);
      at += outcome.waitSeconds;
      await wrong(at);
    }
  }
  expect(waits.length).toBeGreaterThan(1);
  expect([...waits].sort((a, b) => a - b)).toEqual(waits);
  expect(await wrong(at + 7200)).toEqual({ ok: false, waitSeconds: 0 });
});

test("tries at the same moment are counted too: twenty guesses at once are not twenty guesses", async () => {
  const guesses = await Promise.all(
    Array.from({ length: 20 }, (_, n) => signIn({ email: "target@example.com", password: `guess ${n}`, address: null, now })),
  );
  expect(guesses.filter((guess) => !guess.ok && guess.waitSeconds === 0).length).toBeLessThanOrEqual(4);
}, 60_000);

test("whoever may not see the people learns no e-mail from the audit either", async () => {
  const { email } = await addPerson({
    actor: admin,
    input: { email: "private@example.com", name: "Private", role: "viewer" },
    now: after(86_400),
  });
  const seenBy = async (role: Actor["role"]) => JSON.stringify(await listAudit({ actor: { ...admin, role } }));
  expect(await seenBy("admin")).toContain(email);
  expect(await seenBy("operator")).toContain("Private");
  for (const role of ["operator", "viewer"] as const) expect(await seenBy(role)).not.toContain("@example.com");
});

test("an e-mail or a name that Postgres cannot keep is refused in words", async () => {
  expect(await signIn({ email: "a\u0000@example.com", password: "x", address: null, now })).toEqual({ ok: false, waitSeconds: 0 });
  for (const input of [
    { email: "a\u0000@example.com", name: "Ada", role: "viewer" },
    { email: "ada@example.com", name: "Ada\u0000", role: "viewer" },
    { email: "ada@example.com", name: "Ada\nAdmin", role: "viewer" },
    { email: "ada@example.com", name: "\ud83d", role: "viewer" },
    {},
    null,
  ]) {
    const refusal = await addPerson({ actor: admin, input, now }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Invalid);
    for (const { sentence } of (refusal as Invalid).faults) expect(sentence).toMatch(/^The .*[:.]/);
  }
  await expect(changePerson({ actor: admin, personId: "nobody\u0000", role: "viewer", now })).rejects.toBeInstanceOf(NotFound);
});

test("a new password ends the sessions of the old one", async () => {
  const before = await signIn({ ...first, address: null, now: after(10) });
  if (!before.ok) throw new Error("refused");
  const renewed = await resetPassword({ db: house.db, email: first.email, now: after(20) });
  expect(await actorOfSession(before.person.sessionId, after(21))).toBeNull();
  expect(await signIn({ ...first, address: null, now: after(22) })).toMatchObject({ ok: false });
  expect(await signIn({ email: first.email, password: renewed?.password ?? "", address: null, now: after(23) })).toMatchObject({
    ok: true,
  });
});

test("only an admin changes people, and the last admin stays one", async () => {
  await expect(addPerson({ actor: { ...admin, role: "operator" }, input: {}, now })).rejects.toBeInstanceOf(Forbidden);
  await expect(changePerson({ actor: admin, personId: admin.id, role: "viewer", now })).rejects.toBeInstanceOf(Conflict);
  await expect(changePerson({ actor: admin, personId: admin.id, disabled: true, now })).rejects.toBeInstanceOf(Conflict);
});
