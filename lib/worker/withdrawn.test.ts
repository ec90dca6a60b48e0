import { afterEach, expect, test } from "vitest";
import { getRunById, writeStopRequest } from "@/lib/db/runs";
import { makeRun } from "@/lib/testing/factories";
import { type MovableGround, movableGround } from "./movable-ground";

let ground: MovableGround;
afterEach(() => ground.close());

test("a run that is withdrawn while a lost answer hides its task is shown with it and stopped, once the task is seen", async () => {
  ground = await movableGround(new Date("2027-06-01T08:02:00Z"));
  await ground.control.changeSettings({ eventDelayMs: 60_000 });
  const job = await ground.jobThatRuns("sleep 600", { expression: "cron(0 2 29 2 ? *)", savedAt: ground.now() });
  await ground.work();
  const { id } = await makeRun(ground.db, {
    ...{ jobId: job.id, trigger: "person", requestedAt: ground.now(), requestedBy: "Ada" },
    wanted: { taskDefinitionArn: null, jobGeneration: 1, command: null, environment: null, cpu: 256, memory: 512 },
  });
  await ground.control.orderFault({ service: "ecs", operation: "RunTask", actFirst: true, dropConnection: true, times: 3 });
  const runNow = async () => getRunById(ground.db, id);
  await ground.workUntil(async () => expect(await ground.control.faults()).toEqual([]));
  await writeStopRequest(ground.db, id, { at: ground.now(), by: "Grace" });

  await ground.workUntil(async () =>
    expect(await runNow()).toMatchObject({ state: "stopped", taskArn: expect.stringContaining(":task/") }),
  );
  expect(await runNow()).toMatchObject({ stopCode: "UserInitiated", stopRequestedBy: "Grace" });
  expect(ground.world.region(ground.environment.region).ecs.tasks.size).toBe(1);
});
