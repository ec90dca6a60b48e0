import { looksOf, writeLook } from "@/lib/db/looks";
import { listEndedTaskArns, listUnseenLaunches } from "@/lib/db/run-tasks";
import { listActiveRuns, markLost } from "@/lib/db/runs";
import type { Deps } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";
import { Unavailable } from "@/lib/domain/errors";
import type { Cause } from "@/lib/domain/run";
import { inLanes } from "./in-lanes";
import { recordTask } from "./record-task";
import { secondsOf } from "./seconds-of";
import { fromDescribe } from "./task-event";

/** What a sweep came to. While events arrive, `caught` and `lost` stay 0. */
export type SweepReport = {
  /** Tasks that ECS was asked about, foreign ones too. */
  looked: number;
  /** Runs that the events had not told, or not so far. */
  caught: number;
  /** Runs whose task ECS no longer knows. */
  lost: number;
  /** Runs whose task ECS no longer knows, while the events may still tell how they ended. */
  waiting: number;
  unreadable: number;
  failed: number;
};

type SweepRequest = {
  deps: Deps;
  environment: Environment;
  /** A task may be unknown to DescribeTasks for moments after its start (ECS API, "eventual consistency"). */
  graceSeconds?: number;
};

/** ECS tells of a stopped task for at least so long (ECS API, ListTasks). */
const ecsRemembersSeconds = 3600;
/** The end of a forgotten task was told more than an hour ago; events that are read up to here have told it, if anybody did. */
const eventsAreReadSeconds = 1800;

/**
 * The net under the events: asks ECS for all that runs and all that stopped within the hour for which it remembers, and
 * records it the same way. Tasks whose end is known already are not asked about again, so a quiet sweep costs the lists.
 * A run that ECS has no task for any more becomes `lost`: nobody knows how it ended, and it does not look like running.
 * That is said only once the events are read up to about now: after a time in which Belfry was down they tell first.
 */
export async function sweepTasks({ deps, environment, graceSeconds = 300 }: SweepRequest): Promise<SweepReport> {
  const { db, clock, log } = deps;
  const { ecs } = deps.aws(environment);
  const report: SweepReport = { looked: 0, caught: 0, lost: 0, waiting: 0, unreadable: 0, failed: 0 };
  const beganAt = clock.now();
  const cluster = environment.clusterArn;

  // Our own runs first: one that ends between here and the lists is then found stopped, not missing.
  const waiting = await runsThatWait(deps, environment);
  const [running, stopped] = await Promise.all([
    ecs.listTaskArns({ cluster, desiredStatus: "RUNNING" }),
    ecs.listTaskArns({ cluster, desiredStatus: "STOPPED" }),
  ]);
  const ended = await listEndedTaskArns(db, stopped);
  const toAsk = new Set([...running, ...stopped.filter((arn) => !ended.has(arn)), ...waiting.keys()]);
  const { tasks, missing } = await ecs.describeTasks(cluster, [...toAsk]);
  report.looked = tasks.length;

  const seenAt = clock.now();
  const recorded = await inLanes(tasks, 5, async (raw) => {
    const read = fromDescribe(raw);
    return "unreadable" in read ? read : await recordTask(deps, environment, read.task, { source: "sweep", seenAt });
  });
  let isToldWhole = true;
  for (const outcome of recorded) {
    if (outcome.status === "rejected") {
      report.failed++;
      // What Postgres refuses of one task is that task's own trouble: the judgement of all others does not wait for it.
      if (outcome.reason instanceof Unavailable) isToldWhole = false;
      log.warn({ error: String(outcome.reason) }, "A task could not be written; the next sweep tells it again.");
    } else if ("unreadable" in outcome.value) {
      report.unreadable++;
      log.error({ reason: outcome.value.unreadable }, "A task cannot be read.");
    } else if ("changed" in outcome.value && outcome.value.changed) report.caught++;
  }

  const { events: eventsReadAt } = await looksOf(db, environment.id);
  const eventsAreRead = eventsReadAt !== null && seenAt.getTime() - eventsReadAt.getTime() < eventsAreReadSeconds * 1000;
  for (const arn of missing) {
    const run = waiting.get(arn);
    if (!run || seenAt.getTime() - run.knownAt.getTime() < graceSeconds * 1000) continue;
    if (!eventsAreRead) report.waiting++;
    else if (await markLost(db, run.id, seenAt, forgotten({ ...run, seenAt, eventsReadAt }))) report.lost++;
  }
  if (isToldWhole)
    await writeLook(db, { environmentId: environment.id, source: "tasks", lookedAt: beganAt, memorySeconds: ecsRemembersSeconds });
  return report;
}

/** The runs that have not ended, by their task, and when anybody last knew of it. */
async function runsThatWait({ db }: Deps, environment: Environment): Promise<Map<string, { id: string; knownAt: Date }>> {
  const [active, launched] = await Promise.all([listActiveRuns(db, environment.id), listUnseenLaunches(db, environment.id)]);
  return new Map([
    ...launched.map(({ id, launchedAt, launchedTaskArn }) => [launchedTaskArn, { id, knownAt: launchedAt }] as const),
    ...active.flatMap(({ id, taskArn, seenAt, dueAt }) => (taskArn ? [[taskArn, { id, knownAt: seenAt ?? dueAt }] as const] : [])),
  ]);
}

function forgotten({ knownAt, seenAt, eventsReadAt }: { knownAt: Date; seenAt: Date; eventsReadAt: Date }): Cause {
  return {
    kind: "lost",
    headline: "ECS has forgotten the task, and nobody saw how it ended",
    evidence: [
      `Last seen at ${secondsOf(knownAt)}`,
      `At ${secondsOf(seenAt)} ECS did not know the task any more: it remembers a stopped one for about an hour`,
      `The event queue was read until ${secondsOf(eventsReadAt)} and told of no end`,
    ],
    awsWords: ["MISSING"],
    nextStep: "Read the log to see how far it came, and run it again if it did not finish.",
  };
}
