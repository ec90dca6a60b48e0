import { afterAll, beforeAll, expect, test } from "vitest";
import { Invalid } from "@/lib/domain/errors";
import type { Job } from "@/lib/domain/job";
import { readStrip } from "@/lib/domain/run-strip";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeEnvironment, makeJob, makeRun } from "@/lib/testing/factories";
import { listJobsOfCalendars, readCalendars } from "./job-calendars";
import { type JobFilter, listJobRows, listOutOfSync } from "./job-lists";
import { writeCursor } from "./page-cursor";

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 21, 10, minutes));
const settled = { appliedGeneration: 1, observedGeneration: 1 };
let house: TestDatabase;
let environmentId: string;
const jobs: Record<string, Job> = {};

beforeAll(async () => {
  house = await testDatabase();
  environmentId = (await makeEnvironment(house.db)).id;
  const make = async (name: string, overrides: Parameters<typeof makeJob>[1] = {}) => {
    jobs[name] = await makeJob(house.db, { environmentId, name, ...settled, ...overrides });
    return jobs[name];
  };
  const passing = { ...settled, application: "billing" };
  const good = await make("beta good", passing);
  const bad = await make("Alpha bad", { labels: { team: "100%_sure" } });
  const busy = await make("gamma busy");
  await make("delta never", { description: "literal back\\slash" });
  await make("Epsilon paused", { pausedAt: at(0) });
  await make("zeta unsettled", { observedGeneration: 0 });
  await make("gone", { deletedAt: at(0), removedAt: at(1) });
  for (let minute = 0; minute < 20; minute++) {
    const times = { scheduledAt: at(minute), startedAt: at(minute), stoppedAt: new Date(at(minute).getTime() + (minute + 1) * 1000) };
    await makeRun(house.db, { jobId: good.id, state: minute === 0 ? "failed" : "succeeded", ...times });
    await makeRun(house.db, { jobId: bad.id, state: minute === 19 ? "failed" : "succeeded", ...times });
  }
  await makeRun(house.db, { jobId: bad.id, state: "skipped", scheduledAt: at(20) });
  await makeRun(house.db, { jobId: busy.id, state: "running", scheduledAt: at(5) });
});
afterAll(() => house.close());

const names = async (filter: Partial<JobFilter>) => (await listJobRows(house.db, { limit: 50, ...filter })).rows.map(({ job }) => job.name);

test("living jobs come in the order of their names, large and small letters alike", async () => {
  expect(await names({})).toEqual(["Alpha bad", "beta good", "delta never", "Epsilon paused", "gamma busy", "zeta unsettled"]);
});

test("pages follow each other without a gap or a repetition, and jobs of one name are all there", async () => {
  const twins = await Promise.all([1, 2, 3].map(() => makeJob(house.db, { environmentId, name: "delta never", ...settled })));
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listJobRows(house.db, { limit: 2, cursor });
    expect(page.total).toBe(9);
    seen.push(...page.rows.map(({ job }) => job.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(seen).toHaveLength(9);
  expect(new Set(seen).size).toBe(9);
  await house.db.job.deleteMany({ where: { id: { in: twins.map(({ id }) => id) } } });
});

test("each row has how it ended last, its last fifteen runs and its usual time", async () => {
  const { rows } = await listJobRows(house.db, { limit: 2 });
  const [bad, good] = rows;
  expect(bad?.last).toEqual({ id: expect.any(String), state: "failed", at: new Date(at(19).getTime() + 20_000), headline: null });
  expect(readStrip(bad?.strip ?? "", at(30))).toHaveLength(15);
  expect(bad?.strip).toMatch(/^k f20 s19 s18 /);
  expect(good?.last).toMatchObject({ state: "succeeded" });
  expect(good?.usualSeconds).toBe(11);
  const never = (await listJobRows(house.db, { limit: 50, state: "never-run", search: "delta" })).rows[0];
  expect(never).toMatchObject({ last: null, strip: "", usualSeconds: null, running: false });
});

test.each<[JobFilter["state"], string[]]>([
  ["failing", ["Alpha bad"]],
  ["running", ["gamma busy"]],
  ["paused", ["Epsilon paused"]],
  ["out-of-sync", ["zeta unsettled"]],
  ["never-run", ["delta never", "Epsilon paused", "zeta unsettled"]],
])("the list narrows to jobs that are %s", async (state, expected) => {
  expect(await names({ state })).toEqual(expected);
});

test.each<[string, string[]]>([
  ["ALPHA", ["Alpha bad"]],
  ["good billing", ["beta good"]],
  ["good else", []],
  ["100%", ["Alpha bad"]],
  ["%_s", ["Alpha bad"]],
  ["100_", []],
  ["a%d", []],
  ["back\\slash", ["delta never"]],
  ["\\", ["delta never"]],
  ["'; drop table job; --", []],
  ["NUL\u0000", []],
])("searching %j finds what is written so", async (search, expected) => {
  expect(await names({ search })).toEqual(expected);
});

test("an application narrows the list; all of them are offered whatever the filter", async () => {
  const page = await listJobRows(house.db, { limit: 50, application: "billing" });
  expect(page.rows.map(({ job }) => job.name)).toEqual(["beta good"]);
  expect(page).toMatchObject({ total: 1, applications: ["billing", "reports"] });
});

test("a page costs one query, however many jobs are on it", async () => {
  for (const limit of [1, 50]) {
    house.statements.length = 0;
    await listJobRows(house.db, { limit, search: "a", state: "failing" });
    expect(house.statements).toHaveLength(1);
  }
});

test.each(["nonsense", writeCursor(["a\u0000", "b"]), "", "W10"])("the cursor %j is refused or means the first page", async (cursor) => {
  const asked = names({ cursor });
  if (cursor === "") expect((await asked).length).toBe(6);
  else await expect(asked).rejects.toBeInstanceOf(Invalid);
});

test("jobs of one calendar are told together, without the paused, and a rate by the moment from which it counts", async () => {
  const rates = await Promise.all(
    [at(1), at(1), at(2)].map((appliedAt, n) =>
      makeJob(house.db, { environmentId, name: `rate ${n}`, expression: "rate(5 minutes)", appliedAt, ...settled }),
    ),
  );
  const { calendars, jobCount, pausedCount } = await readCalendars(house.db);
  expect([jobCount, pausedCount]).toEqual([9, 1]);
  expect(calendars.map(({ expression, anchor, jobs }) => [expression, anchor, jobs])).toEqual([
    ["cron(0 2 * * ? *)", null, 5],
    ["rate(5 minutes)", at(1), 2],
    ["rate(5 minutes)", at(2), 1],
  ]);
  expect((await listJobsOfCalendars(house.db, calendars, 2)).map(({ calendar, name }) => [calendar, name])).toEqual([
    [0, "Alpha bad"],
    [0, "beta good"],
    [1, "rate 0"],
    [1, "rate 1"],
    [2, "rate 2"],
  ]);
  await house.db.job.deleteMany({ where: { id: { in: rates.map(({ id }) => id) } } });
});

test("out of sync are those that AWS does not follow, the refused first", async () => {
  const refused = { sentence: "No.", awsCode: "AccessDenied", awsMessage: "no", field: null, passing: false, at: at(0).toISOString() };
  const job = await makeJob(house.db, { environmentId, name: "refused", syncError: refused, savedAt: at(30) });
  const removing = await makeJob(house.db, { environmentId, name: "removing", deletedAt: at(0), ...settled, savedAt: at(1) });
  const { outOfSync, ...counts } = await listOutOfSync(house.db, 20);
  expect(outOfSync.map(({ name, sync }) => [name, sync])).toEqual([
    ["refused", "refused"],
    ["removing", "removing"],
    ["zeta unsettled", "applied"],
  ]);
  expect(counts).toEqual({ refusedCount: 1, onTheWayCount: 2 });
  await house.db.job.deleteMany({ where: { id: { in: [job.id, removing.id] } } });
});
