import type { GetScheduleCommandOutput } from "@aws-sdk/client-scheduler";
import type { ListedSchedule } from "@/lib/aws/scheduler";
import type { JobToReconcile } from "@/lib/db/jobs";
import type { Desired } from "@/lib/desired/desired-state";
import { describeDrift } from "@/lib/desired/diff";
import { scheduleFingerprint } from "@/lib/desired/fingerprint";
import { jobIdOfScheduleName } from "@/lib/desired/names";
import { type DesiredSchedule, onlyMomentOf } from "@/lib/desired/schedules";
import { isAsNoted, type Observed } from "./observe";

/*
 * What is wanted against what is there: a value, decided without a call, that one can print and test as a table.
 *
 *   wanted (Postgres)   listed (AWS)    noted (last verified)   read whole    step
 *   ─────────────────   ─────────────   ─────────────────────   ───────────   ───────────────────────────────────────
 *   schedule            -               -                                     create
 *   schedule            -               yes                                   create, and say that it was gone
 *   schedule            as noted        the same                              keep
 *   schedule            as noted        another                               update
 *   schedule            moved or new                            the same      keep, and note it
 *   schedule            moved or new                            another       update, and say what had been changed
 *   schedule            moved or new                            not read      update: the job was saved, or we were killed
 *   none                yes                                                   remove: deleted, renamed, its moment over or missed
 *   no such job         bears our name                                        remove: an orphan
 *   -                   another name                                          leave alone: not ours
 *
 * An at(...) whose moment has come is neither created nor enabled any more: AWS might fire it at once.
 */

export type Looked = Observed & {
  desired: Desired<JobToReconcile>[];
  /** The doubtful ones that were read whole, by name. */
  whole: ReadonlyMap<string, GetScheduleCommandOutput>;
  now: Date;
};

export type StepKind = "keep" | "register" | "create" | "update" | "remove";

export type JobStep = Desired<JobToReconcile> & {
  kind: StepKind;
  /** Why, in words, for the round's report. */
  reasons: string[];
  put: { schedule: DesiredSchedule; exists: boolean }[];
  /** Names of schedules of this job that are not wanted. */
  remove: string[];
  /** Read whole and found as wanted. */
  confirmed: { schedule: DesiredSchedule; listed: ListedSchedule }[];
  /** Noted names that are not in AWS and not wanted. */
  forget: string[];
  /** What had been changed behind our back, a sentence each. */
  repairs: string[];
  /** Why this cannot be done at all. */
  tooLate: string | null;
  /** Something was left out, by the policy or until a retry is due: the job is not settled when the rest is done. */
  isHeld: boolean;
};

export type Plan = {
  steps: JobStep[];
  /** Schedules that bear our name and belong to no job. */
  orphans: string[];
  /** Schedules in our group that are not ours. */
  foreign: string[];
};

/** Every job's step. Pure. */
export function planJobs(looked: Looked): Plan {
  const { listed, noted, desired } = looked;
  const listedNames = Map.groupBy(listed.keys(), jobIdOfScheduleName);
  const notedNames = Map.groupBy(noted.keys(), jobIdOfScheduleName);
  const loaded = new Set(desired.map(({ job }) => job.id));
  return {
    steps: desired.map((each) => planJob(each, looked, listedNames.get(each.job.id) ?? [], notedNames.get(each.job.id) ?? [])),
    orphans: [...listed.values()].filter(isOrphan).map(({ name }) => name),
    foreign: listedNames.get(null) ?? [],
  };

  /** A job whose schedule stands as noted was not loaded; any other that we have was. */
  function isOrphan(schedule: ListedSchedule): boolean {
    const jobId = jobIdOfScheduleName(schedule.name);
    return jobId !== null && !loaded.has(jobId) && !isAsNoted(schedule, noted.get(schedule.name));
  }
}

function planJob(desired: Desired<JobToReconcile>, looked: Looked, listedNames: string[], notedNames: string[]): JobStep {
  const { job, schedules } = desired;
  const step: JobStep = {
    ...desired,
    kind: "keep",
    reasons: [],
    put: [],
    remove: [],
    confirmed: [],
    forget: [],
    repairs: [],
    tooLate: null,
    isHeld: false,
  };
  if (job.retryAt && job.retryAt > looked.now) return { ...step, isHeld: true, reasons: ["it failed and waits to be tried again"] };
  const moment = job.pausedAt || job.deletedAt ? null : onlyMomentOf(job);
  const hasPassed = moment !== null && moment < looked.now;
  const stands = schedules.map((schedule) => compare(step, schedule, looked, hasPassed));
  if (
    hasPassed &&
    job.savedAt < moment &&
    job.appliedGeneration < job.generation &&
    !stands.includes(true) &&
    !listedNames.some(isPerhapsTold)
  )
    step.tooLate = "The moment of this schedule had passed before AWS could be told of it, so it does not run: choose a later one.";

  // What AWS still has of a job that came too late is an earlier form of it, which nobody wants any more.
  const wanted = new Set(step.tooLate ? [] : schedules.map(({ Name }) => Name));
  step.remove = listedNames.filter((name) => !wanted.has(name));
  step.forget = notedNames.filter((name) => !wanted.has(name) && !looked.listed.has(name));
  if (step.remove.length) step.reasons.push(whyRemove(step));
  step.kind = kindOf(step);
  if (step.kind === "register") step.reasons.push("its task definition is not registered");
  step.isHeld = step.tooLate !== null;
  return step;

  /** There and not as noted: it may be ours, of a worker that was killed before it could note it. */
  function isPerhapsTold(name: string): boolean {
    const schedule = looked.listed.get(name);
    return schedule !== undefined && !isAsNoted(schedule, looked.noted.get(name));
  }
}

/** One wanted schedule against its case in the drawing. True where it stands in AWS as it is wanted. */
function compare(step: JobStep, schedule: DesiredSchedule, looked: Looked, hasPassed: boolean): boolean {
  const { job, definition } = step;
  const name = schedule.Name;
  const listed = looked.listed.get(name);
  const noted = looked.noted.get(name);
  const whole = looked.whole.get(name);
  const print = definition?.arn ? scheduleFingerprint(schedule) : null;

  if (listed && isAsNoted(listed, noted) && noted.fingerprint === print) return true;
  if (listed && whole && scheduleFingerprint(whole) === print) {
    step.confirmed.push({ schedule, listed });
    return true;
  }
  if (hasPassed && schedule.State === "ENABLED") {
    step.reasons.push("its only moment has come: AWS might fire it once more");
    return false;
  }
  step.put.push({ schedule, exists: listed !== undefined });
  if (job.generation > job.observedGeneration) step.reasons.push(`generation ${job.generation} is not verified in AWS`);
  else if (!listed) {
    step.reasons.push("it is missing in AWS");
    step.repairs.push("The schedule had been removed in AWS; it was made again.");
  } else if (whole && scheduleFingerprint(whole) !== noted?.fingerprint) {
    const changes = describeDrift(whole, schedule);
    step.reasons.push("it was changed in AWS");
    step.repairs.push(`The schedule had been changed in AWS. ${changes.join("; ") || "Its input was another"}.`);
  } else step.reasons.push("it is described differently now: Belfry's own form, the environment or the revision changed");
  return false;
}

function kindOf({ put, remove, definition }: JobStep): StepKind {
  if (put.length) return put.every(({ exists }) => exists) ? "update" : "create";
  if (remove.length) return "remove";
  return definition && !definition.arn ? "register" : "keep";
}

function whyRemove({ job, schedules, tooLate }: JobStep): string {
  if (job.deletedAt) return "the job was deleted";
  if (tooLate) return "it is an earlier form of the job";
  return schedules.length ? "the job has another address now" : "its only moment is over";
}
