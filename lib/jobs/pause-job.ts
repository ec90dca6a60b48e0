import { recordAudit } from "@/lib/db/audit";
import { getJobBySlug, writeJobIntent } from "@/lib/db/jobs";
import { nudge } from "@/lib/db/nudge";
import { addRevision } from "@/lib/db/revisions";
import { inTransaction } from "@/lib/db/transaction";
import { type Actor, requireMay } from "@/lib/domain/actor";
import { Invalid, NotFound } from "@/lib/domain/errors";
import type { Job } from "@/lib/domain/job";
import { isMisleading } from "@/lib/domain/plain-line";
import { subjectOf } from "./save-job";

const longestReason = 500;

/** Pauses a job until somebody resumes it; a paused job stays paused. Throws Invalid, NotFound. */
export async function pauseJob(request: { actor: Actor; slug: string; reason: string; now?: Date }): Promise<Job> {
  const { actor, slug, now = new Date() } = request;
  const reason = request.reason.trim();
  requireMay(actor, "pause jobs");
  if (reason.length > longestReason || reason.includes("\u0000") || !reason.isWellFormed() || isMisleading(reason))
    throw new Invalid([
      {
        field: "reason",
        sentence: `The reason may have ${longestReason} characters, no NUL, no half character and none that cannot be seen: change it.`,
      },
    ]);
  return change({ actor, slug, now, action: "job.pause" }, (job) =>
    job.pausedAt ? null : { pausedAt: now, pausedBy: actor.name, pauseReason: reason || null },
  );
}

/** Lets a paused job run again from its next moment on; moments gone by are not made up for. Throws NotFound. */
export async function resumeJob(request: { actor: Actor; slug: string; now?: Date }): Promise<Job> {
  const { actor, slug, now = new Date() } = request;
  requireMay(actor, "pause jobs");
  return change({ actor, slug, now, action: "job.resume" }, (job) =>
    job.pausedAt ? { pausedAt: null, pausedBy: null, pauseReason: null } : null,
  );
}

type Pause = { pausedAt: Date | null; pausedBy: string | null; pauseReason: string | null };

async function change(
  { actor, slug, now, action }: { actor: Actor; slug: string; now: Date; action: "job.pause" | "job.resume" },
  wanted: (job: Job) => Pause | null,
): Promise<Job> {
  return inTransaction(async (tx) => {
    const before = await getJobBySlug(tx, slug);
    if (!before) throw new NotFound(`There is no job at ${slug}: it may have been deleted meanwhile.`);
    const pause = wanted(before);
    if (!pause) return before;
    const after = await writeJobIntent(tx, before.id, before.generation, pause, { savedAt: now, savedBy: actor.name });
    await addRevision(tx, after, action === "job.pause" ? "paused" : "resumed");
    await recordAudit(tx, { actor, action, subject: subjectOf(after), before, after, at: now });
    await nudge(tx, "reconcile-jobs");
    return after;
  });
}
