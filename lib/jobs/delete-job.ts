import { recordAudit } from "@/lib/db/audit";
import { getJobBySlug, writeJobIntent } from "@/lib/db/jobs";
import { nudge } from "@/lib/db/nudge";
import { inTransaction } from "@/lib/db/transaction";
import { type Actor, requireMay } from "@/lib/domain/actor";
import { Invalid, NotFound } from "@/lib/domain/errors";
import { subjectOf } from "./save-job";

/**
 * Takes a job off: the worker removes its schedule and later its revisions; its runs stay.
 * `typedName` must be the job's name, typed by the person. Throws Invalid, NotFound.
 */
export async function deleteJob(request: { actor: Actor; slug: string; typedName: string; now?: Date }): Promise<void> {
  const { actor, slug, typedName, now = new Date() } = request;
  requireMay(actor, "delete jobs");
  await inTransaction(async (tx) => {
    const before = await getJobBySlug(tx, slug);
    if (!before) throw new NotFound(`There is no job at ${slug}: it may have been deleted already.`);
    if (typedName.trim() !== before.name)
      throw new Invalid([{ field: "typedName", sentence: `The typed name is not the job's: type ${before.name} to delete it.` }]);
    const after = await writeJobIntent(tx, before.id, before.generation, { deletedAt: now }, { savedAt: now, savedBy: actor.name });
    await recordAudit(tx, { actor, action: "job.delete", subject: subjectOf(before), before, after, at: now });
    await nudge(tx, "reconcile-jobs");
  });
}
