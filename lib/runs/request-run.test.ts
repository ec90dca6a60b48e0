import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Conflict, Forbidden, Invalid, NotFound } from "@/lib/domain/errors";
import { goodJob } from "@/lib/testing/bad-jobs";
import { testDatabase } from "@/lib/testing/database";
import { makeActor, makeEnvironment, makeJob, makeRun } from "@/lib/testing/factories";
import { getRun } from "./get-run";
import { requestRun } from "./request-run";
import { requestStop } from "./request-stop";

const operator = makeActor("operator");
const viewer = makeActor("viewer");
let house: Awaited<ReturnType<typeof testDatabase>>;

beforeAll(async () => {
  house = await testDatabase();
  process.env.DATABASE_URL = house.url;
  const environment = await makeEnvironment(house.db);
  await makeJob(house.db, {
    environmentId: environment.id,
    ...goodJob({ slug: "report" }),
    taskDefinitionArn: "arn:task:1",
    appliedGeneration: 1,
  });
});
afterAll(() => house.close());

test("asking for a run writes a row with what shall be started, and asking twice with one key is one run", async () => {
  const ask = () => requestRun({ actor: operator, slug: "report", requestKey: "key-of-one-press" });
  const [first, second] = await Promise.all([ask(), ask()]);
  expect(first.id).toBe(second.id);
  expect(first).toMatchObject({ state: "requested", trigger: "person", requestedBy: operator.name });
  expect(first.wanted).toMatchObject({ taskDefinitionArn: "arn:task:1", command: ["sh", "-c", "echo hello"], cpu: 256, memory: 512 });
  expect(await house.db.run.count()).toBe(1);
  expect(await house.db.auditEntry.count({ where: { action: "run.request" } })).toBe(1);
});

test("a run is run again as it was, not as the job stands now", async () => {
  const job = await house.db.job.findFirstOrThrow({ where: { slug: "report" } });
  const earlier = await makeRun(house.db, {
    jobId: job.id,
    environmentId: job.environmentId,
    state: "failed",
    taskDefinitionArn: "arn:task:old",
    jobGeneration: 1,
    cpu: 512,
    memory: 1024,
    overrides: {
      containerOverrides: [
        {
          name: "main",
          command: ["old"],
          environment: [
            { name: "BELFRY_JOB", value: job.id },
            { name: "MODE", value: "old" },
          ],
        },
      ],
    },
  });
  const again = await requestRun({ actor: operator, slug: "report", requestKey: "key-repeat-1", repeatOf: earlier.id });
  expect(again).toMatchObject({ trigger: "repeat", repeatOfId: earlier.id });
  expect(again.wanted).toEqual({
    taskDefinitionArn: "arn:task:old",
    jobGeneration: 1,
    command: ["old"],
    environment: [{ name: "MODE", value: "old" }],
    cpu: 512,
    memory: 1024,
  });
});

test("a run that had waited for its revision is run again on the one it found, though the job has moved on", async () => {
  const { id: jobId } = await house.db.job.findFirstOrThrow({ where: { slug: "report" } });
  const wanted = { taskDefinitionArn: null, jobGeneration: 1, command: ["asked"], environment: [], cpu: 256, memory: 512 };
  const earlier = { jobId, state: "failed" as const, wanted };
  const ask = async (run: Parameters<typeof makeRun>[1]) =>
    requestRun({ actor: operator, slug: "report", requestKey: randomUUID(), repeatOf: (await makeRun(house.db, run)).id });
  const seen = { taskDefinitionArn: "arn:task:found", jobGeneration: 2, cpu: 512, memory: 1024 };
  const overrides = { containerOverrides: [{ name: "main", command: ["ran"], environment: [] }] };
  expect((await ask({ ...earlier, ...seen, overrides })).wanted).toMatchObject({ ...seen, command: ["ran"] });
  const refused = { ...wanted, taskDefinitionArn: "arn:task:pinned" };
  expect((await ask({ ...earlier, wanted: refused })).wanted).toEqual(refused);
  await expect(ask(earlier)).rejects.toThrow("never had a task");
});

test("a run that is not over cannot be run again, and one of another job neither", async () => {
  const job = await house.db.job.findFirstOrThrow({ where: { slug: "report" } });
  const running = await makeRun(house.db, { jobId: job.id, environmentId: job.environmentId, state: "running" });
  const ask = (repeatOf: string) => requestRun({ actor: operator, slug: "report", requestKey: "key-repeat-2", repeatOf });
  await expect(ask(running.id)).rejects.toBeInstanceOf(Conflict);
  await expect(ask("not-an-id")).rejects.toBeInstanceOf(NotFound);
});

test("stopping is asked for once and says by whom; an ended run cannot be stopped", async () => {
  const job = await house.db.job.findFirstOrThrow({ where: { slug: "report" } });
  const running = await makeRun(house.db, { jobId: job.id, environmentId: job.environmentId, state: "running" });
  const asked = await requestStop({ actor: operator, runId: running.id });
  expect(asked).toMatchObject({ stopRequestedBy: operator.name, state: "running" });
  expect(await requestStop({ actor: makeActor("admin"), runId: running.id })).toMatchObject({ stopRequestedBy: operator.name });
  const ended = await makeRun(house.db, { jobId: job.id, environmentId: job.environmentId, state: "succeeded" });
  await expect(requestStop({ actor: operator, runId: ended.id })).rejects.toBeInstanceOf(Conflict);
});

test("a viewer may look and may not run or stop", async () => {
  const run = await house.db.run.findFirstOrThrow();
  expect((await getRun({ actor: viewer, runId: run.id })).run.id).toBe(run.id);
  await expect(requestRun({ actor: viewer, slug: "report", requestKey: "key-of-viewer" })).rejects.toBeInstanceOf(Forbidden);
  await expect(requestStop({ actor: viewer, runId: run.id })).rejects.toBeInstanceOf(Forbidden);
});

test("a key that is no key is refused with the rule", async () => {
  await expect(requestRun({ actor: operator, slug: "report", requestKey: "x" })).rejects.toBeInstanceOf(Invalid);
});
