import { NotFound } from "@/lib/domain/errors";
import { newId } from "@/lib/domain/ids";
import type { Run, RunTrigger, WantedRun } from "@/lib/domain/run";
import type { AuditEntry } from "./audit";
import type { Db } from "./client";
import type { Run as Row } from "./generated/client";
import { fromRaw, toDocument } from "./row";
import { toRun } from "./run-row";

export type RunRequest = {
  id: string;
  jobId: string;
  environmentId: string;
  trigger: RunTrigger;
  requestedAt: Date;
  requestedBy: string;
  requestKey: string;
  repeatOfId: string | null;
  wanted: WantedRun;
};

/**
 * Asks for a run, notes who asked (where `audit` says so), and calls the works: all in one statement, because somebody waits.
 * The same `requestKey` is the same run, however often and at once it is sent: the first row is given back.
 */
export async function insertRequestedRun(
  db: Db,
  request: RunRequest,
  audit: (Pick<AuditEntry, "actor" | "action" | "after"> & { jobName: string }) | null = null,
): Promise<{ run: Run; inserted: boolean }> {
  const { id, requestedAt: at } = request;
  const [inserted] = await db.$queryRaw<Record<string, unknown>[]>`
    with asked as (
      insert into run (id, environment_id, job_id, trigger, due_at, requested_at, requested_by, request_key, repeat_of_id, wanted)
      values (${id}::uuid, ${request.environmentId}, ${request.jobId}, ${request.trigger}, ${at}, ${at}, ${request.requestedBy},
        ${request.requestKey}, ${request.repeatOfId}::uuid, ${toDocument(request.wanted)}::jsonb)
      on conflict do nothing
      returning *
    ), noted as (
      insert into audit_entry (id, at, actor, actor_name, action, subject_kind, subject_id, subject_name, after)
      select ${newId(at)}::uuid, ${at}, ${audit?.actor.id ?? null}, ${audit?.actor.name ?? null}, ${audit?.action ?? null}, 'run', asked.id::text,
        ${audit?.jobName ?? null}, ${audit?.after && toDocument(audit.after)}::jsonb
      from asked where ${audit !== null}
    ), told as (
      select count(pg_notify('run-changed', asked.id::text)) + count(pg_notify('reconcile-runs', '')) as calls from asked
    )
    select asked.* from asked, told where told.calls > 0`;
  if (inserted) return { run: toRun(fromRaw<Row>(inserted)), inserted: true };
  const row = await db.run.findUnique({ where: { requestKey: request.requestKey } });
  if (!row) throw new NotFound("The run that was asked for with this key does not exist any more.");
  return { run: toRun(row), inserted: false };
}
