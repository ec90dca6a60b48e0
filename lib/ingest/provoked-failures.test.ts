import { CloudWatchLogsClient, DeleteLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { IAMClient, UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PurgeQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { scheduleName, taskGroup } from "@/lib/desired/names";
import { pinTo, toSchedules } from "@/lib/desired/schedules";
import type { Environment } from "@/lib/domain/environment";
import type { Job } from "@/lib/domain/job";
import { type Cause, causeKinds } from "@/lib/domain/run";
import { programs } from "@/lib/sandbox/programs";
import { makeJob, makeRun } from "@/lib/testing/factories";
import { failurePage, keyOf, type Provoked } from "@/lib/testing/failure-page";
import { failuresToProvoke, foreignTrust, kindsWithoutRow, type Provocation, secretsToMake } from "@/lib/testing/provoked-failures";
import { readDeadLetters } from "./dead-letter";
import { intake } from "./intake";
import { keepLogTail } from "./keep-log-tail";
import { explainMissed } from "./note-missed";
import { noteRefusedStarts } from "./note-refused-starts";
import { sweepTasks } from "./sweep-tasks";
import { type TestGround, testGround } from "./test-ground";

/*
 * Every cause is provoked in the imitated AWS, told by events or dead letters, and explained. All tasks run side by side;
 * what needs hands of its own comes afterwards, one by one.
 */

let ground: TestGround;
const provoked: Provoked = new Map();
const jobs = new Map<string, Job>();
const arns: Record<string, string> = {};
const all = failuresToProvoke.flatMap((row) => row.provocations.map((provocation) => ({ row, provocation, key: keyOf(row, provocation) })));

beforeAll(async () => {
  ground = await testGround();
  for (const [Name, SecretString] of Object.entries(secretsToMake))
    arns[Name] = (await new SecretsManagerClient({}).send(new CreateSecretCommand({ Name, SecretString }))).ARN ?? "";
  await Promise.all(all.map(async ({ key, provocation }) => jobs.set(key, await jobOf(provocation))));
  await Promise.all(all.filter(({ provocation }) => provocation.by === "task").map(({ key }) => startTask(jobNamed(key))));
  for (const { key } of all.filter(({ provocation }) => provocation.by === "schedule")) await fire(jobNamed(key));
  await byHand();
  for (const { key } of all) {
    const [run] = await ground.runsOf(jobNamed(key));
    if (run?.cause) provoked.set(key, run.cause);
  }
}, 120_000);
afterAll(() => ground.close());

const jobNamed = (key: string): Job => jobs.get(key) as Job;
const keyOfKind = (kind: string, index = 0): string => all.filter(({ row }) => row.kind === kind)[index]?.key ?? "";

function jobOf({ image = "registry.example.com/report:1.4", command = [], secrets = [] }: Provocation): Promise<Job> {
  const known = secrets.map(({ name, valueFrom }) => {
    const [, secret, rest] = /:secret:(sandbox\/(?:json|plain))(:.*)?$/.exec(valueFrom) ?? [];
    return { name, valueFrom: secret ? `${arns[secret]}${rest ?? ""}` : valueFrom.replace("{region}", ground.environment.region) };
  });
  return makeJob(ground.db, {
    environmentId: ground.environment.id,
    definition: { image, command, secrets: known },
    policies: { maximumRetryAttempts: 0, maximumEventAgeSeconds: 60 },
  });
}

async function startTask(job: Job): Promise<string> {
  return ground.start({
    taskDefinition: await ground.register(job),
    group: taskGroup(job.id),
    overrides: { containerOverrides: [{ name: "main", command: job.definition.command }] },
  });
}

type Firing = { environment?: Environment; input?: (text: string) => string; beforeFiring?: (arn: string) => Promise<unknown> };

/** Puts the job's schedule into the Scheduler, as it is or changed behind Belfry's back, and lets it fire. */
async function fire(job: Job, { environment = ground.environment, input = (text) => text, beforeFiring }: Firing = {}): Promise<void> {
  const [schedule] = toSchedules(job, environment, "", new Date());
  if (!schedule?.Target) throw new Error("The job has no schedule.");
  const arn = await ground.register(job);
  const pinned = pinTo(schedule, arn);
  const Target = { ...pinned.Target, Arn: pinned.Target?.Arn, RoleArn: pinned.Target?.RoleArn, Input: input(pinned.Target?.Input ?? "") };
  await ground.aws.scheduler.putSchedule({ ...pinned, Target }, false);
  await beforeFiring?.(arn);
  const { scheduleGroup: groupName, region } = ground.environment;
  await ground.control.fire({ scheduleName: scheduleName(job), groupName, region });
}

/** Reads events and dead letters until each of these has ended. */
async function untilTold(keys: string[]): Promise<void> {
  const { deps, environment } = ground;
  await vi.waitFor(
    async () => {
      await intake({ deps, environment, waitSeconds: 0 });
      await readDeadLetters({ deps, environment, waitSeconds: 0 });
      for (const key of keys) {
        const [run] = await ground.runsOf(jobNamed(key));
        if (!run?.cause) throw new Error(`"${key}" has not been told: ${JSON.stringify(run)}`);
      }
    },
    { timeout: 60_000, interval: 200 },
  );
}

async function untilRunning(taskArn: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { tasks } = await ground.aws.ecs.describeTasks(ground.environment.clusterArn, [taskArn]);
      if (tasks[0]?.lastStatus !== "RUNNING") throw new Error("The task does not run yet.");
    },
    { timeout: 20_000, interval: 50 },
  );
}

async function byHand(): Promise<void> {
  const { aws, environment, deps, control } = ground;
  const cluster = environment.clusterArn;

  await untilTold(all.filter(({ provocation }) => provocation.by !== "by-hand").map(({ key }) => key));
  // The log's last lines may tell more than the exit code did.
  await keepLogTail({ deps: { ...deps, clock: { now: () => new Date(Date.now() + 300_000) } } });

  const trap = await startTask(jobNamed(keyOfKind("stop-timeout")));
  const polite = await startTask(jobNamed(keyOfKind("stopped-by-person")));
  const forgotten = await startTask(jobNamed(keyOfKind("lost")));
  for (const task of [trap, polite, forgotten]) await untilRunning(task);
  await intake({ deps, environment, waitSeconds: 0 });
  for (const task of [trap, polite]) await aws.ecs.stopTask({ cluster, task, reason: "Task stopped by user" });
  await untilTold([keyOfKind("stopped-by-person")]);
  await control.advanceClock(31);
  await untilTold([keyOfKind("stop-timeout")]);

  await new CloudWatchLogsClient({}).send(new DeleteLogGroupCommand({ logGroupName: environment.logGroup }));
  await startTask(jobNamed(keyOfKind("log-group-missing")));
  await untilTold([keyOfKind("log-group-missing")]);
  await aws.logs.ensureLogGroup(environment.logGroup);

  const placement = jobNamed(keyOfKind("placement"));
  const answer = await aws.ecs.runTask({ cluster, taskDefinition: await ground.register(placement), launchType: "FARGATE", ...network() });
  if (!("failure" in answer)) throw new Error("The task found a place.");
  const { reason, detail } = answer.failure;
  const launchError = { sentence: "", awsCode: reason, awsMessage: detail || reason, at: new Date().toISOString() };
  await makeRun(ground.db, { jobId: placement.id, requestedAt: new Date(), launchError });
  await noteRefusedStarts(deps);

  await fire(jobNamed(keyOfKind("network")), { environment: { ...environment, subnets: ["net-1"] } });
  await fire(jobNamed(keyOfKind("cluster-missing")), { environment: { ...environment, clusterArn: cluster.replace(/[^/]+$/, "gone") } });
  await fire(jobNamed(keyOfKind("revision-inactive")), { beforeFiring: (arn) => aws.ecs.deregisterTaskDefinition(arn) });
  await fire(jobNamed(keyOfKind("container-name")), { input: (text) => text.replace('"name":"main"', '"name":"app"') });
  await untilTold(["network", "cluster-missing", "revision-inactive", "container-name", "placement"].map((kind) => keyOfKind(kind)));

  for (const [index, roleArn] of [environment.executionRoleArn, environment.schedulerRoleArn].entries()) {
    const key = keyOfKind("role-not-assumable", index);
    const trustAnother = () =>
      new IAMClient({}).send(new UpdateAssumeRolePolicyCommand({ RoleName: roleArn.split("/").at(-1), PolicyDocument: foreignTrust }));
    // The job's role stays so: the Scheduler's is looked at first.
    await fire(jobNamed(key), { beforeFiring: trustAnother });
    await untilTold([key]);
  }

  await lose(forgotten);
  provoked.set(keyOfKind("missed"), missed());
}

/** Told from what was looked at; that a moment without a task comes to this has tests of its own. */
function missed(): Cause {
  const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 2, minute));
  const calendar = { expression: "cron(0 2 * * ? *)", timeZone: "UTC" } as Parameters<typeof explainMissed>[0]["calendar"];
  return explainMissed({ at: at(0), by: at(18), calendar }, { looks: { events: at(19), tasks: at(20), "dead-letters": at(19) }, gaps: [] });
}

/** The task ends while nobody hears of it, and ECS forgets it. */
async function lose(task: string): Promise<void> {
  const { aws, environment, deps, control, runsOf } = ground;
  await aws.ecs.stopTask({ cluster: environment.clusterArn, task, reason: "unheard" });
  await ground.untilEnded([task]);
  await new SQSClient({}).send(new PurgeQueueCommand({ QueueUrl: environment.eventQueueUrl }));
  await control.advanceClock(7200);
  const later = { ...deps, clock: { now: () => new Date(Date.now() + 7_300_000) } };
  const job = jobNamed(keyOfKind("lost"));
  await vi.waitFor(
    async () => {
      await intake({ deps: later, environment, waitSeconds: 0 });
      await sweepTasks({ deps: later, environment });
      const [run] = await runsOf(job);
      if (!run?.cause) throw new Error("The run is not lost yet.");
    },
    { timeout: 20_000, interval: 200 },
  );
}

function network() {
  return { networkConfiguration: { awsvpcConfiguration: { subnets: ground.environment.subnets } } };
}

test("every cause has its row, and every image of the sandbox is among them", () => {
  expect(kindsWithoutRow()).toEqual([]);
  expect(failuresToProvoke.map(({ kind }) => kind).sort()).toEqual([...causeKinds].sort());
  const used = all.map(({ provocation }) => provocation.image?.replace(/:\w+$/, ""));
  expect(Object.keys(programs).filter((name) => !used.includes(name))).toEqual(["sandbox/slow-pull"]);
});

test.each(all.map(({ row, provocation, key }) => [row.kind, provocation.name, key]))(
  "%s is told when provoked by %s",
  (kind, _name, key) => {
    const cause = provoked.get(key) as Cause;
    expect(cause).toMatchObject({ kind });
    expect(cause.headline).not.toBe("");
    expect(cause.nextStep).toMatch(/\.$/);
    expect(cause.evidence.length).toBeGreaterThan(0);
  },
);

test("docs/failures.md says what the cards say", async () => {
  await expect(failurePage(provoked, ground.environment)).toMatchFileSnapshot("../../docs/failures.md");
});
