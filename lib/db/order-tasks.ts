import type { Db } from "./client";
import { nudge } from "./nudge";

/**
 * Of several tasks for one moment the one that ECS took first is the run, whichever was told of first; the others are its
 * duplicates. One writer at a time orders a moment, so that each sees what the one before it wrote.
 */
export async function orderTasks(db: Db, { jobId, scheduledAt }: { jobId: string; scheduledAt: Date }): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`belfry:moment:${jobId}:${scheduledAt.toISOString()}`}, 0))`;
    const [first, ...others] = await tx.$queryRaw<{ id: string; of: string | null }[]>`
      select id::text as id, duplicate_of_id::text as of from run
      where job_id = ${jobId} and due_at = ${scheduledAt} and scheduled_at = ${scheduledAt} and task_arn is not null
      order by coalesce(phases->>'createdAt', '~'), task_arn limit 1000`;
    const wrong = others.filter((other) => other.of !== first?.id).map(({ id }) => id);
    if (!first || (first.of === null && wrong.length === 0)) return;
    // The others first: a moment has one run at most (run_moment_key).
    await tx.run.updateMany({ where: { id: { in: wrong } }, data: { duplicateOfId: first.id } });
    await tx.run.updateMany({ where: { id: first.id }, data: { duplicateOfId: null } });
    for (const id of [first.id, ...wrong]) await nudge(tx, "run-changed", id);
  });
}
