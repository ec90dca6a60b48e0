import { NotFound } from "@/lib/domain/errors";
import { newId } from "@/lib/domain/ids";
import type { Cause, LogLine, Run } from "@/lib/domain/run";
import type { TaskFacts } from "@/lib/domain/task-facts";
import type { Db } from "./client";
import type { Prisma } from "./generated/client";
import { nudge } from "./nudge";
import { toDocument, toJson } from "./row";
import { toRun } from "./run-row";

/** What ingest reads and writes: what became of tasks. */

/** `changed`: the row is another one than before. `ended`: this news, and none before it, took the run to its end. */
export type RecordedTask = { runId: string; changed: boolean; ended: boolean; inserted: boolean };

/**
 * Writes what was seen of a task into its run: news in any order, twice, and from several processes at once make the same
 * row, because only a higher `taskVersion` changes it.
 *
 * The row is the one that has the task; else the one that asked for it; else the one that waits for a task of this moment
 * (it was thought missed); else a new one. A task that comes second, to a moment or to a request that has its task, becomes
 * a row beside it with `duplicateOfId`. A run thought lost takes the same version again, since it was seen after all, and
 * its last lines are then still to be kept.
 *
 * Throws NotFound when the job is not here. In a transaction, write one task at a time or always in the same order: two
 * writers that wait for each other are both told to try again.
 */
export async function upsertRunFromTask(tx: Db, facts: TaskFacts): Promise<RecordedTask> {
  for (let tries = 0; tries < 10; tries++) {
    const [outcome] = await tx.$queryRaw<Outcome[]>`
      with fact as (
        select * from jsonb_to_record(${toDocument(columnsOf(facts))}::jsonb) as f(
          id uuid, environment_id text, job_id text, run_id uuid, trigger text, scheduled_at timestamptz, due_at timestamptz,
          state text, task_arn text, task_version int, task_definition_arn text, job_generation int, attempt int, execution_id text,
          phases jsonb, started_at timestamptz, stopped_at timestamptz, exit_code int, stop_code text, stopped_reason text,
          containers jsonb, cause jsonb, cause_kind text, cpu int, memory int, capacity_provider text, overrides jsonb,
          log_group text, log_stream text, seen_at timestamptz, source text)
      ), place as (
        select
          coalesce(
            (select r.id from run r where r.task_arn = f.task_arn),
            (select r.id from run r where r.id = f.run_id and r.job_id = f.job_id and r.task_arn is null),
            (select r.id from run r where r.job_id = f.job_id and r.scheduled_at = f.scheduled_at and r.duplicate_of_id is null and r.task_arn is null)
          ) as own,
          coalesce(
            (select r.id from run r where r.id = f.run_id and r.job_id = f.job_id and r.task_arn <> f.task_arn),
            (select r.id from run r where r.job_id = f.job_id and r.scheduled_at = f.scheduled_at and r.duplicate_of_id is null and r.task_arn <> f.task_arn)
          ) as first,
          exists (select from job j where j.id = f.job_id and j.environment_id = f.environment_id) as job_is_here
        from fact f
      ), before as (
        select r.id, r.state, r.task_arn, r.task_version from run r where r.id = (select own from place) for update
      ), updated as (
        update run r set
          state = f.state, task_arn = f.task_arn, task_version = f.task_version, task_definition_arn = f.task_definition_arn,
          job_generation = coalesce(f.job_generation, r.job_generation), attempt = f.attempt, execution_id = f.execution_id,
          phases = f.phases, started_at = f.started_at, stopped_at = f.stopped_at, exit_code = f.exit_code, stop_code = f.stop_code,
          stopped_reason = f.stopped_reason, containers = f.containers, cause = f.cause, cause_kind = f.cause_kind,
          cpu = f.cpu, memory = f.memory, capacity_provider = f.capacity_provider, overrides = f.overrides,
          log_group = f.log_group, log_stream = f.log_stream, seen_at = f.seen_at, source = f.source,
          log_kept_at = case when r.state = 'lost' then null else r.log_kept_at end
        from fact f, before b
        where r.id = b.id and (r.task_arn is null or r.task_arn = f.task_arn)
          and (r.task_arn is null or r.task_version < f.task_version or (r.state = 'lost' and r.task_version = f.task_version))
        returning r.id
      ), inserted as (
        insert into run (
          id, environment_id, job_id, trigger, scheduled_at, due_at, state, task_arn, task_version, task_definition_arn,
          job_generation, attempt, execution_id, duplicate_of_id, phases, started_at, stopped_at, exit_code, stop_code,
          stopped_reason, containers, cause, cause_kind, cpu, memory, capacity_provider, overrides, log_group, log_stream,
          seen_at, source)
        select f.id, f.environment_id, f.job_id, f.trigger, f.scheduled_at, f.due_at, f.state, f.task_arn, f.task_version, f.task_definition_arn,
          f.job_generation, f.attempt, f.execution_id, p.first, f.phases, f.started_at, f.stopped_at, f.exit_code, f.stop_code,
          f.stopped_reason, f.containers, f.cause, f.cause_kind, f.cpu, f.memory, f.capacity_provider, f.overrides, f.log_group, f.log_stream,
          f.seen_at, f.source
        from fact f, place p where p.own is null and p.job_is_here
        on conflict do nothing
        returning id
      ), changed as (
        select id from updated union all select id from inserted
      )
      select
        (select id from changed) as changed, (select id from inserted) as inserted,
        b.id as before, b.state as before_state, b.task_arn as before_task, p.job_is_here as job_is_here,
        (select count(pg_notify('run-changed', id::text)) from changed)::int as told
      from place p left join before b on true`;
    const recorded = outcome && read(outcome, facts);
    if (recorded) return recorded;
    // Another writer made the row between our look and our write: look again.
  }
  throw new Error(`The task ${facts.taskArn} could not be written: others wrote to its run ten times in a row.`);
}

type Outcome = {
  changed: string | null;
  inserted: string | null;
  before: string | null;
  before_state: string | null;
  before_task: string | null;
  job_is_here: boolean;
};

const endedStates = ["succeeded", "failed", "stopped", "skipped", "missed", "lost"];

function read({ changed, inserted, before, before_state, before_task, job_is_here }: Outcome, facts: TaskFacts): RecordedTask | null {
  // "Missed" and "lost" were guesses about a task that nobody had seen: its true end is news.
  const hadEnded = before_task !== null && endedStates.includes(before_state ?? "") && before_state !== "lost";
  if (changed) return { runId: changed, changed: true, ended: endedStates.includes(facts.state) && !hadEnded, inserted: inserted !== null };
  if (before && before_task === facts.taskArn) return { runId: before, changed: false, ended: false, inserted: false };
  if (before || job_is_here) return null;
  throw new NotFound(`The task ${facts.taskArn} belongs to the job ${facts.jobId}, which is not in this environment.`);
}

function columnsOf(facts: TaskFacts): object {
  return {
    id: newId(facts.createdAt),
    environment_id: facts.environmentId,
    job_id: facts.jobId,
    run_id: facts.runId,
    trigger: facts.trigger,
    scheduled_at: facts.scheduledAt,
    due_at: facts.scheduledAt ?? facts.createdAt,
    state: facts.state,
    task_arn: facts.taskArn,
    task_version: facts.taskVersion,
    task_definition_arn: facts.taskDefinitionArn,
    job_generation: facts.jobGeneration,
    attempt: facts.attempt,
    execution_id: facts.executionId,
    phases: facts.phases,
    started_at: facts.startedAt,
    stopped_at: facts.stoppedAt,
    exit_code: facts.exitCode,
    stop_code: facts.stopCode,
    stopped_reason: facts.stoppedReason,
    containers: facts.containers,
    // Left out where there is none: a JSON null is not the column's null.
    cause: facts.cause ?? undefined,
    cause_kind: facts.cause?.kind ?? null,
    cpu: facts.cpu,
    memory: facts.memory,
    capacity_provider: facts.capacityProvider,
    overrides: facts.overrides ?? undefined,
    log_group: facts.logGroup,
    log_stream: facts.logStream,
    seen_at: facts.seenAt,
    source: facts.source,
  };
}

/** Runs that can still change: what a sweep compares with ECS. The longest due first, at most `limit`. */
export async function listActiveRuns(db: Db, environmentId: string, limit = 5000): Promise<Run[]> {
  const rows = await db.run.findMany({
    where: { environmentId, state: { in: ["requested", "starting", "running"] } },
    orderBy: [{ dueAt: "asc" }, { id: "asc" }],
    take: limit,
    omit: { logTail: true },
  });
  return rows.map(toRun);
}

/** Ended runs whose last lines are not kept yet, the first to end first, at most `limit`. */
export async function listRunsWithoutLogTail(db: Db, now: Date, limit = 100): Promise<Run[]> {
  const rows = await db.run.findMany({
    where: { stoppedAt: { lte: now }, logKeptAt: null, logStream: { not: null } },
    orderBy: { stoppedAt: "asc" },
    take: limit,
  });
  return rows.map(toRun);
}

/** Keeps a run's last lines, so that its reason outlives the log. */
export async function writeLogTail(db: Db, runId: string, { tail, keptAt }: { tail: LogLine[]; keptAt: Date }): Promise<void> {
  await db.run.updateMany({ where: { id: runId }, data: { logTail: toJson(tail) as Prisma.InputJsonValue, logKeptAt: keptAt } });
  await nudge(db, "run-changed", runId);
}

/** Runs whose start AWS refused for good and that do not say so in their state yet. */
export async function listRefusedLaunches(db: Db, limit = 200): Promise<Run[]> {
  const rows = await db.run.findMany({
    where: { state: "requested", taskArn: null, launchError: { not: toJson(null) } },
    orderBy: [{ dueAt: "asc" }, { id: "asc" }],
    take: limit,
  });
  return rows.map(toRun);
}

/** Ends a run that never got a task as failed. False if it has got one, or has ended, meanwhile. */
export async function markLaunchRefused(db: Db, runId: string, cause: Cause, at: Date): Promise<boolean> {
  return await end(db, { id: runId, state: "requested", taskArn: null }, { state: "failed", cause, at });
}

/** Ends a run as stopped that somebody no longer wanted before it was started. False if it was started meanwhile. */
export async function markStoppedBeforeStart(db: Db, runId: string, cause: Cause, at: Date): Promise<boolean> {
  return await end(db, { id: runId, state: "requested", taskArn: null, launchedAt: null }, { state: "stopped", cause, at });
}

/** Ends a run whose task ECS knows no more. False if it has ended meanwhile. */
export async function markLost(db: Db, runId: string, at: Date, cause: Cause | null = null): Promise<boolean> {
  return await end(db, { id: runId, state: { in: ["requested", "starting", "running"] } }, { state: "lost", cause, at });
}

type End = { state: Run["state"]; cause: Cause | null; at: Date };

async function end(db: Db, where: Prisma.RunWhereInput, { state, cause, at }: End): Promise<boolean> {
  const { count } = await db.run.updateMany({
    where,
    data: { state, cause: toJson(cause), causeKind: cause?.kind ?? null, stoppedAt: at, seenAt: at },
  });
  if (count > 0 && typeof where.id === "string") await nudge(db, "run-changed", where.id);
  return count > 0;
}
