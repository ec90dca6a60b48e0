import type { Run } from "@/lib/domain/run";
import type { Db } from "./client";
import { isUuid } from "./page-cursor";
import { readAll } from "./read-all";

/** What ingest asks about tasks that it meets in ECS. */

/** What is asked of a run that a task may belong to. */
export type RunOfTask = Pick<Run, "id" | "jobId" | "taskArn" | "stopRequestedBy">;

/** The runs that have these tasks, and those with these ids; what is no id is passed over. */
export async function listRunsOfTasks(db: Db, { taskArns, runIds }: { taskArns: string[]; runIds: string[] }): Promise<RunOfTask[]> {
  const select = { id: true, jobId: true, taskArn: true, stopRequestedBy: true };
  const ids = runIds.filter(isUuid);
  const take = taskArns.length + ids.length;
  if (ids.length === 0) return await db.run.findMany({ where: { taskArn: { in: taskArns } }, select, take });
  return await db.run.findMany({ where: { OR: [{ taskArn: { in: taskArns } }, { id: { in: ids } }] }, select, take });
}

/** Of these tasks, those whose end is known: they will never have news again. */
export async function listEndedTaskArns(db: Db, taskArns: string[]): Promise<Set<string>> {
  const rows = await db.run.findMany({
    where: { taskArn: { in: taskArns }, state: { in: ["succeeded", "failed", "stopped"] } },
    select: { taskArn: true },
    take: taskArns.length,
  });
  return new Set(rows.flatMap(({ taskArn }) => taskArn ?? []));
}

/** Runs that AWS said it started, and of whose task nothing was seen yet. */
export async function listUnseenLaunches(
  db: Db,
  environmentId: string,
): Promise<{ id: string; launchedAt: Date; launchedTaskArn: string }[]> {
  const rows = await db.run.findMany({
    where: { environmentId, state: "requested", taskArn: null, launchedTaskArn: { not: null } },
    select: { id: true, launchedAt: true, launchedTaskArn: true },
    orderBy: { id: "asc" },
    take: 1000,
  });
  return rows.flatMap(({ id, launchedAt, launchedTaskArn }) => (launchedAt && launchedTaskArn ? { id, launchedAt, launchedTaskArn } : []));
}

/** The living jobs of an application, and the revision that each is on. */
export async function listJobsOfApplication(
  db: Db,
  environmentId: string,
  application: string,
): Promise<{ id: string; taskDefinitionArn: string | null }[]> {
  return await readAll<{ id: string; taskDefinitionArn: string | null }>((last, take) =>
    db.job.findMany({
      where: { environmentId, application, deletedAt: null, id: { gt: last?.id } },
      select: { id: true, taskDefinitionArn: true },
      orderBy: { id: "asc" },
      take,
    }),
  );
}
