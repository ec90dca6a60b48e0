import type { Job, JobInput } from "@/lib/domain/job";
import type { Db, Tx } from "./client";

/** What stands in a revision: the job as it was saved, and whether it was paused. */
export type RevisionDocument = JobInput & Pick<Job, "pausedAt" | "pauseReason">;

export type RevisionRow = { generation: number; action: string; changedAt: Date; changedBy: string; document: JobInput };

/** Keeps the form in which a job was just saved. `action` is one word for people: created, edited, paused, resumed. */
export async function addRevision(tx: Tx, job: Job, action: string): Promise<void> {
  const { name, slug, description, application, labels, definition, expression, timeZone, policies, pausedAt, pauseReason } = job;
  const document: RevisionDocument = {
    ...{ name, slug, description, application, labels, definition, expression, timeZone, policies },
    ...{ pausedAt, pauseReason },
  };
  await tx.jobRevision.create({
    data: { jobId: job.id, generation: job.generation, document, action, changedAt: job.savedAt, changedBy: job.savedBy },
  });
}

/** A job's saved forms, newest first, at most `limit`; `before` goes on below a generation. */
export async function listRevisions(db: Db, jobId: string, limit: number, before?: number): Promise<RevisionRow[]> {
  const rows = await db.jobRevision.findMany({
    where: { jobId, ...(before !== undefined && { generation: { lt: before } }) },
    orderBy: { generation: "desc" },
    take: limit,
  });
  return rows.map(({ generation, action, changedAt, changedBy, document }) => ({
    ...{ generation, action, changedAt, changedBy },
    document: document as unknown as JobInput,
  }));
}
