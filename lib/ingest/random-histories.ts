import fc from "fast-check";
import { containerName, ownVariables, startedByOf, taskGroup } from "@/lib/desired/names";
import type { Environment } from "@/lib/domain/environment";
import type { RunState, RunTrigger } from "@/lib/domain/run";

/*
 * Random true histories of a job, what AWS tells of them, and what must stand in the rows afterwards. What must stand there
 * is read off the history itself, not off the code that writes it.
 */

const secondMs = 1000;
const hourMs = 3_600_000;

const middle = ["PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING"] as const;
type Status = "PROVISIONING" | (typeof middle)[number] | "STOPPED";

type Ending =
  | { kind: "exit"; code: number }
  | { kind: "out-of-memory" | "never-started" | "spot" | "stopped-by-hand" }
  /** Still on its way when the history ends, in this state. */
  | { kind: "goes-on"; at: Status };

const ending: fc.Arbitrary<Ending> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 0, 0, 1, 2, 137, 143).map((code) => ({ kind: "exit" as const, code })) },
  {
    weight: 3,
    arbitrary: fc.constantFrom("out-of-memory", "never-started", "spot", "stopped-by-hand").map((kind) => ({ kind }) as Ending),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Status>("PROVISIONING", "PENDING", "RUNNING", "STOPPING").map((at) => ({ kind: "goes-on" as const, at })),
  },
);

const life = fc.record({
  ending,
  /** ECS may leave out any state in the middle (ECS Developer Guide, "Task lifecycle"). */
  skipped: fc.uniqueArray(fc.constantFrom(...middle), { minLength: 2, maxLength: 4 }),
  stepSeconds: fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 10, maxLength: 10 }),
  /** The counter may grow by more than one between two events. */
  counts: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 10, maxLength: 10 }),
  isCreatedLate: fc.boolean(),
  hasForeignContainer: fc.boolean(),
});
type Life = typeof life extends fc.Arbitrary<infer Value> ? Value : never;

const lives = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 4, arbitrary: fc.array(life, { minLength: 1, maxLength: 1 }) },
  { weight: 3, arbitrary: fc.array(life, { minLength: 2, maxLength: 2 }) },
  { weight: 1, arbitrary: fc.array(life, { minLength: 3, maxLength: 3 }) },
);

/** A moment of the schedule: the tasks that it led to (two or three: it was delivered again), and whether the Scheduler gave up a start of it. */
const moment = fc.record({ lives, hasLetter: fc.boolean() }).filter(({ lives, hasLetter }) => lives.length > 0 || hasLetter);

/** Everything that happened to one job, and a number from which the mangling of what is told of it follows. */
export const randomHistory = fc.record({
  moments: fc.oneof(fc.array(moment, { maxLength: 1 }), fc.array(moment, { minLength: 1, maxLength: 2 })),
  asked: fc.option(fc.record({ life, isStopAsked: fc.boolean() }), { freq: 1 }),
  outside: fc.option(life, { freq: 1 }),
  telling: fc.integer(),
});
export type RandomHistory = typeof randomHistory extends fc.Arbitrary<infer Value> ? Value : never;

type Version = { at: Date; number: number; detail: Record<string, unknown>; isFinal: boolean };
export type TrueTask = { arn: string; trigger: RunTrigger; moment: Date | null; life: Life; versions: Version[] };
export type TrueHistory = {
  jobId: string;
  tasks: TrueTask[];
  letters: { moment: Date; at: Date }[];
  asked: { runId: string; at: Date; isStopAsked: boolean } | null;
};

type Place = { environment: Environment; jobId: string; application: string; runId: string; from: Date };

/** The history as it really was, version by version. */
export function trueHistory(history: RandomHistory, place: Place): TrueHistory {
  const { jobId, runId, from } = place;
  const tasks: TrueTask[] = [];
  const add = (trigger: RunTrigger, scheduledAt: Date | null, begunAt: Date, own: Life, attempt: number) => {
    const { clusterArn } = place.environment;
    const id = `${jobId}${String(tasks.length).padStart(2, "0")}`.padEnd(32, "0");
    const arn = `${clusterArn.replace(":cluster/", ":task/")}/${id}`;
    tasks.push({
      arn,
      trigger,
      moment: scheduledAt,
      life: own,
      versions: versionsOf({ place, arn, trigger, scheduledAt, begunAt, life: own, attempt }),
    });
  };
  const momentOf = (index: number) => new Date(from.getTime() + index * hourMs);
  for (const [index, { lives }] of history.moments.entries())
    for (const [turn, own] of lives.entries())
      add("schedule", momentOf(index), new Date(momentOf(index).getTime() + (turn * 37 + 5) * secondMs), own, turn + 1);
  const askedAt = new Date(from.getTime() + 1_234_000);
  if (history.asked) add("person", null, new Date(askedAt.getTime() + secondMs), history.asked.life, 0);
  if (history.outside) add("outside", null, new Date(from.getTime() + 777_000), history.outside, 0);
  return {
    jobId,
    tasks,
    letters: history.moments.flatMap(({ hasLetter }, index) =>
      hasLetter ? [{ moment: momentOf(index), at: new Date(momentOf(index).getTime() + 900_000) }] : [],
    ),
    asked: history.asked && { runId, at: askedAt, isStopAsked: history.asked.isStopAsked },
  };
}

type Begun = {
  place: Place;
  arn: string;
  trigger: RunTrigger;
  scheduledAt: Date | null;
  begunAt: Date;
  life: Life;
  attempt: number;
};

function versionsOf({ place, arn, trigger, scheduledAt, begunAt, life: own, attempt }: Begun): Version[] {
  const { environment, jobId, application, runId } = place;
  const variables: Record<string, string> = { [ownVariables.job]: jobId, [ownVariables.generation]: "3" };
  if (scheduledAt) {
    variables[ownVariables.scheduledTime] = `${scheduledAt.toISOString().slice(0, 19)}Z`;
    variables[ownVariables.attempt] = String(attempt);
    variables[ownVariables.executionId] = `id-of-${attempt}`;
  }
  const same = {
    taskArn: arn,
    clusterArn: environment.clusterArn,
    taskDefinitionArn: `arn:aws:ecs:${environment.region}:${environment.accountId}:task-definition/belfry-${environment.name}-${application}:7`,
    group: taskGroup(jobId),
    startedBy: trigger === "person" ? startedByOf(runId) : trigger === "schedule" ? "chronos-schedule/blf-cut-here" : "somebody",
    cpu: "256",
    memory: "512",
    capacityProviderName: own.ending.kind === "spot" ? "FARGATE_SPOT" : "FARGATE",
    overrides: {
      containerOverrides: [{ name: containerName, environment: Object.entries(variables).map(([name, value]) => ({ name, value })) }],
    },
  };
  const times: Record<string, Date> = {};
  const versions: Version[] = [];
  let [number, at] = [0, begunAt];
  for (const [index, { status, isWarning }] of statusesOf(own).entries()) {
    number += own.counts[index] ?? 1;
    at = new Date(at.getTime() + (own.stepSeconds[index] ?? 0) * secondMs + 250);
    if (index > 0 || !own.isCreatedLate || own.ending.kind === "goes-on") times.createdAt ??= begunAt;
    for (const name of timesAt(status, own)) times[name] ??= at;
    const isLeaving = isWarning || ["DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"].includes(status);
    versions.push({
      at,
      number,
      isFinal: status === "STOPPED",
      detail: {
        ...same,
        ...times,
        version: number,
        lastStatus: status,
        desiredStatus: isLeaving ? "STOPPED" : "RUNNING",
        ...(isLeaving ? stopOf(own) : {}),
        containers: containersOf(own, status),
      },
    });
  }
  return versions;
}

/** A task that goes on stops at its state; one that never started has no RUNNING; the Spot warning is told while it runs. */
function statusesOf({ ending: end, skipped }: Life): { status: Status; isWarning: boolean }[] {
  const kept: Status[] = ["PROVISIONING", ...middle.filter((status) => !skipped.includes(status)), "STOPPED"];
  const started = end.kind === "never-started" ? kept.filter((status) => status !== "RUNNING" && status !== "DEACTIVATING") : kept;
  const order: Status[] = ["PROVISIONING", ...middle, "STOPPED"];
  const reached = end.kind === "goes-on" ? started.filter((status) => order.indexOf(status) <= order.indexOf(end.at)) : started;
  return reached.flatMap((status) => [
    { status, isWarning: false },
    ...(status === "RUNNING" && end.kind === "spot" ? [{ status, isWarning: true }] : []),
  ]);
}

/** The moments that are known from a state on; where ECS left a state out, the next one tells of it. */
function timesAt(status: Status, { ending: end }: Life): string[] {
  const until = ["PROVISIONING", ...middle, "STOPPED"].indexOf(status);
  const hasRun = end.kind !== "never-started";
  return [
    ...(until >= 2 ? ["pullStartedAt"] : []),
    ...(until >= 3 && hasRun ? ["pullStoppedAt", "startedAt"] : []),
    ...(until >= 5 ? ["stoppingAt"] : []),
    ...(until >= 6 && hasRun ? ["executionStoppedAt"] : []),
    ...(until >= 7 ? ["stoppedAt"] : []),
  ];
}

function stopOf({ ending: end }: Life): { stopCode: string; stoppedReason: string } {
  switch (end.kind) {
    case "never-started":
      return {
        stopCode: "TaskFailedToStart",
        stoppedReason: "CannotPullContainerError: pull image manifest has been retried 1 time(s): not found",
      };
    case "spot":
      return { stopCode: "SpotInterruption", stoppedReason: "Your Spot Task was interrupted." };
    case "stopped-by-hand":
      return { stopCode: "UserInitiated", stoppedReason: "Task stopped by user" };
    default:
      return { stopCode: "EssentialContainerExited", stoppedReason: "Essential container in task exited" };
  }
}

const exitCodeOf = ({ ending: end }: Life): number | null => {
  if (end.kind === "exit") return end.code;
  return { "out-of-memory": 137, "never-started": null, spot: 143, "stopped-by-hand": 143, "goes-on": null }[end.kind];
};

function containersOf(own: Life, status: Status): object[] {
  const code = exitCodeOf(own);
  const isOver = ["STOPPING", "DEPROVISIONING", "STOPPED"].includes(status) && own.ending.kind !== "goes-on";
  const main = {
    name: containerName,
    image: "registry.example.com/reports:1.4",
    lastStatus: isOver ? "STOPPED" : status === "RUNNING" ? "RUNNING" : "PENDING",
    ...(isOver && code !== null ? { exitCode: code } : {}),
    ...(isOver && own.ending.kind === "out-of-memory" ? { reason: "OutOfMemoryError: Container killed due to memory usage" } : {}),
  };
  return own.hasForeignContainer ? [{ name: "aws-guardduty-agent-Xy12Ab", lastStatus: "STOPPED", exitCode: 0 }, main] : [main];
}

// What is told ---------------------------------------------------------------------------------------------------------

/** `isLast`: what the sweeps find again and again once everything else has been told. */
export type Telling = { at: Date; isLast?: true } & (
  | { kind: "event" | "sweep"; task: TrueTask; version: Version }
  | { kind: "letter"; moment: Date; gaveUpAt: Date }
  /** The calendar is compared with the rows too early, while something is still to be told. */
  | { kind: "missed"; moment: Date }
  /** ECS says that it does not know the task. */
  | { kind: "forgotten"; task: TrueTask }
);

/** Everything as it happened, once, by events. */
export function toldInOrder({ tasks, letters }: TrueHistory): Telling[] {
  const events = tasks.flatMap((task) => task.versions.map((version) => ({ kind: "event" as const, task, version, at: version.at })));
  return inOrder([
    ...events,
    ...letters.map(({ moment: at, at: gaveUpAt }) => ({ kind: "letter" as const, moment: at, gaveUpAt, at: gaveUpAt })),
  ]);
}

/**
 * The same history told badly: events lost, doubled, and up to an hour and a half late, so in any order; sweeps that looked at
 * one time and write at a later one; the end of some tasks told by nobody, and ECS has forgotten them.
 */
export function toldBadly(history: TrueHistory, seed: number): Telling[] {
  const random = numbersFrom(seed);
  const chance = (probability: number) => random() < probability;
  const late = (at: Date) => new Date(at.getTime() + (chance(0.3) ? random() * 1.5 * hourMs : random() * 60 * secondMs));
  const tellings: Telling[] = [];
  const sweptAt = Array.from({ length: Math.floor(random() * 2) }, () => {
    const last = Math.max(...history.tasks.flatMap(({ versions }) => versions.map(({ at }) => at.getTime())), 0);
    const first = Math.min(...history.tasks.flatMap(({ versions }) => versions.map(({ at }) => at.getTime())), last);
    return new Date(first + random() * (last - first + 600 * secondMs));
  });
  for (const task of history.tasks) {
    const [isEndUntold, hasGap] = [task.versions.length > 2 && chance(0.15), chance(0.6)];
    const tell = (kind: "event" | "sweep", version: Version, at: Date) => tellings.push({ kind, task, version, at });
    for (const [index, version] of task.versions.entries()) {
      if (isEndUntold && version.isFinal) continue;
      // Something is known of every task: what nobody told of at all is missed, which is the calendar's affair.
      const isNeeded = index === Math.min(1, task.versions.length - 1);
      if (hasGap && !isNeeded && chance(0.5)) continue;
      tell("event", version, late(version.at));
      if (chance(0.2)) tell("event", version, late(version.at));
    }
    for (const at of sweptAt) {
      const seen = task.versions.findLast((version) => version.at <= at);
      if (seen && !(isEndUntold && seen.isFinal)) tell("sweep", seen, chance(0.5) ? late(at) : at);
    }
    const end = task.versions.at(-1);
    if (!end) continue;
    if (isEndUntold && end.isFinal) tellings.push({ kind: "forgotten", task, at: new Date(end.at.getTime() + 4 * hourMs), isLast: true });
    else {
      if (chance(0.1)) tellings.push({ kind: "forgotten", task, at: late(end.at) });
      if (!tellings.some((told) => "version" in told && told.version === end)) tell("sweep", end, late(end.at));
      // Called lost too early, although it goes on: the next sweep finds it.
      if (!end.isFinal) tellings.push({ kind: "sweep", task, version: end, at: new Date(end.at.getTime() + 4 * hourMs), isLast: true });
    }
  }
  for (const { moment: scheduledAt, at } of history.letters)
    for (let turn = chance(0.3) ? 2 : 1; turn > 0; turn--)
      tellings.push({ kind: "letter", moment: scheduledAt, gaveUpAt: at, at: late(at) });
  const moments = [...history.letters.map(({ moment: at }) => at), ...history.tasks.flatMap(({ moment: at }) => at ?? [])];
  for (const at of moments) if (chance(0.2)) tellings.push({ kind: "missed", moment: at, at: late(at) });
  return inOrder(tellings);
}

function inOrder(tellings: Telling[]): Telling[] {
  return tellings.sort((left, right) => left.at.getTime() - right.at.getTime());
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
export function numbersFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The body of the message that EventBridge lays into the queue. */
export function eventBody({ at, detail }: Version): string {
  return JSON.stringify({ version: "0", source: "aws.ecs", "detail-type": "ECS Task State Change", time: at, detail });
}

// What must stand there ------------------------------------------------------------------------------------------------

export type ExpectedRow = {
  taskArn: string | null;
  duplicateOf: string | null;
  state: RunState;
  trigger: RunTrigger;
  scheduledAt: Date | null;
  dueAt: Date;
  taskVersion: number;
  jobGeneration: number | null;
  attempt: number | null;
  times: Record<string, string>;
  startedAt: Date | null;
  /** Null also of a lost run: that nobody knows it is the point. */
  stoppedAt: Date | null;
  exitCode: number | null;
  stopCode: string | null;
  containers: { name: string; lastStatus: string; exitCode: number | null }[];
  hasCause: boolean;
};

/** The rows of a history of which these tellings were made, in the order of their tasks' ARNs. */
export function expectedRows({ tasks, letters, asked }: TrueHistory, tellings: Telling[]): ExpectedRow[] {
  const rows = tasks.map((task) => rowOf(task, tasks, asked, tellings));
  for (const { moment: scheduledAt, at } of letters)
    if (!tasks.some((task) => task.moment?.getTime() === scheduledAt.getTime())) rows.push(rowOfLetter(scheduledAt, at));
  return rows.sort((left, right) => keyOf(left).localeCompare(keyOf(right)));
}

export const keyOf = ({ taskArn, dueAt }: Pick<ExpectedRow, "taskArn" | "dueAt">): string => taskArn ?? `letter ${dueAt.toISOString()}`;

function rowOf(task: TrueTask, tasks: TrueTask[], asked: TrueHistory["asked"], tellings: Telling[]): ExpectedRow {
  const told = tellings.flatMap((telling) => ("version" in telling && telling.task === task ? [telling.version] : []));
  const last = told.reduce((highest, version) => (version.number > highest.number ? version : highest));
  const { ending: end } = task.life;
  const isLost = !last.isFinal && end.kind !== "goes-on";
  const { detail } = last;
  const moments = Object.entries(detail).filter((entry): entry is [string, Date] => entry[1] instanceof Date);
  const times = Object.fromEntries(moments);
  const isSuccess = end.kind === "exit" && end.code === 0;
  const ended: RunState = end.kind === "stopped-by-hand" ? "stopped" : isSuccess ? "succeeded" : "failed";
  const state = last.isFinal ? ended : isLost ? "lost" : times.startedAt || detail.lastStatus === "RUNNING" ? "running" : "starting";
  const first = tasks.find((other) => task.moment && other.moment?.getTime() === task.moment.getTime());
  const containers = detail.containers as { name: string; lastStatus: string; exitCode?: number }[];
  const own = containers
    .filter(({ name }) => name === containerName)
    .map(({ name, lastStatus, exitCode = null }) => ({ name, lastStatus, exitCode }));
  return {
    taskArn: task.arn,
    duplicateOf: first && first !== task ? first.arn : null,
    state,
    trigger: task.trigger,
    scheduledAt: task.moment,
    dueAt: task.moment ?? (task.trigger === "person" && asked ? asked.at : (times.createdAt ?? last.at)),
    taskVersion: last.number,
    jobGeneration: 3,
    attempt: task.moment ? tasks.filter((other) => other.moment?.getTime() === task.moment?.getTime()).indexOf(task) + 1 : null,
    times: Object.fromEntries(moments.map(([name, at]) => [name, at.toISOString()])),
    startedAt: times.startedAt ?? null,
    stoppedAt: last.isFinal ? (times.stoppedAt ?? null) : null,
    exitCode: own[0]?.exitCode ?? null,
    stopCode: (detail.stopCode as string | undefined) ?? null,
    containers: own,
    hasCause: ["failed", "stopped", "lost"].includes(state),
  };
}

function rowOfLetter(scheduledAt: Date, gaveUpAt: Date): ExpectedRow {
  const nothing = { taskArn: null, duplicateOf: null, startedAt: null, exitCode: null, stopCode: null, containers: [], times: {} };
  const start = { jobGeneration: 3, attempt: 4, taskVersion: 0 };
  const ended = { state: "failed" as const, trigger: "schedule" as const, stoppedAt: gaveUpAt, hasCause: true };
  return { ...nothing, ...start, ...ended, scheduledAt, dueAt: scheduledAt };
}
