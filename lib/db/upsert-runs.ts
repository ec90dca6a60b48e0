import { NotFound } from "@/lib/domain/errors";
import { newId } from "@/lib/domain/ids";
import type { TaskFacts } from "@/lib/domain/task-facts";
import { hasCollided } from "./as-ours";
import type { Db } from "./client";
import { orderTasks } from "./order-tasks";
import { toDocument } from "./row";

/** `changed`: the row is another one than before. `ended`: this news, and none before it, took the run to its end. */
export type RecordedTask = { runId: string; changed: boolean; ended: boolean; inserted: boolean };

const mostTries = 10;

/**
 * Writes what was seen of tasks into their runs, all in one statement: news in any order, twice, and from several processes
 * at once make the same rows, because only a higher `taskVersion` changes one.
 *
 * The row is the one that has the task; else the one that asked for it; else the one that waits for a task of this moment
 * (it was thought missed); else a new one. A task that comes second, to a moment or to a request that has its task, becomes
 * a row beside it with `duplicateOfId`; of those for a moment, ECS's first one is the run. A run thought lost takes the same
 * version again, since it was seen after all, and its last lines are then still to be kept.
 *
 * Gives an outcome for each of the facts, in their order; null where the job is not here. A statement that fails has written
 * nothing. Up to some hundred facts are thrifty. In a transaction, write once or always in the same order: two writers that
 * wait for each other are both told to try again.
 */
export async function upsertRunsFromTasks(db: Db, all: readonly TaskFacts[]): Promise<(RecordedTask | null)[]> {
  const newest = newestOf(all);
  const outcomes = new Map<string, RecordedTask | null>();
  let open = [...newest.values()].map((n) => all[n] as TaskFacts);
  for (let tries = 0; open.length > 0; tries++) {
    if (tries === mostTries)
      throw new Error(`${open[0]?.taskArn} could not be written: others wrote to its run ${mostTries} times in a row.`);
    const places = await unlessCollided(() => write(db, open));
    const moments = new Map<string, { jobId: string; scheduledAt: Date }>();
    for (const place of places) {
      const facts = open[place.n] as TaskFacts;
      const outcome = read(place, facts);
      if (outcome === "again") continue;
      outcomes.set(facts.taskArn, outcome);
      const { jobId, scheduledAt } = facts;
      if (outcome && place.first && scheduledAt) moments.set(`${jobId} ${scheduledAt.getTime()}`, { jobId, scheduledAt });
    }
    for (const moment of moments.values()) await unlessCollided(() => orderTasks(db, moment));
    // Another writer, or another fact of these, made the row between the look and the write: it is looked again.
    open = open.filter(({ taskArn }) => !outcomes.has(taskArn));
  }
  return all.map(({ taskArn }, n) => {
    const outcome = outcomes.get(taskArn) ?? null;
    // Older news, and the same once more, tell nothing new beside the newest.
    return outcome && newest.get(taskArn) !== n ? { ...outcome, changed: false, ended: false, inserted: false } : outcome;
  });
}

/** Does it again where it had to give way to another writer. */
async function unlessCollided<Result>(write: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      if (tries === mostTries || !hasCollided(error)) throw error;
    }
  }
}

/** As upsertRunsFromTasks, of one task. Throws NotFound when the job is not here. */
export async function upsertRunFromTask(db: Db, facts: TaskFacts): Promise<RecordedTask> {
  const [outcome] = await upsertRunsFromTasks(db, [facts]);
  if (!outcome) throw new NotFound(`The task ${facts.taskArn} belongs to the job ${facts.jobId}, which is not in this environment.`);
  return outcome;
}

/** Of each task where the news with the highest version stands, the first of equals: a statement changes a row once. */
function newestOf(all: readonly TaskFacts[]): Map<string, number> {
  const newest = new Map<string, number>();
  all.forEach(({ taskArn, taskVersion }, n) => {
    const before = all[newest.get(taskArn) ?? -1];
    if (!before || before.taskVersion < taskVersion) newest.set(taskArn, n);
  });
  return newest;
}

/** Where a fact went: its number, the row before, and the row that it changed. */
type Place = {
  n: number;
  changed: string | null;
  inserted: boolean | null;
  before: string | null;
  before_state: string | null;
  before_task: string | null;
  job_is_here: boolean;
  /** The run of the same moment or request that has another task. */
  first: string | null;
};

/** Locks the rows in the order of their ids, and adds new ones in the order of their tasks, so that two writers rarely wait for each other. */
async function write(db: Db, facts: readonly TaskFacts[]): Promise<Place[]> {
  return await db.$queryRaw<Place[]>`
    with fact as (
      select * from jsonb_to_recordset(${toDocument(facts.map(columnsOf))}::jsonb) as f(
        n int, id uuid, environment_id text, job_id text, run_id uuid, trigger text, scheduled_at timestamptz, due_at timestamptz,
        state text, task_arn text, task_version int, task_definition_arn text, job_generation int, attempt int, execution_id text,
        phases jsonb, started_at timestamptz, stopped_at timestamptz, exit_code int, stop_code text, stopped_reason text,
        containers jsonb, cause jsonb, cause_kind text, cpu int, memory int, capacity_provider text, overrides jsonb,
        log_group text, log_stream text, seen_at timestamptz, source text)
    ), place as (
      select
        f.n,
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
      select p.n, r.id, r.state, r.task_arn from place p join run r on r.id = p.own order by r.id for update of r
    ), updated as (
      update run r set
        state = f.state, task_arn = f.task_arn, task_version = f.task_version, task_definition_arn = f.task_definition_arn,
        job_generation = coalesce(f.job_generation, r.job_generation), attempt = f.attempt, execution_id = f.execution_id,
        phases = f.phases, started_at = f.started_at, stopped_at = f.stopped_at, exit_code = f.exit_code, stop_code = f.stop_code,
        stopped_reason = f.stopped_reason, containers = f.containers, cause = f.cause, cause_kind = f.cause_kind,
        cpu = f.cpu, memory = f.memory, capacity_provider = f.capacity_provider, overrides = f.overrides,
        log_group = f.log_group, log_stream = f.log_stream, seen_at = f.seen_at, source = f.source,
        -- ECS's first word of a task may not say yet when it took it.
        due_at = case when r.scheduled_at is null and r.requested_at is null then f.due_at else r.due_at end,
        log_kept_at = case when r.state = 'lost' then null else r.log_kept_at end
      from fact f join before b on b.n = f.n
      where r.id = b.id and (r.task_arn is null or r.task_arn = f.task_arn)
        and (r.task_arn is null or r.task_version < f.task_version or (r.state = 'lost' and r.task_version = f.task_version))
      returning r.id, f.n
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
      from fact f join place p on p.n = f.n where p.own is null and p.job_is_here order by f.task_arn
      on conflict do nothing
      returning id, task_arn
    ), changed as (
      select id, n, false as inserted from updated
      union all
      select i.id, f.n, true from inserted i join fact f on f.task_arn = i.task_arn
    )
    select
      p.n, c.id as changed, c.inserted, b.id as before, b.state as before_state, b.task_arn as before_task, p.job_is_here, p.first,
      (select count(pg_notify('run-changed', id::text)) from changed)::int as told
    from place p left join before b on b.n = p.n left join changed c on c.n = p.n`;
}

const endedStates = ["succeeded", "failed", "stopped", "skipped", "missed", "lost"];

function read(
  { changed, inserted, before, before_state, before_task, job_is_here }: Place,
  facts: TaskFacts,
): RecordedTask | null | "again" {
  // "Missed" and "lost" were guesses about a task that nobody had seen: its true end is news.
  const hadEnded = before_task !== null && endedStates.includes(before_state ?? "") && before_state !== "lost";
  if (changed) return { runId: changed, changed: true, ended: endedStates.includes(facts.state) && !hadEnded, inserted: inserted === true };
  if (before && before_task === facts.taskArn) return { runId: before, changed: false, ended: false, inserted: false };
  return before || job_is_here ? "again" : null;
}

function columnsOf(facts: TaskFacts, n: number): object {
  return {
    n,
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
