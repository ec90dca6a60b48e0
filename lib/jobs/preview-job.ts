import { database } from "@/lib/db/client";
import { firstEnvironment } from "@/lib/db/environments";
import { getJobBySlug } from "@/lib/db/jobs";
import { diffInWords } from "@/lib/desired/diff";
import { type Actor, requireMay } from "@/lib/domain/actor";
import { type Fault, Invalid } from "@/lib/domain/errors";
import { parseJobInput } from "@/lib/domain/job";

/** What saving would do: the faults that stand in its way, or the changes in AWS, a sentence each. */
export type JobPreview = { faults: Fault[]; changes: string[] };

/** Reads the form as saving would and writes nothing. `slug` names the job that is edited; null is a new one. */
export async function previewJob(request: { actor: Actor; input: unknown; slug: string | null; now?: Date }): Promise<JobPreview> {
  const { actor, input, slug, now = new Date() } = request;
  requireMay(actor, "read");
  try {
    const db = database();
    const before = slug ? await getJobBySlug(db, slug) : null;
    const wanted = parseJobInput(input, now, before);
    const environment = await firstEnvironment(db);
    return { faults: [], changes: environment ? diffInWords(before, wanted, environment) : [] };
  } catch (error) {
    if (error instanceof Invalid) return { faults: error.faults, changes: [] };
    throw error;
  }
}
