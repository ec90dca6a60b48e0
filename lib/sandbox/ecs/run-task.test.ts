import { afterAll, beforeAll, expect, test } from "vitest";
import { containerOf, type TaskWorld, taskWorld } from "./task-world";

let aws: TaskWorld;
beforeAll(async () => {
  aws = await taskWorld();
});
afterAll(async () => {
  await aws.close();
});

test("a task runs its command as a process, and its lines are in the log", async () => {
  const task = await aws.runToEnd(["sh", "-c", "echo one; echo two >&2; exit 3"]);
  expect(task.containers?.[0]?.exitCode).toBe(3);
  expect(await aws.lines(task)).toEqual(expect.arrayContaining(["one", "two"]));
  expect(task).toMatchObject({ stopCode: "EssentialContainerExited", stoppedReason: "Essential container in task exited", version: 5 });
});

test("the answer of RunTask is a task that is PROVISIONING, told as ECS tells it", async () => {
  const definition = await aws.register([containerOf(["true"])]);
  const task = await aws.run(definition);
  expect(task).toMatchObject({
    lastStatus: "PROVISIONING",
    desiredStatus: "RUNNING",
    version: 1,
    launchType: "FARGATE",
    platformVersion: "1.4.0",
    platformFamily: "Linux",
    group: "family:jobs",
    tags: [],
    attributes: [{ name: "ecs.cpu-architecture", value: "x86_64" }],
    ephemeralStorage: { sizeInGiB: 20 },
    enableExecuteCommand: false,
    cpu: "256",
    memory: "512",
    taskDefinitionArn: definition,
    attachments: [{ type: "ElasticNetworkInterface", status: "PRECREATED", details: [{ name: "subnetId", value: "subnet-1" }] }],
    containers: [{ name: "main", lastStatus: "PENDING", cpu: "0", image: "example.org/app:1" }],
    overrides: { containerOverrides: [{ name: "main" }] },
  });
  expect(task.createdAt).toBeInstanceOf(Date);
  expect(task.startedAt).toBeUndefined();
  expect(task).not.toHaveProperty("startedBy");
  expect(task.containers?.[0]).not.toHaveProperty("exitCode");
});
