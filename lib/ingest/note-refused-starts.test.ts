import { afterAll, beforeAll, expect, test } from "vitest";
import { getRunById } from "@/lib/db/runs";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeRun } from "@/lib/testing/factories";
import { noteRefusedStarts } from "./note-refused-starts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const round = () => noteRefusedStarts({ db: database.db, log: quiet });

const refused = {
  sentence: "AWS refused to start it.",
  awsCode: "AccessDeniedException",
  awsMessage: "User is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/jobs",
  at: "2026-03-22T18:59:00.000Z",
};

test("a start that AWS refused is a failed run with the reason in words", async () => {
  const { db } = database;
  const run = await makeRun(db, { launchError: refused });
  const waiting = await makeRun(db);
  expect(await round()).toEqual({ noted: 1, failed: 0 });
  expect(await getRunById(db, run.id)).toMatchObject({
    state: "failed",
    stoppedAt: new Date(refused.at),
    startedAt: null,
    cause: { headline: expect.stringMatching(/role/i), awsWords: [refused.awsMessage] },
  });
  expect((await getRunById(db, waiting.id))?.state).toBe("requested");
});

test("a second round changes nothing", async () => {
  expect(await round()).toEqual({ noted: 0, failed: 0 });
});
