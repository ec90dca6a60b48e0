import { database } from "@/lib/db/client";
import { type ListedRun, listRunRows } from "@/lib/db/runs";
import { type Actor, requireMay } from "@/lib/domain/actor";
import { NotFound } from "@/lib/domain/errors";
import type { RunWanted } from "./run-search";

export type RunRow = { run: ListedRun; job: { id: string; slug: string; name: string } };
/** `searchedTo`: back to when a search looked through the runs, where it did not look through all; the next page goes on there. */
export type RunList = { rows: RunRow[]; nextCursor: string | null; searchedTo: Date | null };

/** One page of runs, newest first, at most 100: of one job or of all. Throws NotFound. */
export async function listRuns(request: RunWanted & { actor: Actor; cursor?: string; limit?: number }): Promise<RunList> {
  const { actor, limit = 50, ...filter } = request;
  requireMay(actor, "read");
  const { jobIsKnown, ...page } = await listRunRows(database(), { ...filter, limit: Math.min(Math.max(limit, 1), 100) });
  if (!jobIsKnown) throw new NotFound(`There is no job at ${filter.slug}.`);
  return page;
}
