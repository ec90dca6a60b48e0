import type { RunTaskCommandInput } from "@aws-sdk/client-ecs";
import { vi } from "vitest";
import { upsertEnvironment } from "@/lib/db/environments";
import { toRun } from "@/lib/db/run-row";
import { scheduleName } from "@/lib/desired/names";
import { pinTo, toSchedules } from "@/lib/desired/schedules";
import { toTaskDefinition } from "@/lib/desired/task-definition";
import type { Job } from "@/lib/domain/job";
import type { Run } from "@/lib/domain/run";
import { testDatabase } from "@/lib/testing/database";
import { makeJob } from "@/lib/testing/factories";
import { testSandbox } from "@/lib/testing/sandbox";

export type TestGround = Awaited<ReturnType<typeof testGround>>;

/** Postgres and an imitated AWS with an environment of Belfry's in both, and the hands that start tasks there. */
export async function testGround() {
  const [database, sandbox] = await Promise.all([testDatabase(), testSandbox()]);
  const { db } = database;
  const deps = sandbox.deps(db);
  const environment = await upsertEnvironment(db, sandbox.environment, new Date());
  const aws = deps.aws(environment);
  await Promise.all([aws.logs.ensureLogGroup(environment.logGroup), aws.scheduler.ensureScheduleGroup(environment.scheduleGroup)]);

  const register = (job: Job) => aws.ecs.registerTaskDefinition(toTaskDefinition(job, environment));
  return {
    ...{ db, deps, environment, aws, control: sandbox.control, world: sandbox.world, register, url: database.url },

    /** A saved job whose container runs this in a shell. */
    jobThatRuns: (script: string, overrides: Partial<Omit<Job, "definition">> & { image?: string } = {}) => {
      const { image = "registry.example.com/reports:1.4", ...columns } = overrides;
      return makeJob(db, { environmentId: environment.id, definition: { command: ["sh", "-c", script], image }, ...columns });
    },

    /** Puts the job's schedule into the Scheduler and lets it fire at once. */
    fire: async (job: Job) => {
      const [schedule] = toSchedules(job, environment, "", new Date());
      if (!schedule) throw new Error("The job has no schedule.");
      await aws.scheduler.putSchedule(pinTo(schedule, await register(job)), false);
      await sandbox.control.fire({ scheduleName: scheduleName(job), groupName: environment.scheduleGroup, region: environment.region });
    },

    /** Starts a task as anybody with the right might. */
    start: async (input: Omit<RunTaskCommandInput, "cluster">) => {
      const started = await aws.ecs.runTask({
        cluster: environment.clusterArn,
        launchType: "FARGATE",
        networkConfiguration: { awsvpcConfiguration: { subnets: environment.subnets } },
        ...input,
      });
      if (!("taskArn" in started)) throw new Error("The task was not started.");
      return started.taskArn;
    },

    /** Waits until ECS has told of the end of these tasks. */
    untilEnded: (taskArns: string[]) =>
      vi.waitFor(
        async () => {
          const { tasks } = await aws.ecs.describeTasks(environment.clusterArn, taskArns);
          if (tasks.some((task) => task.lastStatus !== "STOPPED")) throw new Error("The tasks have not stopped yet.");
        },
        { timeout: 20_000, interval: 50 },
      ),

    /** Waits until ECS has so many stopped tasks in all. */
    untilStopped: (count: number) =>
      vi.waitFor(
        async () => {
          const stopped = await aws.ecs.listTaskArns({ cluster: environment.clusterArn, desiredStatus: "STOPPED" });
          const { tasks } = await aws.ecs.describeTasks(environment.clusterArn, stopped);
          if (tasks.filter((task) => task.lastStatus === "STOPPED").length < count) throw new Error("The tasks have not stopped yet.");
        },
        { timeout: 20_000, interval: 50 },
      ),

    runsOf: async (job: Job): Promise<Run[]> =>
      (
        await db.run.findMany({ where: { jobId: job.id }, orderBy: [{ dueAt: "desc" }, { id: "desc" }], take: 50, omit: { logTail: true } })
      ).map(toRun),

    close: async () => {
      await sandbox.close();
      await database.close();
    },
  };
}
