import { recordAudit } from "@/lib/db/audit";
import { getJobById } from "@/lib/db/jobs";
import { nudge } from "@/lib/db/nudge";
import { getRunById, writeStopRequest } from "@/lib/db/runs";
import { inTransaction } from "@/lib/db/transaction";
import { type Actor, requireMay } from "@/lib/domain/actor";
import { Conflict, NotFound } from "@/lib/domain/errors";
import { isRunId, type Run, runCan } from "@/lib/domain/run";

/** Asks for a run to be stopped; asking again changes nothing. Throws NotFound, and Conflict for a run that has ended. */
export async function requestStop(request: { actor: Actor; runId: string; now?: Date }): Promise<Run> {
  const { actor, runId, now = new Date() } = request;
  requireMay(actor, "run jobs");
  return inTransaction(async (tx) => {
    const before = isRunId(runId) ? await getRunById(tx, runId) : null;
    const job = before && (await getJobById(tx, before.jobId));
    if (!before || !job) throw new NotFound("There is no such run.");
    if (!runCan.stop(before)) throw new Conflict(`This run is ${before.state} already: there is nothing to stop.`);
    if (before.stopRequestedAt) return before;
    const after = await writeStopRequest(tx, runId, { at: now, by: actor.name });
    await recordAudit(tx, {
      actor,
      action: "run.stop",
      subject: { kind: "run", id: runId, name: job.name },
      before: { state: before.state },
      after: { stopRequestedBy: actor.name },
      at: now,
    });
    await nudge(tx, "reconcile-runs");
    return after;
  });
}
