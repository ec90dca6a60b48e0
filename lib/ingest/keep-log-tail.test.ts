import { CloudWatchLogsClient, DeleteLogStreamCommand } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getRunById } from "@/lib/db/runs";
import type { Job } from "@/lib/domain/job";
import { intake } from "./intake";
import { keepLogTail } from "./keep-log-tail";
import { type TestGround, testGround } from "./test-ground";

let ground: TestGround;
let stopped = 0;
beforeAll(async () => {
  ground = await testGround();
});
afterAll(() => ground.close());

async function ended(job: Job) {
  await ground.fire(job);
  await ground.untilStopped(++stopped);
  await intake({ deps: ground.deps, environment: ground.environment, waitSeconds: 0 });
  const [run] = await ground.runsOf(job);
  if (!run?.stoppedAt) throw new Error("the run has not ended");
  return { id: run.id, endedAt: run.stoppedAt, stream: run.logStream ?? "" };
}

const keepAt = (endedAt: Date, secondsLater: number) =>
  keepLogTail({ deps: { ...ground.deps, clock: { now: () => new Date(endedAt.getTime() + secondsLater * 1000) } } });

const tailOf = async (id: string) => (await getRunById(ground.db, id))?.logTail?.map(({ text }) => text);

test("the last fifty lines are kept, once they had the time to arrive", async () => {
  const { id, endedAt } = await ended(await ground.jobThatRuns("i=1; while [ $i -le 120 ]; do echo line $i; i=$((i+1)); done"));
  expect(await keepAt(endedAt, 10)).toEqual({ kept: 0, failed: 0 });
  expect(await keepAt(endedAt, 31)).toEqual({ kept: 1, failed: 0 });
  const tail = await tailOf(id);
  expect(tail).toHaveLength(50);
  expect([tail?.[0], tail?.[49]]).toEqual(["line 71", "line 120"]);
});

test("a second round keeps nothing again", async () => {
  expect(await keepAt(new Date(), 3600)).toEqual({ kept: 0, failed: 0 });
});

test("a run that wrote nothing is done with an empty tail", async () => {
  const { id, endedAt } = await ended(await ground.jobThatRuns("true", { image: "sandbox/no-such-image" }));
  expect(await keepAt(endedAt, 31)).toEqual({ kept: 1, failed: 0 });
  expect(await tailOf(id)).toEqual([]);
});

test("a log that was removed meanwhile is done, too", async () => {
  const { id, endedAt, stream } = await ended(await ground.jobThatRuns("echo here"));
  await new CloudWatchLogsClient({}).send(new DeleteLogStreamCommand({ logGroupName: ground.environment.logGroup, logStreamName: stream }));
  expect(await keepAt(endedAt, 31)).toEqual({ kept: 1, failed: 0 });
  expect(await tailOf(id)).toEqual([]);
});

test("a very long line is cut, and a control sign that Postgres cannot keep does no harm", async () => {
  const { id, endedAt } = await ended(await ground.jobThatRuns("head -c 9000 /dev/zero | tr '\\0' x; echo; printf 'a\\000b\\n'"));
  await keepAt(endedAt, 31);
  const tail = await tailOf(id);
  expect(tail?.[0]).toMatch(/^x{2000} …$/);
  expect(tail?.at(-1)).toMatch(/^a.?b$/);
});

test("while CloudWatch refuses, the run waits; after a day it waits no more", async () => {
  const { id, endedAt } = await ended(await ground.jobThatRuns("echo later"));
  const refuse = () =>
    ground.control.orderFault({
      ...{ service: "logs", operation: "GetLogEvents", times: 1 },
      error: { code: "AccessDeniedException", message: "not yours", status: 400 },
    });
  await refuse();
  expect(await keepAt(endedAt, 31)).toEqual({ kept: 0, failed: 1 });
  expect((await getRunById(ground.db, id))?.logTail).toBeNull();
  await refuse();
  expect(await keepAt(endedAt, 25 * 3600)).toEqual({ kept: 0, failed: 1 });
  expect(await tailOf(id)).toEqual([]);
});
