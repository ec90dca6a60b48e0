import { afterAll, beforeAll, expect, test } from "vitest";
import { listAuditRows } from "@/lib/db/audit";
import { setAside } from "@/lib/db/set-aside";
import { Forbidden, Invalid } from "@/lib/domain/errors";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeActor, makeEnvironment } from "@/lib/testing/factories";
import { dismissMessage } from "./dismiss-message";
import { listUnread } from "./list-works";

let house: TestDatabase;
beforeAll(async () => {
  house = await testDatabase();
  process.env.DATABASE_URL = house.url;
});
afterAll(() => house.close());

const viewer = makeActor("viewer");
const keep = async (number: number, body = "?") => {
  const [environment] = await house.db.environment.findMany({ take: 1 });
  const environmentId = environment?.id ?? (await makeEnvironment(house.db)).id;
  const setAsideAt = new Date(Date.UTC(2027, 0, 1, 0, number));
  const message = { environmentId, queue: "events" as const, messageId: `m${number}`, body, attributes: { A: "b\u0000" }, reason: "No." };
  await setAside(house.db, [{ ...message, setAsideAt }]);
};

test("messages that were set aside are read a page at a time, the latest first, each once however often it came", async () => {
  for (let number = 0; number < 23; number++) await keep(number);
  await keep(3);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const { setAside } = await listUnread({ actor: viewer, cursor });
    expect(setAside.total).toBe(23);
    seen.push(...setAside.rows.map(({ messageId }) => messageId));
    cursor = setAside.nextCursor ?? undefined;
  } while (cursor);
  expect(seen).toEqual(Array.from({ length: 23 }, (_, index) => `m${22 - index}`));
  await expect(listUnread({ actor: viewer, cursor: "nonsense" })).rejects.toBeInstanceOf(Invalid);
});

test("of a long message the beginning is shown, and how long it is", async () => {
  await keep(30, `\u0000${"x".repeat(200_000)}`);
  const { rows } = (await listUnread({ actor: viewer })).setAside;
  expect(rows[0]).toMatchObject({ bodyLength: 200_001, attributes: { A: "b\ufffd" } });
  expect(rows[0]?.body).toBe(`\ufffd${"x".repeat(9_999)}`);
});

test("an admin throws a message away once, and it is noted who did", async () => {
  await keep(40);
  const { rows } = (await listUnread({ actor: viewer })).setAside;
  const id = rows[0]?.id ?? "";
  const admin = makeActor("admin");
  await expect(dismissMessage({ actor: makeActor("operator"), id })).rejects.toBeInstanceOf(Forbidden);
  await dismissMessage({ actor: admin, id });
  await dismissMessage({ actor: admin, id });
  await dismissMessage({ actor: admin, id: "no id at all" });
  expect((await listUnread({ actor: viewer })).setAside.rows[0]?.messageId).not.toBe("m40");
  expect((await listAuditRows(house.db, { limit: 10 })).rows).toMatchObject([
    { action: "message.dismiss", actorName: admin.name, subjectId: "m40", before: { reason: "No." } },
  ]);
});
