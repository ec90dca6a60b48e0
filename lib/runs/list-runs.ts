import { database } from "@/lib/db/client";
import { getJobBySlug } from "@/lib/db/jobs";
import { listRunRows } from "@/lib/db/runs";
import { type Actor, requireMay } from "@/lib/domain/actor";
import { NotFound } from "@/lib/domain/errors";
import type { Run, RunState } from "@/lib/domain/run";

export type RunRow = { run: Run; job: { id: string; slug: string; name: string } };
export type RunList = { rows: RunRow[]; nextCursor: string | null };

/** One page of runs, newest first, at most 100: of one job or of all. Throws NotFound. */
export async function listRuns(request: {
  actor: Actor;
  slug?: string;
  state?: RunState;
  cursor?: string;
  limit?: number;
}): Promise<RunList> {
  const { actor, slug, limit = 50, ...filter } = request;
  requireMay(actor, "read");
  const db = database();
  const job = slug === undefined ? null : await getJobBySlug(db, slug);
  if (slug !== undefined && !job) throw new NotFound(`There is no job at ${slug}.`);
  return listRunRows(db, { ...filter, jobId: job?.id, limit: Math.min(Math.max(limit, 1), 100) });
}
