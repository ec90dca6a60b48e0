import { recordAudit } from "@/lib/db/audit";
import { firstEnvironment } from "@/lib/db/environments";
import { getJobBySlug, insertJob, writeJobIntent } from "@/lib/db/jobs";
import { nudge } from "@/lib/db/nudge";
import { addRevision } from "@/lib/db/revisions";
import { inTransaction } from "@/lib/db/transaction";
import { type Actor, requireMay } from "@/lib/domain/actor";
import { Conflict, NotFound, Unavailable } from "@/lib/domain/errors";
import { newShortId } from "@/lib/domain/ids";
import { type Job, parseJobInput } from "@/lib/domain/job";

/**
 * Writes a new job (`slug` null) or a job's next generation. AWS follows later: the worker is nudged at commit.
 * Throws Invalid with a sentence for each wrong field, Conflict when the address is taken or somebody saved first, NotFound.
 */
export async function saveJob(request: {
  actor: Actor;
  slug: string | null;
  input: unknown;
  expectedGeneration?: number;
  now?: Date;
}): Promise<Job> {
  const { actor, slug, now = new Date() } = request;
  requireMay(actor, "edit jobs");
  return inTransaction(async (tx) => {
    const before = slug === null ? null : await getJobBySlug(tx, slug);
    if (slug !== null && !before) throw new NotFound(`There is no job at ${slug}: it may have been deleted meanwhile.`);
    const input = parseJobInput(request.input, now, before);
    if (input.slug !== slug && (await getJobBySlug(tx, input.slug)))
      throw new Conflict(`The address ${input.slug} belongs to another job: choose another one.`, "slug");
    const after = before
      ? await writeJobIntent(tx, before.id, request.expectedGeneration ?? before.generation, input, { savedAt: now, savedBy: actor.name })
      : await insertJob(tx, { id: newShortId(), environmentId: await environmentId(tx), input, savedAt: now, savedBy: actor.name });
    await addRevision(tx, after, before ? "edited" : "created");
    await recordAudit(tx, { actor, action: before ? "job.save" : "job.create", subject: subjectOf(after), before, after, at: now });
    await nudge(tx, "reconcile-jobs");
    return after;
  });
}

async function environmentId(tx: Parameters<typeof firstEnvironment>[0]): Promise<string> {
  const environment = await firstEnvironment(tx);
  if (!environment)
    throw new Unavailable("There is no environment yet: start the worker once, it writes the one that its settings describe.");
  return environment.id;
}

/** How the audit names a job. */
export function subjectOf(job: Pick<Job, "id" | "name">): { kind: "job"; id: string; name: string } {
  return { kind: "job", id: job.id, name: job.name };
}
