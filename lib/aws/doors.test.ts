import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { toSchedules } from "@/lib/desired/schedules";
import { toTaskDefinition } from "@/lib/desired/task-definition";
import type { Environment } from "@/lib/domain/environment";
import { sampleJob } from "@/lib/testing/samples";
import { type TestSandbox, testSandbox } from "@/lib/testing/sandbox";
import { type Aws, makeAws } from "./clients";
import { isConflict, isGone, isPassing, isRefused, isRoleNotReady, isThrottled, wordsOf } from "./errors";

let sandbox: TestSandbox;
let environment: Environment;
let aws: Aws;

beforeAll(async () => {
  sandbox = await testSandbox();
  environment = { id: "envenvenv1", ...sandbox.environment };
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  aws = makeAws("eu-central-1");
  await sandbox.control.forgetFaults();
  await aws.scheduler.ensureScheduleGroup(environment.scheduleGroup);
  await sandbox.control.forgetCalls();
});

const schedule = (id: string) => {
  const [wanted] = toSchedules(sampleJob({ id }), environment, "arn:aws:ecs:eu-central-1:123456789012:task-definition/x:1", new Date());
  if (!wanted) throw new Error("no schedule");
  return wanted;
};
const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable("it went well"),
    (error: unknown) => error,
  );

test("a list is read to its end, a hundred schedules a call", async () => {
  const ids = Array.from({ length: 203 }, (_, index) => `paging${String(index).padStart(4, "0")}`);
  await Promise.all(ids.map((id) => aws.scheduler.putSchedule(schedule(id), false)));
  await sandbox.control.forgetCalls();
  const listed = await aws.scheduler.listSchedules(environment.scheduleGroup);
  expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining(ids.map((id) => schedule(id).Name)));
  expect((await sandbox.control.calls())["scheduler.ListSchedules"]).toBe(3);
});

test("writing a schedule ends well whether or not it was there", async () => {
  const wanted = schedule("upsert0001");
  await aws.scheduler.putSchedule(wanted, true);
  const { answeredAt } = await aws.scheduler.putSchedule({ ...wanted, State: "DISABLED" }, false);
  const found = await aws.scheduler.getSchedule(environment.scheduleGroup, wanted.Name);
  expect(found?.State).toBe("DISABLED");
  expect(answeredAt).toBeInstanceOf(Date);
  await aws.scheduler.deleteSchedule(environment.scheduleGroup, wanted.Name);
  await aws.scheduler.deleteSchedule(environment.scheduleGroup, wanted.Name);
  expect(await aws.scheduler.getSchedule(environment.scheduleGroup, wanted.Name)).toBeNull();
});

test("a revision is found again by its tag", async () => {
  const definition = toTaskDefinition(sampleJob(), environment);
  const before = new Date(Date.now() - 60_000);
  const arn = await aws.ecs.registerTaskDefinition(definition);
  const [found] = await aws.ecs.findTaskDefinitions(definition.family ?? "", before);
  expect(found).toMatchObject({ arn, tags: Object.fromEntries((definition.tags ?? []).map(({ key, value }) => [key, value])) });
  expect(await aws.ecs.findTaskDefinitions(definition.family ?? "", new Date(Date.now() + 60_000))).toEqual([]);
  await aws.ecs.deregisterTaskDefinition(arn);
  expect(await aws.ecs.listTaskDefinitionArns(definition.family ?? "")).not.toContain(arn);
});

test("a registration whose answer was lost is not repeated", async () => {
  const error = { code: "ServerException", message: "Try again.", status: 500 };
  await sandbox.control.orderFault({ service: "ecs", operation: "RegisterTaskDefinition", error, actFirst: true });
  const failure = await failureOf(aws.ecs.registerTaskDefinition(toTaskDefinition(sampleJob({ application: "once" }), environment)));
  expect(isPassing(failure)).toBe(true);
  expect((await sandbox.control.calls())["ecs.RegisterTaskDefinition"]).toBe(1);
});

test("stopping a task that ECS does not know is told, not thrown", async () => {
  const task = `${environment.clusterArn.replace(":cluster/", ":task/")}/${"0".repeat(32)}`;
  expect(await aws.ecs.stopTask({ cluster: environment.clusterArn, task, reason: "test" })).toBe(false);
  expect(await aws.ecs.describeTasks(environment.clusterArn, [task])).toEqual({ tasks: [], missing: [task] });
});

test.each([
  ["a throttle", { code: "ThrottlingException", status: 429 }, [isThrottled, isPassing]],
  ["a change in progress", { code: "ConflictException", status: 409 }, [isConflict, isPassing]],
  ["AWS's own fault", { code: "InternalServerException", status: 500 }, [isPassing]],
  ["a missing right", { code: "AccessDeniedException", status: 403 }, [isRefused]],
  ["a quota", { code: "ServiceQuotaExceededException", status: 402 }, [isRefused]],
  ["what is not there", { code: "ResourceNotFoundException", status: 404 }, [isGone, isRefused]],
])("%s is told apart by AWS's code", async (_what, error, words) => {
  await sandbox.control.orderFault({
    service: "scheduler",
    operation: "ListSchedules",
    error: { ...error, message: "AWS says so." },
    times: 9,
  });
  const failure = await failureOf(aws.scheduler.listSchedules(environment.scheduleGroup));
  const all = { isThrottled, isConflict, isPassing, isRefused, isGone };
  const said = Object.values(all).filter((word) => word(failure));
  expect(said).toHaveLength(words.length);
  expect(said).toEqual(expect.arrayContaining(words));
  expect(wordsOf(failure)).toEqual({ code: error.code, message: "AWS says so." });
});

test("an address where nobody answers is a passing trouble", async () => {
  const endpoint = process.env.AWS_ENDPOINT_URL;
  process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:9";
  try {
    const failure = await failureOf(makeAws("eu-central-1").scheduler.listSchedules("x"));
    expect(isPassing(failure)).toBe(true);
    expect(isRefused(failure)).toBe(false);
  } finally {
    process.env.AWS_ENDPOINT_URL = endpoint;
  }
});

test("a role that the Scheduler cannot assume is told apart from other invalid input", async () => {
  const wanted = schedule("norole0001");
  const failure = await failureOf(
    aws.scheduler.putSchedule({ ...wanted, Target: { ...wanted.Target, RoleArn: "arn:aws:iam::123456789012:role/nobody" } }, false),
  );
  expect(isRoleNotReady(failure)).toBe(true);
  expect(isRoleNotReady(await failureOf(aws.scheduler.putSchedule({ ...wanted, ScheduleExpression: "cron()" }, false)))).toBe(false);
});

test("a mistake of ours is neither AWS's refusal nor a passing trouble", () => {
  for (const error of [new TypeError("x is undefined"), Object.assign(new Error("no"), { code: "ERR_INVALID_ARG_TYPE" })]) {
    expect(isPassing(error)).toBe(false);
    expect(isRefused(error)).toBe(false);
  }
});
