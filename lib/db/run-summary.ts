import type { RunSummary } from "@/lib/domain/run";
import { Prisma } from "./generated/client";

/** A run of the table `r` as one document, for lists that carry several runs in a row. */
export const summaryOfRun = Prisma.sql`jsonb_build_object(
  'id', r.id, 'state', r.state, 'trigger', r.trigger, 'dueAt', r.due_at, 'startedAt', r.started_at, 'stoppedAt', r.stopped_at,
  'exitCode', r.exit_code, 'headline', r.cause->>'headline')`;

/** The median time of a job's last twenty successful runs in seconds; `job` is the SQL of its id. */
export const usualSeconds = (job: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  select percentile_cont(0.5) within group (order by extract(epoch from u.stopped_at - u.started_at))::float8
  from (
    select started_at, stopped_at from run
    where job_id = ${job} and state = 'succeeded' and started_at is not null and stopped_at is not null
    order by due_at desc, id desc limit 20
  ) u)`;

type Written = Omit<RunSummary, "dueAt" | "startedAt" | "stoppedAt"> & {
  dueAt: string;
  startedAt: string | null;
  stoppedAt: string | null;
};

/** A summary as Postgres wrote it, with its moments as moments. */
export function toSummary(document: unknown): RunSummary {
  const { dueAt, startedAt, stoppedAt, ...rest } = document as Written;
  return {
    ...rest,
    dueAt: new Date(dueAt),
    startedAt: startedAt ? new Date(startedAt) : null,
    stoppedAt: stoppedAt ? new Date(stoppedAt) : null,
  };
}
