import { isPassing, isRefused } from "@/lib/aws/errors";
import { type SyncOutcome, writeSyncOutcomes } from "@/lib/db/jobs";
import { forgetSchedules, type JobScheduleRow, recordSchedules } from "@/lib/db/observations";
import type { Deps } from "@/lib/deps";
import { scheduleFingerprint } from "@/lib/desired/fingerprint";
import type { Environment } from "@/lib/domain/environment";
import { BelfryError } from "@/lib/domain/errors";
import type { Applied } from "./apply-job";
import type { Tried } from "./apply-plan";
import type { Observed } from "./observe";
import type { JobStep, StepKind } from "./plan-jobs";
import type { NarrowedPlan } from "./policy";
import { Postponed } from "./register";
import { withdrawFailedRepairs } from "./repairs";
import { type Failure, toFailure } from "./sync-error";
import type { Verification, Verified } from "./verify";

/** What a round did, for people. Jobs by their address. */
export type ReconcileReport = {
  /** What could not be made sure of before all jobs, a sentence each: the schedule group, the log group. */
  ground: string[];
  /** Jobs that stand in AWS as they should. */
  kept: number;
  changed: { job: string; did: Exclude<StepKind, "keep">; reasons: string[] }[];
  failed: { job: string; sentence: string; passing: boolean }[];
  repaired: { job: string; sentence: string }[];
  /** Jobs that wait for ECS to take more registrations, or for a worker that stays. */
  postponed: number;
  /** Jobs of which AWS has not answered yet, and which keep nobody waiting. */
  slow: number;
  /** Removed schedules that bore our name and belonged to no job. */
  orphans: string[];
  /** Removals that the policy did not allow, and why. */
  braked: string[];
  brakedBecause: string | null;
  /** Schedules in our group that are not ours. */
  foreign: string[];
  /** When something is to be tried again before the next regular round. */
  againAt: Date | null;
};

type Part = { observed: Observed; tried: Tried; verification: Verification };

/** What became of the jobs of one part of a round. */
export type Settled = {
  jobIds: string[];
  stood: Applied[];
  failed: ({ step: JobStep } & Failure)[];
  postponed: number;
  orphans: string[];
  at: Date;
};

/** ECS takes one registration a second: after so many there is room for some of the postponed. */
const registrationPauseSeconds = 5;

/** AWS took these, and they are still to be read back: what the pages show as "applied". */
export function toTakenOutcomes({ applied }: Tried, at: Date): SyncOutcome[] {
  return applied.filter(hasActed).map((each) => toOutcome(each, at, false));
}

/**
 * Writes down what a part of a round came to. Jobs last: killed before that, the next round finds the schedules as noted
 * and has only the jobs to settle.
 */
export async function settle(deps: Deps, environment: Environment, { observed, tried, verification }: Part): Promise<Settled> {
  const { db, clock } = deps;
  const at = clock.now();
  const isShown = (each: Applied) => namesOf(each).every((name) => !verification.unverified.has(name));
  const stood = tried.applied.filter(isShown);
  const failed = [
    ...tried.failed.filter(({ cause }) => !(cause instanceof Postponed)),
    ...tried.applied.flatMap((each) => {
      const doubt = namesOf(each).find((name) => verification.unverified.has(name));
      return doubt === undefined ? [] : [{ step: each.step, cause: verification.unverified.get(doubt) }];
    }),
  ].map(({ step, cause }) => ({ step, cause, ...toFailure(cause, step.job, at) }));

  await withdrawFailedRepairs(deps, tried, observed);
  await recordSchedules(
    db,
    tried.applied.flatMap((each) => toRows(environment, each, verification, at)),
  );
  await forgetSchedules(
    db,
    environment.id,
    stood.flatMap(({ step, removed }) => [...step.forget, ...removed]),
  );
  await writeSyncOutcomes(db, [
    ...stood.filter(isToBeSettled).map((each) => toOutcome(each, at, true)),
    ...failed.map(({ step, error, retryAt }) => ({ ...toOutcome({ step, arn: null, written: [] }, at, false), error, retryAt })),
  ]);
  for (const { step, cause } of failed)
    if (!isKnown(cause)) deps.log.error({ err: cause, job: step.job.slug }, "A job could not be reconciled.");

  const jobIds = [...tried.applied, ...tried.failed].map(({ step }) => step.job.id);
  const postponed = tried.failed.filter(({ cause }) => cause instanceof Postponed).length;
  return { jobIds, stood, failed, postponed, orphans: tried.orphans, at };
}

type Round = {
  observed: Observed;
  plans: NarrowedPlan[];
  /** What could not be made sure of before all jobs. */
  ground: string[];
  parts: Settled[];
  /** Jobs that the round left to themselves. */
  slow: number;
  /** When jobs that failed are to be tried again, in this round or in one before. */
  retryAts: Date[];
};

/** What the parts of a round came to, in one report. */
export function reportOf({ observed, plans, ground, parts, slow, retryAts }: Round): ReconcileReport {
  const steps = plans.flatMap((plan) => plan.steps);
  const stood = parts.flatMap((part) => part.stood);
  const failed = parts.flatMap((part) => part.failed);
  const postponed = parts.reduce((sum, part) => sum + part.postponed, 0);
  return {
    ground,
    kept: stood.filter(({ step }) => step.kind === "keep" && !step.job.deletedAt).length + countSettled(observed, steps),
    changed: stood.flatMap(({ step }) => (step.kind === "keep" ? [] : [{ job: step.job.slug, did: step.kind, reasons: step.reasons }])),
    failed: failed.map(({ step, error }) => ({ job: step.job.slug, sentence: error.sentence, passing: error.passing })),
    repaired: stood.flatMap(({ step }) => step.repairs.map((sentence) => ({ job: step.job.slug, sentence }))),
    postponed,
    slow,
    orphans: parts.flatMap(({ orphans }) => orphans),
    braked: plans.flatMap(({ braked }) => braked?.names ?? []),
    brakedBecause: plans.find(({ braked }) => braked)?.braked?.reason ?? null,
    foreign: plans[0]?.foreign ?? [],
    againAt: earliest([
      ...retryAts,
      ...parts.filter((part) => part.postponed > 0).map(({ at }) => new Date(at.getTime() + registrationPauseSeconds * 1000)),
    ]),
  };
}

function toOutcome({ step, arn, written }: Pick<Applied, "step" | "arn" | "written">, at: Date, observed: boolean): SyncOutcome {
  const { job } = step;
  return {
    jobId: job.id,
    generation: job.generation,
    at,
    // Found as wanted and never noted: a worker that was killed meanwhile had written it.
    applied: written.length > 0 || (observed && step.confirmed.length > 0 && job.appliedGeneration < job.generation),
    observed,
    removed: observed && job.deletedAt !== null,
    taskDefinitionArn: arn,
    error: null,
    retryAt: null,
    calendar: calendarOf(step),
  };
}

/** What AWS fires of a job in the form that was tried. */
function calendarOf({ job, schedules }: Applied["step"]): NonNullable<SyncOutcome["calendar"]> {
  return {
    savedAt: job.savedAt,
    enabled: !job.pausedAt && !job.deletedAt,
    expression: job.expression,
    timeZone: job.timeZone,
    flexibleWindowMinutes: schedules[0]?.FlexibleTimeWindow?.MaximumWindowInMinutes ?? 0,
    maximumEventAgeSeconds: job.policies.maximumEventAgeSeconds,
  };
}

function toRows(environment: Environment, { step, written }: Applied, { verified }: Verification, verifiedAt: Date): JobScheduleRow[] {
  const seen: Verified[] = [
    ...written.flatMap(({ schedule }) => verified.get(schedule.Name) ?? []),
    ...step.confirmed.map(({ schedule, listed }) => ({ schedule, lastModifiedAt: listed.lastModifiedAt })),
  ];
  return seen.map(({ schedule, lastModifiedAt }) => ({
    environmentId: environment.id,
    name: schedule.Name,
    jobId: step.job.id,
    state: schedule.State,
    fingerprint: scheduleFingerprint(schedule),
    lastModifiedAt,
    verifiedAt,
  }));
}

/** The step called AWS for this job. */
function hasActed({ step, written, removed }: Applied): boolean {
  return written.length > 0 || removed.length > 0 || step.kind === "register";
}

/** A job that is settled and stood as noted has nothing to be written of it. */
function isToBeSettled(applied: Applied): boolean {
  const { job, isHeld } = applied.step;
  if (isHeld) return false;
  const isSettled = job.observedGeneration >= job.generation && !job.syncError && (!job.deletedAt || job.removedAt !== null);
  return hasActed(applied) || !isSettled;
}

function namesOf({ written, removed }: Applied): string[] {
  return [...written.map(({ schedule }) => schedule.Name), ...removed];
}

/** The jobs that were not even loaded, because all their schedules stand as noted. */
function countSettled({ noted }: Observed, steps: JobStep[]): number {
  const loaded = new Set(steps.map(({ job }) => job.id));
  return new Set([...noted.values()].map(({ jobId }) => jobId).filter((id) => !loaded.has(id))).size;
}

/** The job's page says it: AWS or Belfry in words, or no answer. Anything else is a fault of Belfry's own, and belongs into the log. */
function isKnown(cause: unknown): boolean {
  return cause instanceof BelfryError || isRefused(cause) || isPassing(cause);
}

function earliest(moments: Date[]): Date | null {
  return moments.reduce<Date | null>((first, moment) => (first && first <= moment ? first : moment), null);
}
