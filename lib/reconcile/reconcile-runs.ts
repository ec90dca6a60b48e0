import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import type { StartedTask } from "@/lib/aws/ecs";
import { HeldBack, isInactiveRevision, isPassing, isRefused, wordsOf } from "@/lib/aws/errors";
import { tryLock } from "@/lib/db/lock";
import { nudge } from "@/lib/db/nudge";
import {
  launchAttemptsOf,
  listRunsToStart,
  listRunsToStop,
  markLaunchRefused,
  markStoppedBeforeStart,
  writeLaunch,
  writeStopSent,
} from "@/lib/db/runs";
import { getTaskDefinition, markTaskDefinitionGone } from "@/lib/db/task-definitions";
import type { Deps } from "@/lib/deps";
import { toRunTask } from "@/lib/desired/run-task";
import type { Environment } from "@/lib/domain/environment";
import { explainLaunchError } from "@/lib/domain/failure";
import type { Run } from "@/lib/domain/run";
import { Patience, unlessWanted } from "./in-parts";
import { lanes } from "./lanes";
import { leftBehindBy, retriesAfter } from "./left-behind";
import { planStart, planStop, type StartStep, type StopStep } from "./plan-runs";
import { ensureRevision } from "./register";
import { waitSeconds } from "./sync-error";

/*
 * Starts the runs that people asked for, and stops those that they do not want any more.
 *
 * A request is a row; the row's id is the start's client token. So a second worker, a retry and a restart between the call
 * and the note of it all end with one task. What becomes of the task is not told here: its events tell it.
 */

/** What a round did, for people. */
export type RunsReport = {
  started: number;
  stopped: number;
  /** Stopped before they were started. */
  withdrawn: number;
  refused: number;
  waiting: { run: string; sentence: string }[];
  failed: { run: string; sentence: string }[];
  /** Runs of which AWS has not answered yet, and which keep nobody waiting. */
  slow: number;
  /** When something is to be tried again before the next regular round. */
  againAt: Date | null;
};

/** How long until it is looked again whether a job was applied. */
const lookAgainSeconds = 2;
/** Somebody waits for the run: later than this it is not tried again. */
const longestRetrySeconds = 60;

/** After so long without an answer nobody waits any more who has something else to do. */
const patienceMs = 250;

type Options = {
  /** Nothing is begun once it is aborted. */
  signal?: AbortSignal;
  /** Aborted once another round is wanted: then this one does not wait any longer for calls that AWS takes its time over. */
  wanted?: AbortSignal;
};

/** One round over one environment; null when another worker is at it. Throws when Postgres is away. */
export async function reconcileRuns(deps: Deps, environment: Environment, { signal, wanted }: Options = {}): Promise<RunsReport | null> {
  return tryLock(deps.db, `reconcile-runs:${environment.id}`, async () => {
    const now = deps.clock.now();
    const [toStart, toStop] = await Promise.all([listRunsToStart(deps.db, environment.id, now), listRunsToStop(deps.db, environment.id)]);
    const { busy, retries } = leftBehindBy("reconcile-runs", deps.aws(environment), environment.id);
    const starts = toStart.map((asked) => planStart(asked, now));
    const stops = toStop.map(planStop);
    const steps = [...starts, ...stops].filter(({ run }) => !busy.has(run.id));

    const report: RunsReport = { started: 0, stopped: 0, withdrawn: 0, refused: 0, waiting: [], failed: [], slow: 0, againAt: null };
    const patience = new Patience(patienceMs);
    const inLane = lanes(8);
    let isLeft = false;
    let isSomeLeftOut = false;
    const each = (step: StartStep | StopStep) =>
      inLane(async () => {
        if (signal?.aborted) return;
        if (isLeft) {
          isSomeLeftOut = true;
          return;
        }
        const { id } = step.run;
        busy.add(id);
        retries.delete(id);
        try {
          await (step.kind === "stop" || step.kind === "withdraw"
            ? stop(deps, environment, step, report)
            : start(deps, environment, step, { report, retries }));
        } finally {
          busy.delete(id);
          patience.noteAnswer();
        }
      });
    const all = Promise.all(steps.map(each));
    isLeft = (await unlessWanted(all, wanted, patience)) === null;
    if (isLeft) void finishAlone(deps, all);
    if (report.waiting.length) lookAgain(report, new Date(now.getTime() + lookAgainSeconds * 1000));
    for (const at of retriesAfter(now, retries)) lookAgain(report, at);
    return { ...report, slow: isLeft ? steps.filter(({ run }) => busy.has(run.id)).length : 0 };

    /** What was begun ends by itself; what was not is left to the next round, as is the retry of what fails. */
    async function finishAlone({ db, log }: Deps, begun: Promise<unknown>): Promise<void> {
      try {
        await begun;
      } catch (error) {
        log.warn({ err: error }, "What a round had left could not be written down; the next round looks at it.");
      }
      if (isSomeLeftOut || report.failed.length) await nudge(db, "reconcile-runs").catch(() => {}); // the next round comes by itself
    }
  });
}

type Keeping = { report: RunsReport; retries: Map<string, Date> };

async function start(deps: Deps, environment: Environment, step: StartStep, keeping: Keeping): Promise<void> {
  const { report } = keeping;
  const { db, clock } = deps;
  const { run } = step;
  if (step.kind === "wait") {
    report.waiting.push({ run: run.id, sentence: step.sentence });
    return;
  }
  if (step.kind === "refuse") {
    const { headline, nextStep } = step;
    const evidence = ["No task was started"];
    if (await markLaunchRefused(db, run.id, { kind: "start-refused", headline, nextStep, evidence, awsWords: [] }, clock.now()))
      await tellRefused(deps, report);
    return;
  }
  try {
    const answer = await startTask(deps, environment, step);
    if ("failure" in answer) {
      const { reason, detail } = answer.failure;
      await refuse(deps, run, { code: reason, message: detail || reason }, report);
      return;
    }
    await writeLaunch(db, run.id, { launchedAt: clock.now(), launchedTaskArn: answer.taskArn });
    report.started++;
  } catch (error) {
    const mayBeMadeAnew = isInactiveRevision(error) && (await isNotedGone(deps, environment, step.taskDefinitionArn));
    if (isRefused(error) && !mayBeMadeAnew) await refuse(deps, run, wordsOf(error), report);
    else await postpone(deps, run, error, keeping);
  }
}

/**
 * A run pins its revision, which may be retired by now: it is registered anew from our own copy, with the same content. That
 * is looked up only once ECS has refused it, for somebody waits for the start.
 */
async function startTask(deps: Deps, environment: Environment, step: StartStep & { kind: "start" }): Promise<StartedTask> {
  const { run, wanted, taskDefinitionArn } = step;
  const { ecs } = deps.aws(environment);
  try {
    return await ecs.runTask(toRunTask(run, wanted, taskDefinitionArn, environment));
  } catch (error) {
    const row = isInactiveRevision(error) ? await getTaskDefinition(deps.db, environment.id, taskDefinitionArn) : null;
    if (!row?.retiredAt) throw error;
    const document = row.document as RegisterTaskDefinitionCommandInput;
    const anew = await ensureRevision(deps, environment, { fingerprint: row.fingerprint, document });
    return await ecs.runTask(toRunTask(run, wanted, anew, environment));
  }
}

/** Deregistered behind our back: then its jobs need another one too. False for a revision that Belfry never registered. */
async function isNotedGone({ db, clock }: Deps, environment: Environment, arn: string): Promise<boolean> {
  if (!(await getTaskDefinition(db, environment.id, arn))) return false;
  await markTaskDefinitionGone(db, environment.id, arn, clock.now());
  await nudge(db, "reconcile-jobs");
  return true;
}

async function refuse(deps: Deps, run: Run, { code, message }: { code: string; message: string }, report: RunsReport): Promise<void> {
  const sentence = explainLaunchError({ awsCode: code, awsMessage: message }).headline;
  const at = deps.clock.now().toISOString();
  await writeLaunch(deps.db, run.id, { launchError: { sentence, awsCode: code, awsMessage: message, at } });
  await tellRefused(deps, report);
}

async function tellRefused({ db }: Deps, report: RunsReport): Promise<void> {
  report.refused++;
  await nudge(db, "ingest");
}

async function postpone({ db, clock, log }: Deps, run: Run, error: unknown, { report, retries }: Keeping): Promise<void> {
  const attempts = await launchAttemptsOf(db, run.id);
  const seconds = Math.min(longestRetrySeconds, waitSeconds(attempts)) + (error instanceof HeldBack ? error.againInMs / 1000 : 0);
  const retryAt = new Date(clock.now().getTime() + seconds * 1000);
  await writeLaunch(db, run.id, { retryAt });
  retries.set(run.id, retryAt);
  const { code, message } = wordsOf(error);
  report.failed.push({ run: run.id, sentence: `${code}: ${message}` });
  lookAgain(report, retryAt);
  if (!isPassing(error)) log.error({ err: error, run: run.id }, "A run could not be started.");
}

async function stop(deps: Deps, environment: Environment, step: StopStep, report: RunsReport): Promise<void> {
  const { db, clock, log } = deps;
  const { run } = step;
  if (step.kind === "withdraw") {
    const headline = `Stopped by ${step.by} before it was started`;
    const cause = {
      kind: "stopped-by-person" as const,
      headline,
      evidence: ["No task was started"],
      awsWords: [],
      nextStep: "Nothing is to be done.",
    };
    if (await markStoppedBeforeStart(db, run.id, cause, clock.now())) report.withdrawn++;
    return;
  }
  try {
    const isKnown = await deps.aws(environment).ecs.stopTask({ cluster: environment.clusterArn, task: step.taskArn, reason: step.reason });
    // ECS may not show a task yet that it has just started (ECS API, RunTask, "eventual consistency"). One that it has
    // forgotten needs no stop, but the two look alike: it is asked again until the sweep says what became of the task.
    if (!isKnown) return lookAgain(report, new Date(clock.now().getTime() + lookAgainSeconds * 1000));
    await writeStopSent(db, run.id, { at: clock.now(), reason: step.reason });
    report.stopped++;
  } catch (error) {
    const { code, message } = wordsOf(error);
    report.failed.push({ run: run.id, sentence: `${code}: ${message}` });
    if (isPassing(error)) lookAgain(report, new Date(clock.now().getTime() + lookAgainSeconds * 1000));
    else log.error({ err: error, run: run.id }, "A run could not be stopped.");
  }
}

function lookAgain(report: RunsReport, at: Date): void {
  if (!report.againAt || at < report.againAt) report.againAt = at;
}
