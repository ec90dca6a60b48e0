import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Conflict, NotFound } from "@/lib/domain/errors";
import { newId } from "@/lib/domain/ids";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makePerson } from "@/lib/testing/factories";
import {
  changePerson,
  claimSignInTry,
  clearSignInFailures,
  endSession,
  findLiveSession,
  findPersonByEmail,
  insertFirstPerson,
  insertPerson,
  insertSession,
  listPersonRows,
} from "./people";
import { inTransaction } from "./transaction";

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 10, 0, seconds));
let house: TestDatabase;
beforeAll(async () => {
  house = await testDatabase();
});
afterAll(() => house.close());
beforeEach(async () => {
  await house.db.session.deleteMany();
  await house.db.person.deleteMany();
});

const change = (personId: string, what: Parameters<typeof changePerson>[2]) =>
  inTransaction((tx) => changePerson(tx, personId, what), house.db);
const waits = async (keys: string[], second: number) =>
  ((await claimSignInTry(house.db, keys, at(second))).getTime() - at(second).getTime()) / 1000;

test("of several first people with different e-mails one is written", async () => {
  const made = await Promise.all(
    ["a", "b", "c", "d"].map((name) =>
      insertFirstPerson(house.db, { id: newId(), email: `${name}@example.com`, name, role: "admin", passwordHash: "x" }),
    ),
  );
  expect(made.filter(Boolean)).toHaveLength(1);
  expect((await listPersonRows(house.db, { limit: 10 })).rows).toHaveLength(1);
});

test("an e-mail belongs to one person", async () => {
  const { email } = await makePerson(house.db);
  const again = inTransaction((tx) => insertPerson(tx, { id: newId(), email, name: "Other", role: "viewer", passwordHash: "x" }), house.db);
  await expect(again).rejects.toBeInstanceOf(Conflict);
  expect((await findPersonByEmail(house.db, email))?.passwordHash).toBeNull();
});

test("two admins who take each other's role at the same moment do not both succeed", async () => {
  const [one, two] = [await makePerson(house.db, { role: "admin" }), await makePerson(house.db, { role: "admin" })];
  const outcomes = await Promise.allSettled([
    change(one.id, { role: "viewer", at: at(0) }),
    change(two.id, { disabledAt: at(0), at: at(0) }),
  ]);
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused).toHaveLength(1);
  expect(refused[0]?.reason).toMatchObject({ word: "conflict", sentence: expect.stringContaining("is the last admin") });
});

test("a person who is not there cannot be changed", async () => {
  await expect(change(newId(), { role: "viewer", at: at(0) })).rejects.toBeInstanceOf(NotFound);
  await expect(change("nobody", { role: "viewer", at: at(0) })).rejects.toBeInstanceOf(NotFound);
});

test("a session is looked up with its person by one query, and only while it is open", async () => {
  const person = await makePerson(house.db);
  const session = { id: newId(), personId: person.id, createdAt: at(0), expiresAt: at(60) };
  await insertSession(house.db, session);
  house.statements.length = 0;
  expect(await findLiveSession(house.db, session.id, at(59))).toEqual(person);
  expect(house.statements).toHaveLength(1);
  expect(await findLiveSession(house.db, session.id, at(60))).toBeNull();
  expect(await findLiveSession(house.db, "no-uuid", at(1))).toBeNull();
  await endSession(house.db, session.id, at(5));
  await endSession(house.db, session.id, at(6));
  expect(await findLiveSession(house.db, session.id, at(1))).toBeNull();
  expect((await house.db.session.findFirst())?.endedAt).toEqual(at(5));
});

test("an e-mail waits up to a minute, an address up to a quarter of an hour after twenty free tries", async () => {
  const waitsOf = async (key: string, tries: number) => {
    const seen: number[] = [];
    let second = 0;
    while (seen.length < tries) {
      const wait = await waits([key], second);
      seen.push(wait);
      second += wait;
      if (wait > 0) await waits([key], second);
    }
    return seen;
  };
  expect(await waitsOf("email:a@example.com", 9)).toEqual([0, 0, 0, 2, 4, 8, 16, 32, 60]);
  const address = await waitsOf("address:192.0.2.1", 31);
  expect(address.slice(0, 21)).toEqual([...Array.from({ length: 20 }, () => 0), 2]);
  expect(address.at(-1)).toBe(900);
});

test("a try that has to wait for one of its keys takes nothing from the others", async () => {
  for (let index = 0; index < 3; index++) await waits(["email:b@example.com"], 0);
  for (let index = 0; index < 50; index++) expect(await waits(["email:b@example.com", "address:192.0.2.2"], 1)).toBe(1);
  expect(await waits(["address:192.0.2.2"], 1)).toBe(0);
  await clearSignInFailures(house.db, ["email:b@example.com"]);
  expect(await waits(["email:b@example.com"], 1)).toBe(0);
});

test("an hour without a try forgets all, and rows that nobody asks for any more go", async () => {
  for (let index = 0; index < 3; index++) await waits(["email:c@example.com"], 0);
  expect(await waits(["email:c@example.com"], 3601)).toBe(0);
  expect(await house.db.signInFailure.findMany({ where: { lastAt: { lt: at(1) } } })).toEqual([]);
});
