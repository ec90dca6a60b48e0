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
import { lanes } from "./lanes";
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
  /** When something is to be tried again before the next regular round. */
  againAt: Date | null;
};

/** How long until it is looked again whether a job was applied. */
const lookAgainSeconds = 2;
/** Somebody waits for the run: later than this it is not tried again. */
const longestRetrySeconds = 60;

/** One round over one environment; null when another worker is at it. Throws when Postgres is away. */
export async function reconcileRuns(deps: Deps, environment: Environment, signal?: AbortSignal): Promise<RunsReport | null> {
  return tryLock(deps.db, `reconcile-runs:${environment.id}`, async () => {
    const now = deps.clock.now();
    const [toStart, toStop] = await Promise.all([listRunsToStart(deps.db, environment.id, now), listRunsToStop(deps.db, environment.id)]);
    const starts = toStart.map((asked) => planStart(asked, now));
    const stops = toStop.map(planStop);

    const report: RunsReport = { started: 0, stopped: 0, withdrawn: 0, refused: 0, waiting: [], failed: [], againAt: null };
    const inLane = lanes(8);
    const each = (step: StartStep | StopStep) =>
      inLane(async () => {
        if (signal?.aborted) return;
        await (step.kind === "stop" || step.kind === "withdraw"
          ? stop(deps, environment, step, report)
          : start(deps, environment, step, report));
      });
    await Promise.all([...starts, ...stops].map(each));
    if (report.refused) await nudge(deps.db, "ingest");
    if (report.waiting.length) lookAgain(report, new Date(now.getTime() + lookAgainSeconds * 1000));
    return report;
  });
}

async function start(deps: Deps, environment: Environment, step: StartStep, report: RunsReport): Promise<void> {
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
      report.refused++;
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
    else await postpone(deps, run, error, report);
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

async function refuse(
  { db, clock }: Deps,
  run: Run,
  { code, message }: { code: string; message: string },
  report: RunsReport,
): Promise<void> {
  const sentence = explainLaunchError({ awsCode: code, awsMessage: message }).headline;
  await writeLaunch(db, run.id, { launchError: { sentence, awsCode: code, awsMessage: message, at: clock.now().toISOString() } });
  report.refused++;
}

async function postpone({ db, clock, log }: Deps, run: Run, error: unknown, report: RunsReport): Promise<void> {
  const attempts = await launchAttemptsOf(db, run.id);
  const seconds = Math.min(longestRetrySeconds, waitSeconds(attempts)) + (error instanceof HeldBack ? error.againInMs / 1000 : 0);
  const retryAt = new Date(clock.now().getTime() + seconds * 1000);
  await writeLaunch(db, run.id, { retryAt });
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
