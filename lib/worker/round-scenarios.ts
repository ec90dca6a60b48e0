import { CreateScheduleCommand, DeleteScheduleCommand, SchedulerClient, UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "vitest";
import { getJobById, writeJobIntent, writeSyncOutcomes } from "@/lib/db/jobs";
import { lookSources, writeLook } from "@/lib/db/looks";
import { insertRequestedRun, writeStopRequest } from "@/lib/db/runs";
import { intendTaskDefinition, markTaskDefinitionGone, retireUnusedTaskDefinitions } from "@/lib/db/task-definitions";
import { fingerprint } from "@/lib/desired/fingerprint";
import { scheduleName } from "@/lib/desired/names";
import { toTaskDefinition } from "@/lib/desired/task-definition";
import { newId } from "@/lib/domain/ids";
import { type Job, syncStateOf } from "@/lib/domain/job";
import type { WantedRun } from "@/lib/domain/run";
import { sweepTasks } from "@/lib/ingest/sweep-tasks";
import { reconcileJobs } from "@/lib/reconcile/reconcile-jobs";
import { reconcileRuns } from "@/lib/reconcile/reconcile-runs";
import { makeJob, makeRun } from "@/lib/testing/factories";
import type { Ground, Scenario } from "@/lib/testing/stage";
import type { Round } from "./driver";
import { rounds } from "./rounds";

/** What each round of the worker has to do while it is killed or AWS fails it. A round without a scenario is found by a test. */

const scheduler = () => new SchedulerClient({});
const newJob = ({ db, environment, clock }: Ground, overrides: Parameters<typeof makeJob>[1] = {}) =>
  // Its moment does not come while a scenario lasts.
  makeJob(db, { environmentId: environment.id, savedAt: clock.now(), expression: "cron(0 2 29 2 ? *)", ...overrides });
const jobNow = async ({ db }: Ground, job: Job) => (await getJobById(db, job.id)) as Job;
const save = async (ground: Ground, job: Job, change: Parameters<typeof writeJobIntent>[3]) => {
  const { generation } = await jobNow(ground, job);
  return writeJobIntent(ground.db, job.id, generation, change, { savedAt: ground.clock.now(), savedBy: "Ada" });
};
const withImage = (job: Job, tag: number) => ({ definition: { ...job.definition, image: `registry.example.com/reports:${tag}` } });
const wholeOf = async ({ aws, environment }: Ground, job: Job) => {
  const whole = await aws.scheduler.getSchedule(environment.scheduleGroup, scheduleName(job));
  if (!whole?.Target || !whole.FlexibleTimeWindow) throw new Error("The schedule is not there.");
  const { GroupName, Name, ScheduleExpression, ScheduleExpressionTimezone, Target, FlexibleTimeWindow } = whole;
  return { GroupName, Name, ScheduleExpression, ScheduleExpressionTimezone, Target, FlexibleTimeWindow };
};

const jobs: Scenario[] = [
  {
    round: "reconcile-jobs",
    what: "the first job of an environment is made",
    lay: async (ground) => {
      await newJob(ground);
    },
    check: async ({ db }) => {
      expect(await db.job.count({ where: { observedGeneration: 1 } })).toBe(1);
    },
  },
  {
    round: "reconcile-jobs",
    what: "jobs are made, given another image, moved to another time, paused, renamed, deleted and repaired",
    lay: async (ground) => {
      const { deps, environment } = ground;
      const [imaged, moved, paused, renamed, deleted, drifted, removed] = await Promise.all(
        ["imaged", "moved", "paused", "renamed", "deleted", "drifted", "removed"].map((slug) => newJob(ground, { slug })),
      );
      if (!imaged || !moved || !paused || !renamed || !deleted || !drifted || !removed) throw new Error("A job is missing.");
      await reconcileJobs(deps, environment);
      await newJob(ground, { slug: "made", application: "other" });
      await save(ground, imaged, withImage(imaged, 2));
      await save(ground, moved, { expression: "cron(0 3 29 2 ? *)" });
      await save(ground, paused, { pausedAt: ground.clock.now() });
      await save(ground, renamed, { slug: "renamed-since" });
      await save(ground, deleted, { deletedAt: ground.clock.now() });
      await scheduler().send(new UpdateScheduleCommand({ ...(await wholeOf(ground, drifted)), ScheduleExpression: "cron(0 4 29 2 ? *)" }));
      await scheduler().send(new CreateScheduleCommand({ ...(await wholeOf(ground, drifted)), Name: "blf-zzzzzzzzzz-orphan" }));
      await scheduler().send(new DeleteScheduleCommand({ GroupName: environment.scheduleGroup, Name: scheduleName(removed) }));
    },
    check: async (ground) => {
      const all = await ground.db.job.findMany();
      const states = await Promise.all(all.map(async ({ id }) => syncStateOf((await getJobById(ground.db, id)) as Job)));
      expect(states.toSorted()).toEqual(["removed", ...Array(7).fill("verified")]);
      expect(await ground.db.repair.count()).toBe(2);
      expect(await ground.aws.scheduler.listSchedules(ground.environment.scheduleGroup)).toHaveLength(7);
    },
  },
];

/** A task of each of these jobs that has come and gone, with its events in the queue. */
const letRun = async (ground: Ground, commands: string[]): Promise<Job[]> => {
  const { deps, environment, control, world } = ground;
  const ran = await Promise.all(commands.map((command) => newJob(ground, { definition: { command: ["sh", "-c", command] } })));
  await reconcileJobs(deps, environment);
  for (const job of ran)
    await control.fire({ scheduleName: scheduleName(job), groupName: environment.scheduleGroup, region: environment.region });
  const tasks = () => [...world.region(environment.region).ecs.tasks.values()].map(({ phase }) => phase);
  await expect.poll(tasks, { timeout: 20_000 }).toEqual(ran.map(() => "stopped"));
  return ran;
};
const queueOf = ({ world, environment }: Ground, url: string) => {
  const queue = world.region(environment.region).sqs.queues.get(url.slice(url.lastIndexOf("/") + 1));
  if (!queue) throw new Error(`There is no queue ${url}.`);
  return queue.messages;
};
const send = async (url: string, body: string, attributes: Record<string, string> = {}) => {
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: "String", StringValue }]),
  );
  await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: url, MessageBody: body, MessageAttributes }));
};
const lookedEverywhere = async ({ db, environment, clock }: Ground) => {
  for (const source of lookSources)
    await writeLook(db, { environmentId: environment.id, source, lookedAt: clock.now(), memorySeconds: 3600 });
};
const statesOf = async ({ db }: Ground) => (await db.run.findMany({ select: { state: true } })).map(({ state }) => state).toSorted();
const hoursMs = (count: number) => count * 3_600_000;

const runs: Scenario[] = [
  {
    round: "reconcile-runs",
    what: "runs are started, stopped, withdrawn and refused, one of them on a revision that was retired",
    lay: async (ground) => {
      const { db, deps, aws, environment, clock, control } = ground;
      // A task that does not come to run needs no process.
      await control.changeSettings({ provisioningMs: hoursMs(10) });
      const [job, old, deleted] = await Promise.all([
        newJob(ground),
        newJob(ground, { application: "old" }),
        newJob(ground, { application: "deleted" }),
      ]);
      await reconcileJobs(deps, environment);
      const ask = async ({ id }: Job, wanted: Partial<WantedRun> = {}) => {
        const { definition, generation, taskDefinitionArn } = await jobNow(ground, { id } as Job);
        const { command, environment: variables, cpu, memory } = definition;
        const { run } = await insertRequestedRun(db, {
          ...{ id: newId(), jobId: id, environmentId: environment.id, trigger: "person", requestedAt: clock.now(), requestedBy: "Ada" },
          ...{ requestKey: newId(), repeatOfId: null },
          wanted: { taskDefinitionArn, jobGeneration: generation, command, environment: variables, cpu, memory, ...wanted },
        });
        return run;
      };
      const running = await ask(job);
      await reconcileRuns(deps, environment);
      await writeStopRequest(db, running.id, { at: clock.now(), by: "Ada" });
      await ask(job);
      const withdrawn = await ask(job);
      await writeStopRequest(db, withdrawn.id, { at: clock.now(), by: "Ada" });
      await ask(deleted);
      await save(ground, deleted, { deletedAt: clock.now() });
      const { taskDefinitionArn } = await jobNow(ground, old);
      await ask(old);
      await aws.ecs.deregisterTaskDefinition(taskDefinitionArn ?? "");
      await markTaskDefinitionGone(db, environment.id, taskDefinitionArn ?? "", clock.now());
    },
    check: async (ground) => {
      expect(await statesOf(ground)).toEqual(["failed", "requested", "requested", "requested", "stopped"]);
      expect(await ground.db.run.count({ where: { launchedTaskArn: { not: null } } })).toBe(3);
      expect(await ground.db.run.count({ where: { stopSentAt: { not: null } } })).toBe(1);
    },
    refused: {
      "ecs.RunTask": (ground) => expectRefused(ground, 2),
      "ecs.RegisterTaskDefinition": (ground) => expectRefused(ground, 1),
    },
  },
];

/** So many starts were refused for good, with AWS's words, and no task was started for them. */
const expectRefused = async ({ db, world, environment }: Ground, count: number) => {
  const starts = await db.run.findMany({ select: { launchError: true, launchedTaskArn: true } });
  const refused = starts.filter(({ launchError }) => launchError !== null);
  expect(refused).toHaveLength(count);
  for (const { launchError, launchedTaskArn } of refused) {
    expect(JSON.stringify(launchError)).toContain("Belfry is not authorized to do this.");
    expect(launchedTaskArn).toBeNull();
  }
  expect(world.region(environment.region).ecs.tasks.size).toBe(3 - count);
};

const ingest: Scenario[] = [
  {
    round: "intake",
    what: "tasks have run, and foreign, unreadable and doubled messages stand among theirs",
    lay: async (ground) => {
      await letRun(ground, ["echo hello", "exit 3"]);
      await ground.control.redeliverEvents({ region: ground.environment.region, limit: 2, newestFirst: true });
      await send(ground.environment.eventQueueUrl, "no JSON");
      await send(ground.environment.eventQueueUrl, JSON.stringify({ source: "somebody", "detail-type": "else" }));
    },
    check: async (ground) => {
      expect(await statesOf(ground)).toEqual(["failed", "succeeded"]);
    },
  },
  {
    round: "sweep-tasks",
    what: "no event has told of two tasks, and ECS has forgotten a third",
    lay: async (ground) => {
      const { db, environment, clock } = ground;
      const [job] = await letRun(ground, ["echo hello", "exit 3"]);
      queueOf(ground, environment.eventQueueUrl).clear();
      const taskArn = `${environment.clusterArn.replace(":cluster/", ":task/")}/${"0".repeat(32)}`;
      const seenAt = new Date(clock.now().getTime() - hoursMs(2));
      await makeRun(db, { jobId: job?.id ?? "", state: "running", taskArn, startedAt: seenAt, seenAt, dueAt: seenAt });
      await lookedEverywhere(ground);
    },
    check: async (ground) => {
      expect(await statesOf(ground)).toEqual(["failed", "lost", "succeeded"]);
    },
  },
  {
    round: "read-dead-letters",
    what: "a start was given up, and letters that are nobody's stand beside",
    lay: async (ground) => {
      const { environment, clock } = ground;
      const job = await newJob(ground);
      const group = `arn:aws:scheduler:${environment.region}:${environment.accountId}:schedule/${environment.scheduleGroup}`;
      const letter = (name: string) => ({
        ...{ ERROR_CODE: "ClientException", ERROR_MESSAGE: "TaskDefinition is inactive", EXECUTION_ID: "0123456789abcdef" },
        ...{ RETRY_ATTEMPTS: "0", SCHEDULED_TIME: clock.now().toISOString(), SCHEDULE_ARN: `${group}/${name}` },
      });
      await send(environment.deadLetterQueueUrl, "{}", letter(scheduleName(job)));
      await send(environment.deadLetterQueueUrl, "{}", letter("blf-zzzzzzzzzz-nobody"));
      await send(environment.deadLetterQueueUrl, "no letter");
    },
    check: async (ground) => {
      expect(await statesOf(ground)).toEqual(["failed"]);
      expect(await ground.db.setAsideMessage.count()).toBe(2);
    },
  },
  {
    round: "note-refused-starts",
    what: "two starts were refused",
    lay: async (ground) => {
      const job = await newJob(ground);
      const refusal = { sentence: "No.", awsCode: "AccessDeniedException", awsMessage: "no", at: ground.clock.now().toISOString() };
      for (let count = 0; count < 2; count++) await makeRun(ground.db, { jobId: job.id, launchError: refusal });
    },
    check: async (ground) => {
      expect(await statesOf(ground)).toEqual(["failed", "failed"]);
    },
  },
  {
    round: "note-missed",
    what: "moments have passed without a run",
    lay: async (ground) => {
      const { db, clock } = ground;
      const since = new Date(clock.now().getTime() - hoursMs(4));
      for (const expression of ["cron(0 * * * ? *)", "cron(30 * * * ? *)"]) {
        const job = await newJob(ground, { expression, savedAt: since });
        await writeSyncOutcomes(db, [
          {
            ...{ jobId: job.id, generation: 1, at: since, applied: true, observed: true, removed: false },
            ...{ taskDefinitionArn: null, error: null, retryAt: null },
            calendar: {
              ...{ savedAt: since, enabled: true, expression, timeZone: "UTC", flexibleWindowMinutes: 0, maximumEventAgeSeconds: 60 },
            },
          },
        ]);
      }
      await lookedEverywhere(ground);
    },
    check: async (ground) => {
      const states = await statesOf(ground);
      expect(states.length).toBeGreaterThanOrEqual(6);
      expect(new Set(states)).toEqual(new Set(["missed"]));
    },
  },
  {
    round: "keep-log-tail",
    what: "two runs have ended",
    lay: async (ground) => {
      await letRun(ground, ["echo hello", "echo no; exit 3"]);
      await sweepTasks({ deps: ground.deps, environment: ground.environment });
      ground.clock.advance(60);
    },
    check: async ({ db }) => {
      const tails = (await db.run.findMany()).map(({ logTail }) => JSON.stringify(logTail)).toSorted();
      expect(tails).toEqual([expect.stringContaining("hello"), expect.stringContaining("no")]);
    },
  },
  {
    round: "prune-history",
    what: "runs are older than the history",
    lay: async (ground) => {
      const job = await newJob(ground);
      for (const days of [500, 450, 401, 399]) {
        const dueAt = new Date(ground.clock.now().getTime() - hoursMs(days * 24));
        await makeRun(ground.db, { jobId: job.id, state: "succeeded", scheduledAt: dueAt, stoppedAt: dueAt });
      }
    },
    check: async (ground) => {
      expect(await statesOf(ground)).toEqual(["succeeded"]);
    },
  },
];

const others: Scenario[] = [
  {
    round: "retire-revisions",
    what: "one revision is unused for a day, one was deregistered behind our back and one was never noted",
    lay: async (ground) => {
      const { db, deps, aws, environment, clock } = ground;
      const [job, other] = await Promise.all([newJob(ground), newJob(ground, { application: "other" })]);
      await reconcileJobs(deps, environment);
      const last = await save(ground, job, withImage(job, 2));
      await reconcileJobs(deps, environment);
      const never = toTaskDefinition({ ...last, ...withImage(job, 3) }, environment);
      const intention = { environmentId: environment.id, fingerprint: fingerprint(never), family: never.family ?? "", document: never };
      await intendTaskDefinition(db, { ...intention, at: clock.now() });
      await aws.ecs.registerTaskDefinition(never);
      await aws.ecs.deregisterTaskDefinition((await jobNow(ground, other)).taskDefinitionArn ?? "");
      clock.advance(1);
      await retireUnusedTaskDefinitions(db, environment.id, { now: clock.now(), unusedBefore: clock.now(), limit: 0 });
      clock.advance(25 * 3600);
    },
    check: async ({ db, aws, environment }) => {
      expect(await aws.ecs.listTaskDefinitionArns(`belfry-${environment.name}-reports`)).toHaveLength(2);
      expect(await db.repair.count()).toBe(1);
      expect(await db.taskDefinition.count({ where: { arn: { startsWith: "intended:" } } })).toBe(0);
    },
  },
  {
    round: "sum-up-jobs",
    what: "runs of two jobs have changed",
    lay: async (ground) => {
      for (const state of ["succeeded", "failed"] as const) await makeRun(ground.db, { jobId: (await newJob(ground)).id, state });
    },
    check: async ({ db }) => {
      expect(await db.jobSummary.count()).toBe(2);
    },
  },
];

/** Every round in a scenario at least. */
export const scenarios: readonly Scenario[] = [...jobs, ...runs, ...ingest, ...others];

/** A share of the scenarios: files run side by side, so that each has as little to do as the others. */
export function shareOf({ share, of }: { share: number; of: number }): Scenario[] {
  return scenarios.filter((_, index) => index % of === share - 1);
}

/** The round of a scenario. Throws where there is none of that name. */
export function roundOf({ round: name }: Scenario): Round {
  const round = rounds.find((each) => each.name === name);
  if (!round) throw new Error(`There is no round ${name}.`);
  return round;
}
