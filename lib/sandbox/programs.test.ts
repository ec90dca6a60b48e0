import { RunTaskCommand } from "@aws-sdk/client-ecs";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, test } from "vitest";
import { containerOf, network, type TaskWorld, taskWorld } from "./ecs/task-world";
import { programOf, programs } from "./programs";

let aws: TaskWorld;
beforeAll(async () => {
  aws = await taskWorld();
});
afterAll(async () => {
  await aws.close();
});

type End = { stopCode: string; stoppedReason: RegExp; containerReason?: RegExp; exitCode?: number; isStarted: boolean; isPulled: boolean };

const notStarted = { stopCode: "TaskFailedToStart", isStarted: false, isPulled: false };
const pullFailed = (text: RegExp): End => ({ ...notStarted, stoppedReason: text, containerReason: text });
const ranOn = { isStarted: true, isPulled: true };

const ends: Record<string, End> = {
  "sandbox/no-such-image": pullFailed(
    /^CannotPullContainerError: pull image manifest has been retried 1 time\(s\): failed to resolve ref docker\.io\/sandbox\/no-such-image:7: .*not found$/,
  ),
  "sandbox/image-not-allowed": pullFailed(
    /^CannotPullContainerError: .*pull access denied, repository does not exist or may require authorization/,
  ),
  "sandbox/image-unreachable": pullFailed(/^CannotPullContainerError: .*dial tcp .*: i\/o timeout$/),
  "sandbox/image-rate-limited": pullFailed(/^CannotPullContainerError: .*toomanyrequests: You have reached your pull rate limit/),
  "sandbox/disk-full": pullFailed(/^CannotPullContainerError: .*no space left on device/),
  "sandbox/no-network-interface": { ...notStarted, stoppedReason: /^Timeout waiting for network interface provisioning to complete\.$/ },
  "sandbox/network-timeout": {
    ...notStarted,
    stoppedReason:
      /^ResourceInitializationError: unable to pull secrets or registry auth: .*i\/o timeout\. Please check your task network configuration\.$/,
  },
  "sandbox/internal-error": { ...notStarted, stoppedReason: /^InternalError: / },
  "sandbox/wrong-architecture": {
    ...ranOn,
    stopCode: "EssentialContainerExited",
    stoppedReason: /^Essential container in task exited$/,
    exitCode: 255,
  },
  "sandbox/out-of-memory": {
    ...ranOn,
    stopCode: "EssentialContainerExited",
    stoppedReason: /^Essential container in task exited$/,
    containerReason: /^OutOfMemoryError: Container killed due to memory usage$/,
    exitCode: 137,
  },
  "sandbox/spot-taken": { ...ranOn, stopCode: "SpotInterruption", stoppedReason: /^Your Spot Task was interrupted\.$/, exitCode: 143 },
  "sandbox/maintenance": {
    ...ranOn,
    stopCode: "TerminationNotice",
    stoppedReason: /^ECS is performing maintenance on the underlying infrastructure hosting the task$/,
    exitCode: 143,
  },
};
test.each(Object.entries(ends))("%s ends as AWS words it", async (image, end) => {
  const task = await aws.runToEnd(["sleep", "30"], { image: `${image}:7` });
  const [container] = task.containers ?? [];
  expect(task.stopCode).toBe(end.stopCode);
  expect(task.stoppedReason).toMatch(end.stoppedReason);
  if (end.containerReason === undefined) expect(container).not.toHaveProperty("reason");
  else expect(container?.reason).toMatch(end.containerReason);
  if (end.exitCode === undefined) expect(container).not.toHaveProperty("exitCode");
  else expect(container?.exitCode).toBe(end.exitCode);
  expect(task.startedAt !== undefined).toBe(end.isStarted);
  expect(task.pullStartedAt !== undefined).toBe(end.isPulled);
  expect(task.lastStatus).toBe("STOPPED");
  expect(task.attachments?.[0]?.status).toBe("DELETED");
});

test("an image of the wrong architecture leaves its line in the log", async () => {
  const task = await aws.runToEnd(["/app/run"], { image: "sandbox/wrong-architecture" });
  expect(await aws.lines(task)).toEqual(["exec /app/run: exec format error"]);
});

test("a Spot task that is taken is announced while it still runs", async () => {
  const task = await aws.runToEnd(["sleep", "30"], { image: "sandbox/spot-taken" });
  const events = aws.world.region(aws.region).events.recent.filter((event) => event.resources.includes(task.taskArn as string));
  expect(events.map(({ detail }) => detail)).toContainEqual(
    expect.objectContaining({ lastStatus: "RUNNING", desiredStatus: "STOPPED", stopCode: "SpotInterruption" }),
  );
});

test("without capacity RunTask throws, and there is no task", async () => {
  const definition = await aws.register([containerOf(["true"], { image: "sandbox/no-capacity" })]);
  await expect(aws.run(definition)).rejects.toMatchObject({
    name: "ClientException",
    message: "Capacity is unavailable at this time. Please try again later or in a different availability zone",
  });
});

test("a task that finds no place is a failure in an answer with status 200", async () => {
  const taskDefinition = await aws.register([containerOf(["true"], { image: "sandbox/placement-failure" })]);
  const answer = await aws.ecs.send(
    new RunTaskCommand({ cluster: "main", taskDefinition, launchType: "FARGATE", networkConfiguration: network }),
  );
  expect(answer.$metadata.httpStatusCode).toBe(200);
  expect(answer.tasks).toEqual([]);
  expect(answer.failures).toEqual([{ arn: expect.stringContaining("cluster/main"), reason: "RESOURCE:ENI" }]);
});

test("a slow pull ends when its time has passed, and then the command runs", async () => {
  const task = await aws.run(await aws.register([containerOf(["echo", "pulled"], { image: "sandbox/slow-pull" })]));
  await aws.becomes(task.taskArn as string, "PENDING");
  await aws.control.advanceClock(21);
  const ended = await aws.stopped(task.taskArn as string);
  expect(ended.containers?.[0]?.exitCode).toBe(0);
  expect((ended.pullStoppedAt as Date).getTime() - (ended.pullStartedAt as Date).getTime()).toBeGreaterThanOrEqual(20_000);
  expect(await aws.lines(ended)).toEqual(["pulled"]);
});

test("a tag has one digest until another image is pushed under it, and a named digest stays", async () => {
  const image = "registry.example/app:moving";
  const digest = async (name = image) => (await aws.runToEnd(["true"], { image: name })).containers?.[0]?.imageDigest;
  const first = await digest();
  expect(first).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(await digest()).toBe(first);
  expect(await digest("registry.example/app:other")).not.toBe(first);
  const pushed = await aws.control.pushImage({ image, region: aws.region });
  expect(pushed.digest).not.toBe(first);
  expect(await digest()).toBe(pushed.digest);
  expect(await digest(`registry.example/app@${first}`)).toBe(first);
});

test("what is pushed may behave like a program, until the next push", async () => {
  const image = "registry.example/broken:latest";
  await aws.control.pushImage({ image, like: "sandbox/out-of-memory", region: aws.region });
  expect((await aws.runToEnd(["sleep", "30"], { image: "registry.example/broken" })).containers?.[0]?.exitCode).toBe(137);
  await aws.control.pushImage({ image, region: aws.region });
  expect((await aws.runToEnd(["true"], { image })).containers?.[0]?.exitCode).toBe(0);
  await expect(aws.control.pushImage({ image, like: "sandbox/nothing" })).rejects.toThrow("There is no program sandbox/nothing.");
});

test("a role that does not trust ECS starts nothing", async () => {
  const statement = { Effect: "Allow", Principal: { Service: "scheduler.amazonaws.com" }, Action: "sts:AssumeRole" };
  const { Role } = await new IAMClient({
    endpoint: await aws.ecs.config.endpoint?.().then(({ protocol, hostname, port }) => `${protocol}//${hostname}:${port}`),
    region: aws.region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  }).send(new CreateRoleCommand({ RoleName: "other", AssumeRolePolicyDocument: JSON.stringify({ Statement: [statement] }) }));
  const definition = await aws.register([containerOf(["true"])], { taskRoleArn: Role?.Arn });
  await expect(aws.run(definition)).rejects.toThrow(`ECS was unable to assume the role '${Role?.Arn}' that was provided for this task.`);
});

test("tags and digests do not hide a program, and other images have none", () => {
  expect(programOf("sandbox/disk-full@sha256:00")).toBe(programs["sandbox/disk-full"]);
  expect(programOf("sandbox/disk-full:1.2")).toBe(programs["sandbox/disk-full"]);
  expect(programOf("localhost:5000/sandbox/disk-full")).toBeNull();
  expect(programOf("constructor")).toBeNull();
  expect(programOf("alpine:3")).toBeNull();
});
