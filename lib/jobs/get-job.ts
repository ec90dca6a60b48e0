import { database } from "@/lib/db/client";
import { getEnvironmentById } from "@/lib/db/environments";
import { getJobBySlug, lateSinceOf } from "@/lib/db/jobs";
import { countRepairs, listRepairs } from "@/lib/db/observations";
import { listRevisions, type RevisionRow } from "@/lib/db/revisions";
import { lastGoodRoundAt } from "@/lib/db/rounds";
import { usualSecondsOf } from "@/lib/db/runs";
import { type Actor, requireMay } from "@/lib/domain/actor";
import type { Environment } from "@/lib/domain/environment";
import { NotFound } from "@/lib/domain/errors";
import { type Job, type SyncState, syncStateOf } from "@/lib/domain/job";

/** All that a job's page shows beside its runs. */
export type JobPage = {
  job: Job;
  sync: SyncState;
  environment: Environment;
  usualSeconds: number | null;
  /** Newest first, the last six of `revisionCount`. */
  revisions: RevisionRow[];
  revisionCount: number;
  /** What had been changed in AWS behind our back and was put right; newest first, the last five. */
  repairs: { at: Date; sentence: string }[];
  /** How much of that there was in the last 24 hours. */
  repairsOfDay: number;
  /**
   * When AWS was last looked at for this job: as it was last read back, or the last whole look at its environment, which
   * writes nothing where it finds all as it was. Null while nobody has looked.
   */
  lastLookAt: Date | null;
  /** The moment that has passed without its run, once everything was looked at since; null where nothing is late. */
  lateSince: Date | null;
};

const dayMs = 24 * 60 * 60 * 1000;

/** A job by its address. Throws NotFound. */
export async function getJob({ actor, slug, now = new Date() }: { actor: Actor; slug: string; now?: Date }): Promise<JobPage> {
  requireMay(actor, "read");
  const db = database();
  const job = await getJobBySlug(db, slug);
  if (!job) throw new NotFound(`There is no job at ${slug}: it may have been deleted or its address changed.`);
  const [environment, revisions, repairs, repairsOfDay, usualSeconds, lastRoundAt, lateSince] = await Promise.all([
    getEnvironmentById(db, job.environmentId),
    listRevisions(db, job.id, 6),
    listRepairs(db, job.id, 5),
    countRepairs(db, job.id, new Date(now.getTime() - dayMs)),
    usualSecondsOf(db, job.id),
    lastGoodRoundAt(db, "reconcile-jobs", job.environmentId),
    lateSinceOf(db, job.id, now),
  ]);
  if (!environment) throw new NotFound(`The environment of ${job.name} does not exist any more.`);
  const lastLookAt = later(job.observedAt, lastRoundAt);
  return {
    ...{ job, sync: syncStateOf(job), environment, usualSeconds, lastLookAt, lateSince },
    ...{ revisions, revisionCount: job.generation, repairs, repairsOfDay },
  };
}

function later(a: Date | null, b: Date | null): Date | null {
  return a && b ? (a > b ? a : b) : (a ?? b);
}
