import { database } from "@/lib/db/client";
import { listEnvironments } from "@/lib/db/environments";
import { getJobBySlug, lateSinceOf } from "@/lib/db/jobs";
import { listRepairs } from "@/lib/db/observations";
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
  /** Newest first, the last twenty. */
  revisions: RevisionRow[];
  /** What had been changed in AWS behind our back and was put right; newest first, the last five. */
  repairs: { at: Date; sentence: string }[];
  /**
   * When AWS was last looked at for this job: as it was last read back, or the last whole look at its environment, which
   * writes nothing where it finds all as it was. Null while nobody has looked.
   */
  lastLookAt: Date | null;
  /** The moment that has passed without its run, once everything was looked at since; null where nothing is late. */
  lateSince: Date | null;
};

/** A job by its address. Throws NotFound. */
export async function getJob({ actor, slug, now = new Date() }: { actor: Actor; slug: string; now?: Date }): Promise<JobPage> {
  requireMay(actor, "read");
  const db = database();
  const job = await getJobBySlug(db, slug);
  if (!job) throw new NotFound(`There is no job at ${slug}: it may have been deleted or its address changed.`);
  const [environments, revisions, repairs, usualSeconds, lastRoundAt, lateSince] = await Promise.all([
    listEnvironments(db),
    listRevisions(db, job.id, 20),
    listRepairs(db, job.id, 5),
    usualSecondsOf(db, job.id),
    lastGoodRoundAt(db, "reconcile-jobs", job.environmentId),
    lateSinceOf(db, job.id, now),
  ]);
  const environment = environments.find((candidate) => candidate.id === job.environmentId);
  if (!environment) throw new NotFound(`The environment of ${job.name} does not exist any more.`);
  const lastLookAt = later(job.observedAt, lastRoundAt);
  return { job, sync: syncStateOf(job), environment, usualSeconds, revisions, repairs, lastLookAt, lateSince };
}

function later(a: Date | null, b: Date | null): Date | null {
  return a && b ? (a > b ? a : b) : (a ?? b);
}
