import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchLogsClient, CreateLogGroupCommand, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  type ContainerDefinition,
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  type RunTaskCommandInput,
  type Task,
} from "@aws-sdk/client-ecs";
import { type SandboxControl, sandboxControl } from "../control-client";
import type { Settings } from "../service";
import { type RunningSandbox, startSandbox } from "../start-server";
import { taskIdOf } from "./names";

/** A sandbox with a cluster, a log group and the SDK's own clients, for the tests of ECS. Phases take no time unless said. */
export type TaskWorld = Awaited<ReturnType<typeof taskWorld>>;

export const quick: Partial<Settings> = { provisioningMs: 0, pullingMs: 0, deprovisioningMs: 0, logIngestionMs: 0, eventDelayMs: 0 };
export const logGroup = "/tests";
export const network = { awsvpcConfiguration: { subnets: ["subnet-1"], securityGroups: ["sg-1"] } };
const region = "eu-central-1";
const roleArn = "arn:aws:iam::123456789012:role/execution";

/** Starts the sandbox in a folder of its own; `close` removes both. */
export async function taskWorld(settings: Partial<Settings> = {}) {
  const dataFolder = mkdtempSync(join(tmpdir(), "sandbox-"));
  let sandbox: RunningSandbox = await startSandbox({ port: 0, dataFolder, settings: { ...quick, ...settings } });
  const connect = () => {
    const options = { endpoint: sandbox.endpoint, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
    return {
      ecs: new ECSClient(options),
      logs: new CloudWatchLogsClient(options),
      control: sandboxControl(sandbox.endpoint) as SandboxControl,
    };
  };
  let clients = connect();
  await clients.ecs.send(new CreateClusterCommand({ clusterName: "main", capacityProviders: ["FARGATE", "FARGATE_SPOT"] }));
  await clients.logs.send(new CreateLogGroupCommand({ logGroupName: logGroup }));

  const register = async (containers: ContainerDefinition[], more: Partial<RegisterTaskDefinitionCommandInput> = {}) =>
    (await clients.ecs.send(new RegisterTaskDefinitionCommand({ ...definitionOf(containers), ...more }))).taskDefinition
      ?.taskDefinitionArn as string;
  const run = async (taskDefinition: string, more: Partial<RunTaskCommandInput> = {}) => {
    const answer = await clients.ecs.send(
      new RunTaskCommand({ cluster: "main", taskDefinition, launchType: "FARGATE", networkConfiguration: network, ...more }),
    );
    return answer.tasks?.[0] as Task;
  };
  const describe = async (taskArn: string) =>
    (await clients.ecs.send(new DescribeTasksCommand({ cluster: "main", tasks: [taskArn] }))).tasks?.[0];
  return {
    get ecs() {
      return clients.ecs;
    },
    get logs() {
      return clients.logs;
    },
    get control() {
      return clients.control;
    },
    get world() {
      return sandbox.world;
    },
    region,
    dataFolder,
    register,
    run,
    describe,
    /** Registers and runs one container with this command and waits for its end. */
    runToEnd: async (command: string[], container: Partial<ContainerDefinition> = {}, more: Partial<RunTaskCommandInput> = {}) => {
      const task = await run(await register([containerOf(command, container)]), more);
      return stopped(task.taskArn as string, describe);
    },
    stopped: (taskArn: string) => stopped(taskArn, describe),
    becomes: (taskArn: string, status: string) => reaches(taskArn, describe, (task) => task.lastStatus === status),
    lines: async (task: Task, container = "main") => {
      const answer = await clients.logs.send(
        new GetLogEventsCommand({
          logGroupName: logGroup,
          logStreamName: `belfry/${container}/${taskIdOf(task.taskArn as string)}`,
          startFromHead: true,
        }),
      );
      return (answer.events ?? []).map((event) => event.message as string);
    },
    /** Starts the sandbox anew in the same folder, after a proper end or over what another process left there. */
    restart: async () => {
      await sandbox.close();
      sandbox = await startSandbox({ port: 0, dataFolder, settings: { ...quick, ...settings } });
      clients = connect();
    },
    close: async () => {
      await sandbox.close();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

/** A container `main` with this command, whose lines go to the log group of the tests. */
export function containerOf(command: string[], more: Partial<ContainerDefinition> = {}): ContainerDefinition {
  return {
    name: "main",
    image: "example.org/app:1",
    command,
    logConfiguration: {
      logDriver: "awslogs",
      options: { "awslogs-group": logGroup, "awslogs-region": region, "awslogs-stream-prefix": "belfry" },
    },
    ...more,
  };
}

/** The smallest definition that Fargate takes, with these containers. */
export function definitionOf(containers: ContainerDefinition[]): RegisterTaskDefinitionCommandInput {
  return {
    family: "jobs",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    executionRoleArn: roleArn,
    containerDefinitions: containers,
  };
}

async function stopped(taskArn: string, describe: (taskArn: string) => Promise<Task | undefined>): Promise<Task> {
  return reaches(taskArn, describe, (task) => task.lastStatus === "STOPPED");
}

/** Asks until the task is so; fails with what it is after 20 seconds. */
async function reaches(
  taskArn: string,
  describe: (taskArn: string) => Promise<Task | undefined>,
  isSo: (task: Task) => boolean,
): Promise<Task> {
  const end = Date.now() + 20_000;
  for (;;) {
    const task = await describe(taskArn);
    if (task !== undefined && isSo(task)) return task;
    if (Date.now() > end) throw new Error(`The task did not get there: ${JSON.stringify(task)}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
