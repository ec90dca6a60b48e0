import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { listAuditRows } from "@/lib/db/audit";
import { getJobBySlug } from "@/lib/db/jobs";
import { listRevisions } from "@/lib/db/revisions";
import { recordRoundOutcome } from "@/lib/db/rounds";
import { Conflict, Forbidden, Invalid, NotFound } from "@/lib/domain/errors";
import { badJobs, goodJob } from "@/lib/testing/bad-jobs";
import { testDatabase } from "@/lib/testing/database";
import { makeActor, makeEnvironment } from "@/lib/testing/factories";
import { deleteJob } from "./delete-job";
import { getJob } from "./get-job";
import { listJobs } from "./list-jobs";
import { pauseJob, resumeJob } from "./pause-job";
import { previewJob } from "./preview-job";
import { saveJob } from "./save-job";

const now = new Date("2026-11-21T10:00:00Z");
const operator = makeActor("operator");
const admin = makeActor("admin");
const viewer = makeActor("viewer");
let house: Awaited<ReturnType<typeof testDatabase>>;

beforeAll(async () => {
  house = await testDatabase();
  process.env.DATABASE_URL = house.url;
  await makeEnvironment(house.db);
});
afterAll(() => house.close());
beforeEach(async () => {
  await house.db.$executeRaw`truncate job, job_revision, run, audit_entry, round_outcome cascade`;
});

const counts = async () => ({
  jobs: await house.db.job.count(),
  revisions: await house.db.jobRevision.count(),
  audits: await house.db.auditEntry.count(),
});
const nothing = { jobs: 0, revisions: 0, audits: 0 };

test("saving a new job writes it with its first generation, a revision and an audit entry", async () => {
  const job = await saveJob({ actor: operator, slug: null, input: goodJob(), now });
  expect(job).toMatchObject({ slug: "nightly-report", generation: 1, observedGeneration: 0, savedBy: operator.name, savedAt: now });
  expect(await listRevisions(house.db, job.id, 5)).toMatchObject([{ generation: 1, action: "created", changedBy: operator.name }]);
  const { rows } = await listAuditRows(house.db, { limit: 5 });
  expect(rows).toMatchObject([{ action: "job.create", actorName: operator.name, subjectId: job.id, before: null }]);
});

test("saving again raises the generation and keeps what AWS was seen to have", async () => {
  await saveJob({ actor: operator, slug: null, input: goodJob(), now });
  const job = await saveJob({ actor: operator, slug: "nightly-report", input: goodJob({ expression: "rate(1 hour)" }), now });
  expect(job).toMatchObject({ generation: 2, observedGeneration: 0, expression: "rate(1 hour)" });
});

describe("nothing is written for", () => {
  test.each(badJobs)("%s", async (_what, input) => {
    await expect(saveJob({ actor: operator, slug: null, input, now })).rejects.toBeInstanceOf(Invalid);
    expect(await counts()).toEqual(nothing);
  });
});

test("a viewer is refused by every verb that writes, and nothing changes", async () => {
  await saveJob({ actor: operator, slug: null, input: goodJob(), now });
  const before = await counts();
  const slug = "nightly-report";
  for (const refused of [
    saveJob({ actor: viewer, slug: null, input: goodJob({ slug: "other" }), now }),
    saveJob({ actor: viewer, slug, input: goodJob(), now }),
    pauseJob({ actor: viewer, slug, reason: "", now }),
    resumeJob({ actor: viewer, slug, now }),
    deleteJob({ actor: viewer, slug, typedName: "Nightly report", now }),
  ])
    await expect(refused).rejects.toBeInstanceOf(Forbidden);
  expect(await counts()).toEqual(before);
});

test("the second of two people who edit the same generation is told so", async () => {
  await saveJob({ actor: operator, slug: null, input: goodJob(), now });
  const edit = (name: string) => saveJob({ actor: operator, slug: "nightly-report", input: goodJob({ name }), expectedGeneration: 1, now });
  const outcomes = await Promise.allSettled([edit("One"), edit("Two")]);
  expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(outcomes.find((outcome) => outcome.status === "rejected")).toMatchObject({ reason: expect.any(Conflict) });
  expect((await getJob({ actor: viewer, slug: "nightly-report" })).job.generation).toBe(2);
});

test("two jobs cannot have one address, even when they are saved at the same moment", async () => {
  const save = () => saveJob({ actor: operator, slug: null, input: goodJob(), now });
  const outcomes = await Promise.allSettled([save(), save(), save()]);
  expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
  for (const outcome of outcomes) if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(Conflict);
  expect(await counts()).toMatchObject({ jobs: 1, audits: 1 });
});

test("pausing says who and why, and pausing twice changes nothing more", async () => {
  await saveJob({ actor: operator, slug: null, input: goodJob(), now });
  const paused = await pauseJob({ actor: operator, slug: "nightly-report", reason: "database upgrade", now });
  expect(paused).toMatchObject({ generation: 2, pausedBy: operator.name, pauseReason: "database upgrade", pausedAt: now });
  expect(await pauseJob({ actor: admin, slug: "nightly-report", reason: "again", now })).toMatchObject({
    generation: 2,
    pausedBy: operator.name,
  });
  const resumed = await resumeJob({ actor: admin, slug: "nightly-report", now });
  expect(resumed).toMatchObject({ generation: 3, pausedAt: null, pauseReason: null });
});

test("editing a paused job leaves it paused", async () => {
  await saveJob({ actor: operator, slug: null, input: goodJob(), now });
  await pauseJob({ actor: operator, slug: "nightly-report", reason: "", now });
  const job = await saveJob({ actor: operator, slug: "nightly-report", input: goodJob({ name: "Renamed" }), now });
  expect(job).toMatchObject({ name: "Renamed", pausedAt: now });
});

test("AWS was last looked at for a job when it was read back, or with the last whole look that went well", async () => {
  const { id, environmentId } = await saveJob({ actor: operator, slug: null, input: goodJob(), now });
  const at = (minute: number) => new Date(now.getTime() + minute * 60_000);
  const look = (minute: number, error: string | null) =>
    recordRoundOutcome(house.db, {
      round: "reconcile-jobs",
      environmentId,
      startedAt: at(minute),
      endedAt: at(minute),
      report: null,
      error,
    });
  const lastLookAt = async () => (await getJob({ actor: viewer, slug: "nightly-report" })).lastLookAt;
  expect(await lastLookAt()).toBeNull();
  await look(1, null);
  expect(await lastLookAt()).toEqual(at(1));
  await house.db.job.update({ where: { id }, data: { observedAt: at(2) } });
  expect(await lastLookAt()).toEqual(at(2));
  await look(3, null);
  await look(4, "AWS does not answer.");
  expect(await lastLookAt()).toEqual(at(3));
});

test("a job whose only moment is over can still be edited, but gets no other moment of the past", async () => {
  const moment = { expression: "at(2026-11-21T12:00:00)", timeZone: "UTC" };
  await saveJob({ actor: operator, slug: null, input: goodJob(moment), now });
  const tomorrow = new Date(now.getTime() + 86_400_000);
  const edit = (input: object) => ({ actor: operator, slug: "nightly-report", input, now: tomorrow });
  expect((await previewJob(edit(goodJob({ ...moment, description: "Explained" })))).faults).toEqual([]);
  expect(await saveJob(edit(goodJob({ ...moment, description: "Explained" })))).toMatchObject({ generation: 2, description: "Explained" });
  for (const other of [
    { ...moment, expression: "at(2026-11-21T13:00:00)" },
    { ...moment, timeZone: "Europe/Berlin" },
  ])
    await expect(saveJob(edit(goodJob(other)))).rejects.toBeInstanceOf(Invalid);
});

test("texts that Postgres cannot keep are refused in words, and find nothing", async () => {
  await saveJob({ actor: operator, slug: null, input: goodJob(), now });
  const slug = "nightly-report\u0000";
  await expect(getJob({ actor: viewer, slug })).rejects.toBeInstanceOf(NotFound);
  await expect(deleteJob({ actor: admin, slug, typedName: "Nightly report", now })).rejects.toBeInstanceOf(NotFound);
  await expect(pauseJob({ actor: operator, slug: "nightly-report", reason: "\u0000", now })).rejects.toBeInstanceOf(Invalid);
  await expect(pauseJob({ actor: operator, slug: "nightly-report", reason: "\ud83d", now })).rejects.toBeInstanceOf(Invalid);
  expect(await listJobs({ actor: viewer, application: "reports\u0000" })).toMatchObject({ rows: [], total: 0 });
  expect(await listJobs({ actor: viewer, search: "report\u0000\ud83d" })).toMatchObject({ rows: [] });
});

test("deleting needs the name typed, hides the job and frees its address", async () => {
  await saveJob({ actor: operator, slug: null, input: goodJob(), now });
  await expect(deleteJob({ actor: admin, slug: "nightly-report", typedName: "nightly", now })).rejects.toBeInstanceOf(Invalid);
  await expect(deleteJob({ actor: operator, slug: "nightly-report", typedName: "Nightly report", now })).rejects.toBeInstanceOf(Forbidden);
  await deleteJob({ actor: admin, slug: "nightly-report", typedName: "Nightly report", now });
  expect(await getJobBySlug(house.db, "nightly-report")).toBeNull();
  await expect(getJob({ actor: viewer, slug: "nightly-report" })).rejects.toBeInstanceOf(NotFound);
  await expect(saveJob({ actor: operator, slug: null, input: goodJob(), now })).resolves.toMatchObject({ generation: 1 });
});
