import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateLogGroupCommand, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { runCommand } from "../run-command";
import { startSandbox } from "../start-server";
import { taskIdOf } from "./names";
import { containerOf, definitionOf, logGroup, network, quick, type TaskWorld, taskWorld } from "./task-world";

let aws: TaskWorld;
beforeAll(async () => {
  aws = await taskWorld();
});
afterEach(async () => {
  await aws.control.resetClock();
  await aws.control.changeSettings(quick);
});
afterAll(async () => {
  await aws.close();
});

type Detail = Record<string, unknown> & { lastStatus: string; desiredStatus: string; version: number };
const eventsOf = (task: Task): Detail[] =>
  aws.world
    .region(aws.region)
    .events.recent.filter((event) => event["detail-type"] === "ECS Task State Change" && event.resources.includes(task.taskArn as string))
    .map((event) => event.detail as Detail);

async function until<Value>(look: () => Value | Promise<Value>, isSo: (value: Value) => boolean): Promise<Value> {
  const end = Date.now() + 20_000;
  for (;;) {
    const value = await look();
    if (isSo(value)) return value;
    if (Date.now() > end) throw new Error(`It did not come to be: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

const isAlive = (pid: number) => existsSync(`/proc/${pid}`) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

test("a task runs its command as a process, and its lines are in the log", async () => {
  const task = await aws.runToEnd(["sh", "-c", "echo one; echo two >&2; exit 3"]);
  expect(task.containers?.[0]?.exitCode).toBe(3);
  expect((await aws.lines(task)).sort()).toEqual(["one", "two"]);
});

test("a program that writes 200,000 lines at once loses none of them, nor does one that ends right after writing", async () => {
  const task = await aws.runToEnd(["seq", "200000"]);
  const lines: string[] = [];
  let nextToken: string | undefined;
  for (;;) {
    const page = await aws.logs.send(
      new GetLogEventsCommand({
        logGroupName: logGroup,
        logStreamName: `belfry/main/${taskIdOf(task.taskArn as string)}`,
        startFromHead: true,
        nextToken,
      }),
    );
    lines.push(...(page.events ?? []).map((event) => event.message as string));
    if (page.nextForwardToken === nextToken) break;
    nextToken = page.nextForwardToken;
  }
  expect(lines).toHaveLength(200_000);
  expect(lines.every((line, index) => line === String(index + 1))).toBe(true);
});

test("an ended task is told as ECS tells it", async () => {
  const task = await aws.runToEnd(["true"]);
  expect(task).toMatchObject({
    lastStatus: "STOPPED",
    desiredStatus: "STOPPED",
    stopCode: "EssentialContainerExited",
    stoppedReason: "Essential container in task exited",
    version: 5,
    connectivity: "CONNECTED",
    attachments: [{ status: "DELETED" }],
    containers: [
      { lastStatus: "STOPPED", exitCode: 0, imageDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), runtimeId: expect.any(String) },
    ],
  });
  const times = [
    task.createdAt,
    task.connectivityAt,
    task.pullStartedAt,
    task.pullStoppedAt,
    task.startedAt,
    task.stoppingAt,
    task.executionStoppedAt,
    task.stoppedAt,
  ].map((time) => (time as Date).getTime());
  expect(times).toEqual([...times].sort((one, other) => one - other));
});

test("each state has its event, in order, with a version that grows, even where no state takes any time", async () => {
  const task = await aws.runToEnd(["true"], {}, { startedBy: "belfry/1" });
  const events = eventsOf(task);
  expect(events.map(({ lastStatus, desiredStatus, version }) => `${version} ${lastStatus} ${desiredStatus}`)).toEqual([
    "1 PROVISIONING RUNNING",
    "2 PENDING RUNNING",
    "3 RUNNING RUNNING",
    "4 DEPROVISIONING STOPPED",
    "5 STOPPED STOPPED",
  ]);
  const last = events.at(-1) as Detail;
  expect(last).toMatchObject({
    taskArn: task.taskArn,
    startedBy: "belfry/1",
    cpu: "256",
    memory: "512",
    startedAt: (task.startedAt as Date).toISOString(),
    stoppedAt: (task.stoppedAt as Date).toISOString(),
    updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    containers: [{ name: "main", exitCode: 0, lastStatus: "STOPPED", cpu: "0" }],
  });
  expect(last).not.toHaveProperty("tags");
  expect(last).not.toHaveProperty("healthStatus");
});

test("the phases last as long as the settings say, by the sandbox's own clock", async () => {
  await aws.control.changeSettings({ provisioningMs: 600_000, pullingMs: 600_000, deprovisioningMs: 600_000 });
  const { taskArn = "" } = await aws.run(await aws.register([containerOf(["true"])]));
  await aws.control.advanceClock(599);
  expect((await aws.describe(taskArn))?.lastStatus).toBe("PROVISIONING");
  await aws.control.advanceClock(2);
  await aws.becomes(taskArn, "PENDING");
  await aws.control.advanceClock(601);
  await aws.becomes(taskArn, "DEPROVISIONING");
  await aws.control.advanceClock(601);
  await aws.becomes(taskArn, "STOPPED");
});

test("StopTask sends SIGTERM, and the reason is the caller's", async () => {
  const definition = await aws.register([containerOf(["sh", "-c", "trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.05; done"])]);
  const task = await aws.run(definition);
  const taskArn = task.taskArn as string;
  await aws.becomes(taskArn, "RUNNING");
  await until(
    () => aws.lines(task),
    (lines) => lines.includes("up"),
  );
  const answer = await aws.ecs.send(new StopTaskCommand({ cluster: "main", task: taskArn, reason: "asked by a person" }));
  expect(answer.task).toMatchObject({
    lastStatus: "RUNNING",
    desiredStatus: "STOPPED",
    stopCode: "UserInitiated",
    stoppedReason: "asked by a person",
  });
  const ended = await aws.stopped(taskArn);
  expect(ended).toMatchObject({ stopCode: "UserInitiated", stoppedReason: "asked by a person", containers: [{ exitCode: 5 }] });
  expect(await aws.lines(ended)).toEqual(["up", "bye"]);
  expect(eventsOf(ended).map(({ lastStatus }) => lastStatus)).toEqual([
    "PROVISIONING",
    "PENDING",
    "RUNNING",
    "RUNNING",
    "STOPPING",
    "DEPROVISIONING",
    "STOPPED",
  ]);
});

test("what does not end by SIGTERM is killed after its stop timeout, with all that it started", async () => {
  const definition = await aws.register([
    containerOf(["sh", "-c", "trap '' TERM; sleep 300 & echo $!; while :; do sleep 0.05; done"], { stopTimeout: 60 }),
  ]);
  const task = await aws.run(definition);
  const taskArn = task.taskArn as string;
  const [line] = await until(
    () => aws.lines(task).catch(() => []),
    (lines) => lines.length > 0,
  );
  await aws.ecs.send(new StopTaskCommand({ cluster: "main", task: taskArn }));
  await aws.becomes(taskArn, "STOPPING");
  await aws.control.advanceClock(50);
  expect((await aws.describe(taskArn))?.lastStatus).toBe("STOPPING");
  await aws.control.advanceClock(11);
  const ended = await aws.stopped(taskArn);
  expect(ended).toMatchObject({ stopCode: "UserInitiated", stoppedReason: "Task stopped by user", containers: [{ exitCode: 137 }] });
  await until(
    () => isAlive(Number(line)),
    (alive) => !alive,
  );
});

test.runIf(process.platform === "linux")("a process that left its group ends with its task all the same", async () => {
  const task = await aws.runToEnd(["sh", "-c", "setsid sleep 300 >/dev/null 2>&1 & echo $!"]);
  const [line] = await aws.lines(task);
  await until(
    () => isAlive(Number(line)),
    (alive) => !alive,
  );
});

test("a task that is stopped before it started has no exit code and no start", async () => {
  await aws.control.changeSettings({ provisioningMs: 600_000 });
  const { taskArn = "" } = await aws.run(await aws.register([containerOf(["true"])]));
  await aws.ecs.send(new StopTaskCommand({ cluster: "main", task: taskArn }));
  const ended = await aws.stopped(taskArn);
  expect(ended.stopCode).toBe("UserInitiated");
  expect(ended).not.toHaveProperty("startedAt");
  expect(ended.containers?.[0]).not.toHaveProperty("exitCode");
});

test("a command that does not exist fails to start, in ECS's words", async () => {
  const task = await aws.runToEnd(["no-such-program"]);
  const reason =
    'CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "no-such-program": executable file not found in $PATH: unknown';
  expect(task).toMatchObject({ stopCode: "TaskFailedToStart", stoppedReason: reason, containers: [{ reason }] });
  expect(task.containers?.[0]).not.toHaveProperty("exitCode");
  expect(task).not.toHaveProperty("startedAt");
});

test("entry point and command are one argv, and the working directory lies in the task's own folder", async () => {
  const task = await aws.runToEnd(["-c", "pwd; echo $0", "name"], { entryPoint: ["sh"], workingDirectory: "/srv/app" });
  const [folder = "", name] = await aws.lines(task);
  expect(folder.startsWith(aws.dataFolder)).toBe(true);
  expect(folder.endsWith("/main/srv/app")).toBe(true);
  expect(name).toBe("name");
});

test("an image without a command says so in one line and ends well", async () => {
  const task = await aws.runToEnd([], { command: undefined });
  expect(task.containers?.[0]?.exitCode).toBe(0);
  expect(await aws.lines(task)).toEqual([expect.stringContaining("example.org/app:1 has neither an entry point nor a command")]);
});

test("a container has its own variables and AWS's, and nothing of this machine's", async () => {
  process.env.SECRET_OF_THE_HOST = "do not show";
  const task = await aws.runToEnd(["env"], { environment: [{ name: "GREETING", value: "hello" }] });
  const names = (await aws.lines(task)).map((line) => line.split("=")[0]).sort();
  expect(names).toEqual([
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_REGION",
    "ECS_AGENT_URI",
    "ECS_CONTAINER_METADATA_URI",
    "ECS_CONTAINER_METADATA_URI_V4",
    "GREETING",
    "HOME",
    "PATH",
  ]);
});

test("without its log group a task cannot start, unless it may make it", async () => {
  const options = { "awslogs-group": "/absent", "awslogs-region": aws.region, "awslogs-stream-prefix": "belfry" };
  const task = await aws.runToEnd(["true"], { logConfiguration: { logDriver: "awslogs", options } });
  expect(task).toMatchObject({
    stopCode: "TaskFailedToStart",
    stoppedReason: expect.stringMatching(
      /^ResourceInitializationError: failed to validate logger args: .*The specified log group does not exist\./,
    ),
  });
  expect(task).not.toHaveProperty("pullStartedAt");

  const made = await aws.runToEnd(["echo", "here"], {
    logConfiguration: { logDriver: "awslogs", options: { ...options, "awslogs-create-group": "true" } },
  });
  const { events } = await aws.logs.send(
    new GetLogEventsCommand({
      logGroupName: "/absent",
      logStreamName: `belfry/main/${taskIdOf(made.taskArn as string)}`,
      startFromHead: true,
    }),
  );
  expect(events?.map((event) => event.message)).toEqual(["here"]);
});

test("the stream is not there before the container starts", async () => {
  await aws.control.changeSettings({ pullingMs: 600_000 });
  const task = await aws.run(await aws.register([containerOf(["echo", "late"])]));
  await aws.becomes(task.taskArn as string, "PENDING");
  await expect(aws.lines(task)).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    message: "The specified log stream does not exist.",
  });
  await aws.control.advanceClock(601);
  await aws.stopped(task.taskArn as string);
  expect(await aws.lines(task)).toEqual(["late"]);
});

test("secrets become variables: whole, by JSON key, and of Parameter Store", async () => {
  const options = { endpoint: aws.world.endpoint, region: aws.region, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  const { ARN } = await new SecretsManagerClient(options).send(
    new CreateSecretCommand({ Name: "app", SecretString: JSON.stringify({ user: "grace", port: 5432 }) }),
  );
  await new SSMClient(options).send(new PutParameterCommand({ Name: "/app/url", Value: "https://example.org", Type: "SecureString" }));
  const secrets = [
    { name: "WHOLE", valueFrom: ARN as string },
    { name: "USER_NAME", valueFrom: `${ARN}:user::` },
    { name: "PORT", valueFrom: `${ARN}:port:AWSCURRENT:` },
    { name: "URL", valueFrom: "/app/url" },
  ];
  const task = await aws.runToEnd(["sh", "-c", 'echo "$WHOLE $USER_NAME $PORT $URL"'], { secrets });
  expect(await aws.lines(task)).toEqual(['{"user":"grace","port":5432} grace 5432 https://example.org']);
  expect(JSON.stringify(task)).not.toContain("grace");

  const failing = async (valueFrom: string) => {
    const ended = await aws.runToEnd(["true"], { secrets: [{ name: "S", valueFrom }] });
    expect(ended.stopCode).toBe("TaskFailedToStart");
    return ended.stoppedReason;
  };
  const start = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ";
  expect(await failing(`${ARN}:absent::`)).toBe(
    `${start}unable to retrieve secret from asm: service call has been retried 1 time(s): retrieved secret from Secrets Manager did not contain json key absent`,
  );
  const unknown = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:nobody-AbCdEf";
  expect(await failing(unknown)).toBe(
    `${start}unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret ${unknown} from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.`,
  );
  expect(await failing("/absent")).toBe(
    `${start}unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: /absent`,
  );
});

test("the end of an essential container is the end of all, of another one it is not", async () => {
  const definition = await aws.register([
    containerOf(["sh", "-c", "sleep 0.2; exit 4"]),
    containerOf(["sleep", "300"], { name: "beside", essential: false }),
    containerOf(["false"], { name: "short", essential: false }),
  ]);
  const ended = await aws.stopped((await aws.run(definition)).taskArn as string);
  const codes = Object.fromEntries((ended.containers ?? []).map(({ name, exitCode }) => [name, exitCode]));
  expect(codes).toEqual({ main: 4, beside: 143, short: 1 });
  expect(ended.stopCode).toBe("EssentialContainerExited");
});

test("containers wait for those they depend on, and the task is RUNNING once all were started", async () => {
  const definition = await aws.register([
    containerOf(["sh", "-c", "echo main"], { dependsOn: [{ containerName: "before", condition: "SUCCESS" }] }),
    containerOf(["sh", "-c", "sleep 0.1; echo before"], { name: "before", essential: false }),
  ]);
  const ended = await aws.stopped((await aws.run(definition)).taskArn as string);
  expect(await aws.lines(ended)).toEqual(["main"]);
  expect(await aws.lines(ended, "before")).toEqual(["before"]);
  expect(ended.containers?.map(({ exitCode }) => exitCode)).toEqual([0, 0]);

  const failing = await aws.register([
    containerOf(["true"], { dependsOn: [{ containerName: "before", condition: "SUCCESS" }] }),
    containerOf(["false"], { name: "before", essential: false }),
  ]);
  const refused = await aws.stopped((await aws.run(failing)).taskArn as string);
  expect(refused.stopCode).toBe("TaskFailedToStart");
  expect(refused.containers?.map(({ exitCode }) => exitCode)).toEqual([undefined, 1]);
});

test("an injected container is there as GuardDuty's is, and it fails without being the program's failure", async () => {
  await aws.control.changeSettings({ injectSidecar: true });
  const task = await aws.runToEnd(["true"]);
  await aws.control.changeSettings({ injectSidecar: false });
  const sidecar = task.containers?.find(({ name }) => name?.startsWith("aws-guardduty-agent-"));
  expect(sidecar).toMatchObject({ cpu: "null", lastStatus: "STOPPED", exitCode: 137 });
  expect(sidecar).not.toHaveProperty("image");
  expect(task.overrides?.containerOverrides?.map(({ name }) => name)).toEqual(["main", sidecar?.name]);
});

test("a stopped task is forgotten after an hour", async () => {
  const task = await aws.runToEnd(["true"]);
  const folder = join(aws.dataFolder, "tasks", aws.region, taskIdOf(task.taskArn as string));
  expect(existsSync(folder)).toBe(true);
  await aws.control.advanceClock(3_590);
  expect(await aws.describe(task.taskArn as string)).toBeDefined();
  await aws.control.advanceClock(11);
  const { failures } = await until(
    () => aws.ecs.send(new DescribeTasksCommand({ cluster: "main", tasks: [task.taskArn as string] })),
    (answer) => answer.tasks?.length === 0,
  );
  expect(failures).toEqual([{ arn: task.taskArn, reason: "MISSING" }]);
  expect(existsSync(folder)).toBe(false);
});

test("200 tasks at once all run, all end and all keep their lines", async () => {
  const definition = await aws.register([containerOf(["sh", "-c", "echo $NUMBER; echo done"])], { family: "many" });
  const tasks: Task[] = [];
  await Promise.all(
    Array.from({ length: 200 }, async (_, number) => {
      const environment = [{ name: "NUMBER", value: String(number) }];
      tasks[number] = await aws.run(definition, { overrides: { containerOverrides: [{ name: "main", environment }] } });
    }),
  );
  await until(
    async () => (await aws.ecs.send(new ListTasksCommand({ cluster: "main", family: "many" }))).taskArns?.length,
    (count) => count === 0,
  );
  for (const [number, task] of tasks.entries()) {
    const ended = await aws.stopped(task.taskArn as string);
    expect(ended.containers?.[0]?.exitCode).toBe(0);
    expect(await aws.lines(task)).toEqual([String(number), "done"]);
  }
}, 60_000);

test("a sandbox that is closed leaves no process, and says afterwards that its tasks were lost", async () => {
  const own = await taskWorld();
  try {
    const waiting = await own.run(await own.register([containerOf(["sh", "-c", "sleep 300 & echo $!; wait"])]));
    const [line] = await until(
      () => own.lines(waiting).catch(() => []),
      (lines) => lines.length > 0,
    );
    await own.restart();
    expect(isAlive(Number(line))).toBe(false);
    const lost = await own.stopped(waiting.taskArn as string);
    expect(lost).toMatchObject({
      stopCode: "TerminationNotice",
      stoppedReason: "ECS is performing maintenance on the underlying infrastructure hosting the task",
    });
    expect(await own.lines(waiting)).toEqual([line]);
  } finally {
    await own.close();
  }
});

test("a reset ends every process and forgets the tasks and their folders", async () => {
  const own = await taskWorld();
  try {
    const task = await own.run(await own.register([containerOf(["sh", "-c", "sleep 300 & echo $!; wait"])]));
    const [line] = await until(
      () => own.lines(task).catch(() => []),
      (lines) => lines.length > 0,
    );
    await own.control.reset();
    expect(isAlive(Number(line))).toBe(false);
    await own.ecs.send(new CreateClusterCommand({ clusterName: "main" }));
    await own.logs.send(new CreateLogGroupCommand({ logGroupName: logGroup }));
    await own.control.changeSettings(quick);
    expect(await own.describe(task.taskArn as string)).toBeUndefined();
    const after = await own.runToEnd(["echo", "again"]);
    expect(await own.lines(after)).toEqual(["again"]);
  } finally {
    await own.close();
  }
});

test.each<[string, (snapshot: string) => void]>([
  ["is missing", (snapshot) => rmSync(snapshot)],
  ["cannot be read", (snapshot) => writeFileSync(snapshot, "nonsense")],
])("what a killed sandbox left ends also where its snapshot %s", async (_how, spoil) => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const dataFolder = mkdtempSync(join(tmpdir(), "sandbox-left-"));
  const left = ["eu-central-1", "us-west-2"].map((region) => {
    const folder = join(dataFolder, "tasks", region, "0123456789abcdef0123456789abcdef");
    return { region, folder, command: { argv: ["sleep", "300"], environment: {}, folder: join(folder, "main") } };
  });
  try {
    await (await startSandbox({ port: 0, dataFolder, settings: quick })).close();
    spoil(join(dataFolder, "world.snapshot"));
    const processes = await Promise.all(
      left.map(({ folder, command }) =>
        runCommand({ ...command, noteFile: join(folder, "main.process.json"), now: () => new Date(), onLines: () => {} }),
      ),
    );
    const pids = processes.map((outcome) => ("running" in outcome ? outcome.running.pid : -1));
    expect(pids.every(isAlive)).toBe(true);
    const next = await startSandbox({ port: 0, dataFolder, settings: quick });
    await until(
      () => pids.filter(isAlive),
      (alive) => alive.length === 0,
    );
    expect(left.filter(({ folder }) => existsSync(folder))).toEqual([]);
    await next.close();
  } finally {
    vi.restoreAllMocks();
    rmSync(dataFolder, { recursive: true, force: true });
  }
});

test("after kill -9 the next sandbox ends what was left and stops its tasks", async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), "sandbox-killed-"));
  const first = spawn(process.execPath, ["--import", "tsx", "lib/sandbox/start-aws.ts", "--port", "0", "--data", dataFolder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const endpoint = await new Promise<string>((resolve, reject) => {
      let text = "";
      first.stdout.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        const address = /http:\/\/127\.0\.0\.1:\d+/.exec(text);
        if (address) resolve(address[0]);
      });
      first.once("exit", () => reject(new Error(`The sandbox did not start: ${text}`)));
    });
    const options = (address: string) => ({
      endpoint: address,
      region: aws.region,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const ecs = new ECSClient(options(endpoint));
    await ecs.send(new CreateClusterCommand({ clusterName: "main" }));
    const container = containerOf(["sleep", "300"], { logConfiguration: undefined });
    await ecs.send(new RegisterTaskDefinitionCommand(definitionOf([container])));
    const { tasks } = await ecs.send(
      new RunTaskCommand({ cluster: "main", taskDefinition: "jobs", launchType: "FARGATE", networkConfiguration: network }),
    );
    const taskArn = tasks?.[0]?.taskArn as string;
    const note = join(dataFolder, "tasks", aws.region, taskIdOf(taskArn), "main.process.json");
    await until(
      () => existsSync(note) && readFileSync(note, "utf8").endsWith("}"),
      (isThere) => isThere,
    );
    const { pid } = JSON.parse(readFileSync(note, "utf8")) as { pid: number };
    const running = await until(
      async () => (await ecs.send(new DescribeTasksCommand({ cluster: "main", tasks: [taskArn] }))).tasks?.[0],
      (task) => task?.lastStatus === "RUNNING",
    );
    expect(running?.startedAt).toBeInstanceOf(Date);
    const gone = new Promise((resolve) => first.once("exit", resolve));
    first.kill("SIGKILL");
    await gone;
    expect(isAlive(pid)).toBe(true);

    const second = await startSandbox({ port: 0, dataFolder, settings: quick });
    try {
      await until(
        () => isAlive(pid),
        (alive) => !alive,
      );
      const again = new ECSClient(options(second.endpoint));
      const lost = await until(
        async () => (await again.send(new DescribeTasksCommand({ cluster: "main", tasks: [taskArn] }))).tasks?.[0],
        (task) => task?.lastStatus === "STOPPED",
      );
      expect(lost).toMatchObject({ stopCode: "TerminationNotice", desiredStatus: "STOPPED" });
      expect(lost?.containers?.[0]).not.toHaveProperty("exitCode");
    } finally {
      await second.close();
    }
  } finally {
    first.kill("SIGKILL");
    rmSync(dataFolder, { recursive: true, force: true });
  }
});
