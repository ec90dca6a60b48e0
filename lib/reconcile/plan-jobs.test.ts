import type { GetScheduleCommandOutput } from "@aws-sdk/client-scheduler";
import { expect, test } from "vitest";
import type { JobToReconcile } from "@/lib/db/jobs";
import type { JobScheduleRow } from "@/lib/db/observations";
import { desiredState, withRevisions } from "@/lib/desired/desired-state";
import { scheduleFingerprint } from "@/lib/desired/fingerprint";
import { scheduleName } from "@/lib/desired/names";
import { type DesiredSchedule, toSchedules } from "@/lib/desired/schedules";
import { sampleEnvironment, sampleJob } from "@/lib/testing/samples";
import { planJobs } from "./plan-jobs";
import { narrow, standardPolicy } from "./policy";

const environment = sampleEnvironment();
const arn = "arn:aws:ecs:eu-central-1:123456789012:task-definition/belfry-prod-billing:7";
const now = new Date("2026-03-02T12:00:00Z");
const noon = new Date("2026-03-01T12:00:00Z");
const later = new Date("2026-03-01T13:00:00Z");

type Overrides = Parameters<typeof sampleJob>[0];
const jobOf = (overrides: Overrides): JobToReconcile => ({ ...sampleJob(overrides), syncAttempts: 0 });
const settled = { generation: 1, appliedGeneration: 1, observedGeneration: 1, taskDefinitionArn: arn };
const job = jobOf(settled);
const name = scheduleName(job);
const scheduleOf = (of: JobToReconcile): DesiredSchedule => toSchedules(of, environment, arn, new Date(0))[0] as DesiredSchedule;

const listedAs = (state: "ENABLED" | "DISABLED", lastModifiedAt: Date, as = name) => [as, { name: as, state, lastModifiedAt }] as const;
const notedAs = (lastModifiedAt: Date, of = job, as = name): [string, JobScheduleRow] => {
  const { State: state } = scheduleOf(of);
  const row = { environmentId: environment.id, name: as, jobId: of.id, state, lastModifiedAt, verifiedAt: noon };
  return [as, { ...row, fingerprint: scheduleFingerprint(scheduleOf(of)) }];
};
const readAs = (schedule: DesiredSchedule): [string, GetScheduleCommandOutput] => [schedule.Name, { $metadata: {}, ...schedule }];

type World = {
  job?: JobToReconcile;
  listed?: ReturnType<typeof listedAs>[];
  noted?: [string, JobScheduleRow][];
  whole?: [string, GetScheduleCommandOutput][];
  registered?: boolean;
};
const plan = ({ job: of = job, listed = [], noted = [], whole = [], registered = true }: World) => {
  const wanted = desiredState([of], environment, now);
  const revisions = wanted.flatMap(({ definition }) => (definition ? [{ fingerprint: definition.fingerprint, arn }] : []));
  const desired = registered ? withRevisions(wanted, revisions) : wanted;
  return planJobs({ desired, listed: new Map(listed), noted: new Map(noted), whole: new Map(whole), now });
};

const fresh = jobOf({});
const saved = jobOf({ ...settled, generation: 2, expression: "rate(1 hour)" });
const paused = jobOf({ ...settled, generation: 2, pausedAt: noon });
const deleted = jobOf({ ...settled, generation: 2, deletedAt: noon });
const renamed = jobOf({ ...settled, generation: 2, slug: "other" });
const over = jobOf({ ...settled, expression: "at(2026-03-01T08:00:00)", timeZone: "UTC" });
const justPassed = jobOf({ ...settled, expression: "at(2026-03-02T11:59:30)", timeZone: "UTC" });
const waiting = jobOf({ generation: 2, retryAt: new Date(now.getTime() + 1000) });
const tampered = { ...scheduleOf(job), State: "DISABLED" as const };

const cases: [what: string, world: World, kind: string, reason: string | null, repairs: number][] = [
  ["a new job", { job: fresh }, "create", "generation 1 is not verified in AWS", 0],
  ["a new job whose definition is new as well", { job: fresh, registered: false }, "create", "generation 1 is not verified in AWS", 0],
  ["as noted", { listed: [listedAs("ENABLED", noon)], noted: [notedAs(noon)] }, "keep", null, 0],
  ["gone behind our back", { noted: [notedAs(noon)] }, "create", "it is missing in AWS", 1],
  [
    "saved again",
    { job: saved, listed: [listedAs("ENABLED", noon)], noted: [notedAs(noon)] },
    "update",
    "generation 2 is not verified in AWS",
    0,
  ],
  [
    "saved again with nothing that AWS need know",
    { job: jobOf({ ...settled, generation: 2, description: "Explained" }), listed: [listedAs("ENABLED", noon)], noted: [notedAs(noon)] },
    "keep",
    null,
    0,
  ],
  [
    "paused",
    { job: paused, listed: [listedAs("ENABLED", noon)], noted: [notedAs(noon)] },
    "update",
    "generation 2 is not verified in AWS",
    0,
  ],
  [
    "written by somebody, and as it should be",
    { listed: [listedAs("ENABLED", later)], noted: [notedAs(noon)], whole: [readAs(scheduleOf(job))] },
    "keep",
    null,
    0,
  ],
  [
    "written by us and never noted, because we were killed",
    { listed: [listedAs("ENABLED", later)], whole: [readAs(scheduleOf(job))] },
    "keep",
    null,
    0,
  ],
  [
    "changed behind our back",
    { listed: [listedAs("DISABLED", later)], noted: [notedAs(noon)], whole: [readAs(tampered)] },
    "update",
    "it was changed in AWS",
    1,
  ],
  [
    "another form of Belfry's own, while somebody touched it",
    {
      job: jobOf({ ...settled, slug: job.slug, timeZone: "UTC" }),
      listed: [listedAs("ENABLED", later)],
      noted: [notedAs(noon)],
      whole: [readAs(scheduleOf(job))],
    },
    "update",
    "it is described differently now: Belfry's own form, the environment or the revision changed",
    0,
  ],
  [
    "its revision is gone",
    { listed: [listedAs("ENABLED", noon)], noted: [notedAs(noon)], registered: false },
    "update",
    "it is described differently now: Belfry's own form, the environment or the revision changed",
    0,
  ],
  ["deleted", { job: deleted, listed: [listedAs("ENABLED", noon)], noted: [notedAs(noon)] }, "remove", "the job was deleted", 0],
  ["deleted, and gone already", { job: deleted, noted: [notedAs(noon)] }, "keep", null, 0],
  [
    "at another address",
    { job: renamed, listed: [listedAs("ENABLED", noon)], noted: [notedAs(noon)] },
    "create",
    "generation 2 is not verified in AWS",
    0,
  ],
  [
    "over since long",
    { job: over, listed: [listedAs("ENABLED", noon)], noted: [notedAs(noon, over)] },
    "remove",
    "its only moment is over",
    0,
  ],
  ["over, and gone already", { job: over, noted: [notedAs(noon, over)] }, "keep", null, 0],
  [
    "just fired and gone behind our back",
    { job: justPassed, noted: [notedAs(noon, justPassed)] },
    "keep",
    "its only moment has come: AWS might fire it once more",
    0,
  ],
  [
    "just fired and changed behind our back",
    {
      job: justPassed,
      listed: [listedAs("ENABLED", later)],
      noted: [notedAs(noon, justPassed)],
      whole: [readAs({ ...scheduleOf(justPassed), ScheduleExpression: "rate(1 minute)" })],
    },
    "keep",
    "its only moment has come: AWS might fire it once more",
    0,
  ],
  ["waiting for its retry", { job: waiting }, "keep", "it failed and waits to be tried again", 0],
];

test.each(cases)("a job that is %s", (_what, world, kind, reason, repairs) => {
  const [step] = plan(world).steps;
  expect(step?.kind).toBe(kind);
  expect(step?.reasons[0] ?? null).toBe(reason);
  expect(step?.repairs).toHaveLength(repairs);
});

test("what waits to be made is pinned to no revision, and what is there is updated, not made", () => {
  const [step] = plan({ job: saved, listed: [listedAs("ENABLED", noon)], noted: [notedAs(noon)] }).steps;
  expect(step?.put).toEqual([{ schedule: scheduleOf(saved), exists: true }]);
  const [unregistered] = plan({ job: fresh, registered: false }).steps;
  expect(unregistered?.put[0]?.schedule.Target.EcsParameters.TaskDefinitionArn).toBe("unregistered");
});

test("at another address the old schedule goes as the new one comes", () => {
  const [step] = plan({ job: renamed, listed: [listedAs("ENABLED", noon)], noted: [notedAs(noon)] }).steps;
  expect(step?.put.map(({ schedule }) => schedule.Name)).toEqual([scheduleName(renamed)]);
  expect(step?.remove).toEqual([name]);
  expect(step?.reasons).toContain("the job has another address now");
});

test("a moment that passed before AWS could be told of it is told", () => {
  const missed = jobOf({ expression: "at(2026-03-02T11:00:00)", timeZone: "UTC", savedAt: noon });
  expect(plan({ job: missed }).steps[0]?.tooLate).toContain("had passed");
  // Killed after AWS had taken it: it did run.
  const taken = plan({ job: missed, listed: [listedAs("ENABLED", later)], whole: [readAs(scheduleOf(missed))] });
  expect(taken.steps[0]?.tooLate).toBeNull();
  // Only its description was saved meanwhile: it did run.
  const explained = jobOf({ ...settled, ...justPassed, generation: 2, savedAt: noon, description: "Explained" });
  expect(plan({ job: explained, listed: [listedAs("ENABLED", noon)], noted: [notedAs(noon, justPassed)] }).steps[0]?.tooLate).toBeNull();
  // Resumed after its moment: nobody was promised anything.
  expect(plan({ job: { ...missed, savedAt: now } }).steps[0]?.tooLate).toBeNull();
  expect(plan({ job: { ...missed, deletedAt: now } }).steps[0]?.tooLate).toBeNull();
});

test("what bears our name and has no job is an orphan; another name is not ours", () => {
  const { orphans, foreign } = plan({
    listed: [listedAs("ENABLED", noon), listedAs("ENABLED", noon, "blf-zzzzzzzzzz-ghost"), listedAs("ENABLED", noon, "nightly")],
    noted: [notedAs(noon)],
  });
  expect(orphans).toEqual(["blf-zzzzzzzzzz-ghost"]);
  expect(foreign).toEqual(["nightly"]);
});

test("a job that was not loaded because it is settled is no orphan", () => {
  const quiet = jobOf({ ...settled, id: "quiet00000" });
  const as = scheduleName(quiet);
  const { orphans } = plan({ listed: [listedAs("ENABLED", noon, as)], noted: [notedAs(noon, quiet, as)] });
  expect(orphans).toEqual([]);
});

const ghosts = (count: number) => Array.from({ length: count }, (_, index) => `blf-ghost${String(index).padStart(5, "0")}-x`);
const withGhosts = (count: number) => ({ ...plan({}), orphans: ghosts(count) });

test.each([
  ["ten of twenty are few", 10, 20, false],
  ["eleven of twenty are too many", 11, 20, true],
  ["two hundred of a thousand are a fifth", 200, 1000, false],
  ["more than a fifth of a thousand are too many", 201, 1000, true],
])("%s", (_what, removals, listedCount, isBraked) => {
  const narrowed = narrow(withGhosts(removals), listedCount, standardPolicy);
  expect(narrowed.orphans).toHaveLength(isBraked ? 0 : removals);
  expect(narrowed.braked?.names ?? []).toHaveLength(isBraked ? removals : 0);
});

test("a deleted job goes, though the brake holds the others", () => {
  const world = plan({ job: deleted, listed: [listedAs("ENABLED", noon)], noted: [notedAs(noon)] });
  const narrowed = narrow({ ...world, orphans: ghosts(11) }, 20, standardPolicy);
  expect(narrowed.steps[0]?.remove).toEqual([name]);
  expect(narrowed.orphans).toEqual([]);
});

const many = (count: number, of: World) => {
  const one = plan(of).steps[0];
  if (!one) throw new Error("no step");
  return { ...plan({}), steps: Array.from({ length: count }, () => ({ ...one })) };
};
const removalsOf = ({ steps }: { steps: { remove: string[] }[] }) => steps.flatMap(({ remove }) => remove);

test("of many jobs whose only moment is over some go in each round, and they hold up no orphan", () => {
  const ended = many(25, { job: over, listed: [listedAs("ENABLED", noon)], noted: [notedAs(noon, over)] });
  const narrowed = narrow({ ...ended, orphans: ghosts(3) }, 40, standardPolicy);
  expect(removalsOf(narrowed)).toHaveLength(10);
  expect(narrowed).toMatchObject({ orphans: ghosts(3), braked: null });
});

test("the old addresses of many jobs go, once the new ones are there", () => {
  const asNew = listedAs("ENABLED", later, scheduleName(renamed));
  const world = { job: renamed, listed: [listedAs("ENABLED", noon), asNew], noted: [notedAs(noon)], whole: [readAs(scheduleOf(renamed))] };
  const moved = many(25, world);
  expect(moved.steps[0]).toMatchObject({ kind: "remove", put: [] });
  expect(removalsOf(narrow(moved, 40, standardPolicy))).toHaveLength(25);
});

test("a dry run does nothing and settles nothing", () => {
  const narrowed = narrow(plan({ job: fresh }), 0, { ...standardPolicy, dryRun: true });
  expect(narrowed.steps).toMatchObject([{ kind: "keep", put: [], isHeld: true, reasons: ["generation 1 is not verified in AWS"] }]);
});
