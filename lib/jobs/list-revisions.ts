import { database } from "@/lib/db/client";
import { getJobBySlug } from "@/lib/db/jobs";
import { readCursor, writeCursor } from "@/lib/db/page-cursor";
import { listRevisions as listRevisionRows, type RevisionRow } from "@/lib/db/revisions";
import { type Actor, requireMay } from "@/lib/domain/actor";
import { NotFound } from "@/lib/domain/errors";
import type { JobInput } from "@/lib/domain/job";

/** A saved form of a job, and the one before it, with which people compare it; null for the first. */
export type RevisionWithEarlier = RevisionRow & { earlier: JobInput | null };

export type RevisionList = { job: { slug: string; name: string }; rows: RevisionWithEarlier[]; nextCursor: string | null; total: number };

/** One page of a job's saved forms, newest first, at most 100. Throws NotFound, and Invalid for a cursor that is not ours. */
export async function listRevisions(request: { actor: Actor; slug: string; cursor?: string; limit?: number }): Promise<RevisionList> {
  const { actor, slug, cursor } = request;
  requireMay(actor, "read");
  const limit = Math.min(Math.max(request.limit ?? 20, 1), 100);
  const db = database();
  const before = cursor ? Number(readCursor(cursor)[0]) || 0 : undefined;
  const job = await getJobBySlug(db, slug);
  if (!job) throw new NotFound(`There is no job at ${slug}: it may have been deleted or its address changed.`);
  const found = await listRevisionRows(db, job.id, limit + 1, before);
  const rows = found.slice(0, limit).map((row, index) => ({ ...row, earlier: found[index + 1]?.document ?? null }));
  const last = rows.at(-1);
  return {
    job: { slug: job.slug, name: job.name },
    rows,
    nextCursor: found.length > limit && last ? writeCursor([String(last.generation), job.id]) : null,
    total: job.generation,
  };
}
