import { afterAll, beforeAll, expect, test } from "vitest";
import type { Cause, Run } from "@/lib/domain/run";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeEnvironment, makeJob, makeRun } from "@/lib/testing/factories";
import { listRunRows, type RunFilter } from "./run-lists";

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 21, 10, minutes));
let house: TestDatabase;
const runs: Record<string, Run> = {};

const cause = (headline: string, awsWords: string[] = []): Cause => ({
  ...{ kind: "exit-code", headline, evidence: [], awsWords, nextStep: "" },
});

beforeAll(async () => {
  house = await testDatabase();
  const environmentId = (await makeEnvironment(house.db)).id;
  const night = await makeJob(house.db, { environmentId, name: "Night", slug: "night" });
  const day = await makeJob(house.db, { environmentId, name: "Day", slug: "day" });
  await makeJob(house.db, { environmentId, name: "Gone", slug: "gone", deletedAt: at(0) });
  const make = async (name: string, overrides: Parameters<typeof makeRun>[1]) => {
    runs[name] = await makeRun(house.db, overrides);
  };
  await make("well", { jobId: night.id, dueAt: at(1), state: "succeeded" });
  await make("memory", { jobId: night.id, dueAt: at(2), state: "failed", cause: cause("Failed: ran out of memory") });
  await make("image", {
    ...{ jobId: day.id, dueAt: at(3), state: "failed" },
    cause: cause("The image is not there", ["CannotPullContainerError: registry.example.com/billing:1.4.2 not found"]),
  });
  await make("asked", { jobId: day.id, dueAt: at(4), state: "succeeded", requestedAt: at(4), requestedBy: "Zoë O'Neil" });
  await make("refused", {
    ...{ jobId: day.id, dueAt: at(5), state: "failed" },
    launchError: { sentence: "The role may not be passed", awsCode: "AccessDenied", awsMessage: "iam:PassRole", at: "" },
  });
  await make("stopped", { jobId: night.id, dueAt: at(6), state: "stopped", stopRequestedAt: at(6), stopRequestedBy: "Ada" });
});
afterAll(() => house.close());

async function names(filter: Partial<RunFilter>): Promise<string[]> {
  const { rows } = await listRunRows(house.db, { limit: 50, ...filter });
  return rows.map(({ run }) => Object.keys(runs).find((name) => runs[name]?.id === run.id) ?? "");
}

test.each<[Partial<RunFilter>, string[]]>([
  [{}, ["stopped", "refused", "asked", "image", "memory", "well"]],
  [{ slug: "night" }, ["stopped", "memory", "well"]],
  [{ slug: "night", state: "failed" }, ["memory"]],
  [{ from: at(2), until: at(4) }, ["image", "memory"]],
  [{ slug: "day", from: at(4), state: "failed" }, ["refused"]],
  [{ text: "memory" }, ["memory"]],
  [{ text: "RAN out mem" }, ["memory"]],
  [{ text: "billing" }, ["image"]],
  [{ text: "billing:1.4" }, ["image"]],
  [{ text: "exit-code" }, ["image", "memory"]],
  [{ text: "zoë" }, ["asked"]],
  [{ text: "o'neil" }, ["asked"]],
  [{ text: "passrole" }, ["refused"]],
  [{ text: "ada" }, ["stopped"]],
  [{ text: "failed", slug: "day" }, []],
  [{ text: "code", state: "failed", from: at(3) }, ["image"]],
  [{ text: "emory" }, []],
  [{ text: "'; drop table run; --" }, []],
  [{ text: "a & !b | <-> :* \\" }, []],
  [{ text: "nul\u0000 \ud83d" }, []],
  [{ text: "***" }, []],
])("runs narrowed by %j", async (filter, expected) => {
  expect(await names(filter)).toEqual(expected);
});

test("pages of a search follow each other", async () => {
  const first = await listRunRows(house.db, { limit: 1, text: "exit" });
  expect(first.rows).toMatchObject([{ run: { id: runs.image?.id }, job: { slug: "day", name: "Day" } }]);
  expect(await names({ limit: 1, text: "exit", cursor: first.nextCursor ?? "" })).toEqual(["memory"]);
});

test("a line has the moments as moments, and the reason in words", async () => {
  const { rows } = await listRunRows(house.db, { limit: 50, slug: "day" });
  expect(rows[0]?.run).toMatchObject({ headline: "The role may not be passed", dueAt: at(5), startedAt: null });
  expect(rows[1]?.run).toMatchObject({ headline: null, requestedBy: "Zoë O'Neil" });
});

test("an address that no living job has is told", async () => {
  expect(await listRunRows(house.db, { limit: 5, slug: "gone" })).toEqual({
    rows: [],
    nextCursor: null,
    jobIsKnown: false,
    searchedTo: null,
  });
  expect(await listRunRows(house.db, { limit: 5, slug: "day\u0000" })).toMatchObject({ jobIsKnown: false });
});

test("words longer than an index can take do no harm", async () => {
  const words = "x".repeat(100_000);
  const { id } = await makeRun(house.db, { dueAt: at(0), state: "failed", cause: cause(words, [words, "\u202eevil <b>"]) });
  expect((await listRunRows(house.db, { limit: 5, until: at(1) })).rows).toMatchObject([{ run: { id, headline: "x".repeat(300) } }]);
  expect(await names({ text: words })).toEqual([]);
});
