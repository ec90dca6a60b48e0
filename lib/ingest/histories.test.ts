import { isDeepStrictEqual } from "node:util";
import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, makeDatabase } from "@/lib/db/client";
import { recordDeadLetter } from "@/lib/db/dead-letters";
import { upsertEnvironment } from "@/lib/db/environments";
import { writeExpectations } from "@/lib/db/expectations";
import { toRun } from "@/lib/db/run-row";
import { markLost } from "@/lib/db/runs";
import type { Environment } from "@/lib/domain/environment";
import { newId, newShortId } from "@/lib/domain/ids";
import type { Cause, Run } from "@/lib/domain/run";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";
import { makeJob } from "@/lib/testing/factories";
import { type TestSandbox, testSandbox } from "@/lib/testing/sandbox";
import { inLanes } from "./in-lanes";
import { intake } from "./intake";
import {
  type ExpectedRow,
  eventBody,
  expectedRows,
  keyOf,
  numbersFrom,
  type RandomHistory,
  randomHistory,
  type Telling,
  type TrueHistory,
  toldBadly,
  toldInOrder,
  trueHistory,
} from "./random-histories";
import { recordTask, recordTasks, type Sight } from "./record-task";
import { fromDescribe, parseTaskEvent } from "./task-event";

let house: TestDatabase;
let sandbox: TestSandbox;
let db: Database;
let environment: Environment;

beforeAll(async () => {
  [house, sandbox] = await Promise.all([testDatabase(), testSandbox()]);
  db = makeDatabase(house.url, { connections: 8 });
  environment = await upsertEnvironment(db, sandbox.environment, new Date());
});
afterAll(async () => {
  await db.$disconnect();
  await Promise.all([house.close(), sandbox.close()]);
});

const cause: Cause = { kind: "start-refused", headline: "The start was given up", evidence: [], awsWords: [], nextStep: "" };

function sightOf(telling: Telling): Sight | null {
  if (telling.kind !== "event" && telling.kind !== "sweep") return null;
  const { kind, version, at } = telling;
  const read = kind === "event" ? parseTaskEvent(eventBody(version)) : { ...fromDescribe(version.detail), at };
  if (!("task" in read)) throw new Error("The task was not read.");
  return { task: read.task, source: kind, seenAt: read.at ?? at };
}

async function tell({ jobId }: TrueHistory, telling: Telling): Promise<void> {
  const sight = sightOf(telling);
  if (sight) await recordTask({ db }, environment, sight.task, sight);
  else if (telling.kind === "letter") {
    const start = { scheduledAt: telling.moment, gaveUpAt: telling.gaveUpAt, executionId: "given-up", attempts: 4, jobGeneration: 3 };
    await recordDeadLetter(db, { environmentId: environment.id, jobId, ...start, seenAt: telling.at, cause });
  } else if (telling.kind === "missed") {
    const missed = [{ jobId, scheduledAt: telling.moment, jobGeneration: 3, cause: { ...cause, kind: "missed" as const } }];
    await writeExpectations(db, environment.id, { missed, moved: [] });
  } else if (telling.kind === "forgotten") {
    const run = await db.run.findUnique({ where: { taskArn: telling.task.arn } });
    if (run) await markLost(db, run.id, telling.at, { ...cause, kind: "unknown" });
  }
}

/** Several at a time, as several readers and a sweep would: at once, or the tasks of them in one go. */
async function tellAll(history: TrueHistory, tellings: Telling[], random: () => number): Promise<void> {
  const told = tellings.filter(({ isLast }) => !isLast);
  for (let from = 0; from < told.length; ) {
    const some = told.slice(from, from + 1 + Math.floor(random() * 5));
    const sights = random() < 0.5 ? some.flatMap((telling) => sightOf(telling) ?? []) : [];
    const alone = some.filter((telling) => sights.length === 0 || !sightOf(telling));
    const [together] = await Promise.all([recordTasks({ db }, environment, sights), ...alone.map((telling) => tell(history, telling))]);
    for (const outcome of together) if (outcome.status === "rejected") throw outcome.reason;
    from += some.length;
  }
  for (const telling of tellings) if (telling.isLast) await tell(history, telling);
}

function shown(run: Run, runs: Run[]): ExpectedRow {
  const { lastStatus: _last, desiredStatus: _desired, ...times } = run.phases;
  const { taskArn, state, trigger, scheduledAt, dueAt, taskVersion, jobGeneration, attempt, startedAt, exitCode, stopCode } = run;
  return {
    ...{ taskArn, state, trigger, scheduledAt, dueAt, taskVersion, jobGeneration, attempt, startedAt, exitCode, stopCode },
    duplicateOf: runs.find(({ id }) => id === run.duplicateOfId)?.taskArn ?? run.duplicateOfId,
    times,
    stoppedAt: state === "lost" ? null : run.stoppedAt,
    containers: run.containers.map(({ name, lastStatus, exitCode: code }) => ({ name, lastStatus: lastStatus ?? "", exitCode: code })),
    hasCause: run.cause !== null,
  };
}

type Told = { drawn: RandomHistory; history: TrueHistory; tellings: Telling[] };

/** Makes each history's job and tells what `telling` says; the differences between what stands there and what should. */
async function differencesOf(
  drawn: RandomHistory[],
  telling: (history: TrueHistory, seed: number) => Telling[],
  tellThem = (told: Told[]) =>
    inLanes(told, 8, ({ history, tellings, drawn: one }) => tellAll(history, tellings, numbersFrom(one.telling))),
): Promise<string[]> {
  const from = new Date("2026-03-01T00:00:00Z");
  const { application } = await makeJob(db, { environmentId: environment.id });
  // What Postgres works out by itself is not written.
  const template = await db.job.findFirstOrThrow({ omit: { searchText: true } });
  const told: Told[] = drawn.map((one) => {
    const history = trueHistory(one, { environment, jobId: newShortId(), application, runId: newId(from), from });
    return { drawn: one, history, tellings: telling(history, one.telling) };
  });
  await db.job.createMany({
    data: told.map(({ history: { jobId } }) => ({
      ...template,
      id: jobId,
      slug: jobId,
      labels: {},
      policies: template.policies ?? {},
      definition: template.definition ?? {},
    })) as never,
  });
  await db.run.createMany({ data: told.flatMap(({ history }) => askedRowOf(history) ?? []) });
  for (const outcome of await tellThem(told)) if (outcome.status === "rejected") throw outcome.reason;
  const rows = await db.run.findMany({ where: { jobId: { in: told.map(({ history }) => history.jobId) } } });
  const byJob = Map.groupBy(rows.map(toRun), ({ jobId }) => jobId);
  return told.flatMap(({ history, tellings }, index) => {
    const runs = byJob.get(history.jobId) ?? [];
    const found = runs.map((run) => shown(run, runs)).sort((left, right) => keyOf(left).localeCompare(keyOf(right)));
    const wanted = expectedRows(history, tellings);
    if (isDeepStrictEqual(found, wanted)) return [];
    const order = tellings.map((one) => `${one.kind} ${"version" in one ? `${one.task.arn.slice(-22, -20)} v${one.version.number}` : ""}`);
    return [`history ${index}, told as ${order.join(", ")}: ${unlike(found, wanted).join("; ")}`];
  });
}

function askedRowOf({ asked, jobId }: TrueHistory) {
  if (!asked) return null;
  const { runId: id, at } = asked;
  const stop = asked.isStopAsked ? { stopRequestedAt: at, stopRequestedBy: "Grace" } : {};
  const by = { requestedAt: at, requestedBy: "Ada", launchedAt: at, dueAt: at };
  return { id, jobId, environmentId: environment.id, trigger: "person", ...by, ...stop };
}

/** Which columns of which rows are not as they should be. */
function unlike(found: ExpectedRow[], wanted: ExpectedRow[]): string[] {
  const rows = Map.groupBy(
    [...found.map((row) => ({ row, isWanted: false })), ...wanted.map((row) => ({ row, isWanted: true }))],
    ({ row }) => keyOf(row),
  );
  return [...rows].flatMap(([key, both]) => {
    const [is, should] = [both.find(({ isWanted }) => !isWanted)?.row, both.find(({ isWanted }) => isWanted)?.row];
    if (!is || !should) return [`${key} ${is ? "should not be there" : "is missing"}`];
    const columns = (Object.keys(should) as (keyof ExpectedRow)[]).filter((column) => !isDeepStrictEqual(is[column], should[column]));
    return columns.map(
      (column) => `${key.slice(-22, -20)} ${column} is ${JSON.stringify(is[column])}, not ${JSON.stringify(should[column])}`,
    );
  });
}

const seed = Number(process.env.HISTORY_SEED ?? Date.now() % 2 ** 31);
const draw = (numRuns: number, own = seed): RandomHistory[] => fc.sample(randomHistory, { numRuns, seed: own });

test("a true history told in order stands in the rows as it was", async () => {
  expect((await differencesOf(draw(50), toldInOrder)).slice(0, 3), `HISTORY_SEED=${seed}`).toEqual([]);
});

test("1,000 histories told with events lost, doubled, late and out of order, by stale sweeps and several at once, make the same rows", async () => {
  expect((await differencesOf(draw(1000, seed + 1), toldBadly)).slice(0, 9), `HISTORY_SEED=${seed}`).toEqual([]);
}, 180_000);

test("the same holds for events that really lie in the queue, read by two at once", async () => {
  const queue = new SQSClient({});
  const { eventQueueUrl: QueueUrl } = environment;
  const deps = sandbox.deps(db);
  const tellByQueue = async (told: Told[]) => {
    const all = told.flatMap(({ history, tellings }) => tellings.map((telling) => ({ history, telling })));
    const order = all.sort((left, right) => left.telling.at.getTime() - right.telling.at.getTime());
    const bodies = order.flatMap(({ telling }) => (telling.kind === "event" ? eventBody(telling.version) : []));
    for (let from = 0; from < bodies.length; from += 10) {
      const Entries = bodies.slice(from, from + 10).map((MessageBody, n) => ({ Id: String(n), MessageBody }));
      await queue.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    }
    const read = () => intake({ deps, environment, waitSeconds: 0 });
    const beside = order.filter(({ telling }) => telling.kind !== "event" && !telling.isLast);
    const readings = Promise.all([read(), read()]);
    const outcomes = await inLanes(beside, 4, ({ history, telling }) => tell(history, telling));
    const reports = await readings;
    expect(reports.reduce((sum, { received }) => sum + received, 0)).toBe(bodies.length);
    for (const { history, telling } of order) if (telling.isLast) await tell(history, telling);
    return outcomes;
  };
  expect(await differencesOf(draw(60, seed + 2), toldBadly, tellByQueue), `HISTORY_SEED=${seed}`).toEqual([]);
});
