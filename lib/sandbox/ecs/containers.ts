import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Container, ContainerDefinition, TaskDefinition } from "@aws-sdk/client-ecs";
import { appendLines, createGroup, createStream } from "../logs/streams";
import { endLeftOver, endProcessesWith, type RunningCommand, runCommand } from "../run-command";
import { AwsError, type Region, type World } from "../service";
import { programAt } from "./images";
import { fullImageName, taskIdOf } from "./names";
import type { ContainerState, TaskState } from "./state";
import { resolveSecrets } from "./task-secrets";

/** What a task has outside of the snapshot: its processes and the values of its secrets. */
export type TaskProcesses = { commands: Map<string, RunningCommand>; secrets: Map<string, Record<string, string>> };

/** The processes of a world. One that is closed starts nothing more, and what ends afterwards is nobody's business. */
export type Processes = { tasks: Map<string, TaskProcesses>; advancing: Map<string, { again: boolean }>; isClosed: boolean };

const processesByWorld = new WeakMap<World, Processes>();
/** The variable by which a task's processes are told from all others on this machine. */
const markVariable = "ECS_CONTAINER_METADATA_URI_V4";
/** SIGTERM, then so long, then SIGKILL, where the container does not say otherwise (Fargate's default). */
const defaultStopTimeoutSeconds = 30;

/** The world's processes; after they were ended, a new and empty set. */
export function processesOf(world: World): Processes {
  let processes = processesByWorld.get(world);
  if (processes === undefined) {
    processes = { tasks: new Map(), advancing: new Map(), isClosed: false };
    processesByWorld.set(world, processes);
  }
  return processes;
}

/** Ends every process of the world at once and waits until they are gone. A later task begins with a clean slate. */
export async function endAllProcesses(world: World): Promise<void> {
  const processes = processesByWorld.get(world);
  if (processes === undefined) return;
  processes.isClosed = true;
  processesByWorld.delete(world);
  const commands = [...processes.tasks.values()].flatMap((task) => [...task.commands.values()]);
  for (const command of commands) command.kill();
  endStrays(
    [...processes.tasks].flatMap(([taskArn, task]) => [...task.commands.keys()].map((name) => ({ taskId: taskIdOf(taskArn), name }))),
  );
  await Promise.all(commands.map((command) => command.ended));
}

/** Ends processes of ended containers that had left their process group. */
export function endStrays(containers: { taskId: string; name: string }[]): void {
  if (containers.length > 0) endProcessesWith(markVariable, new Set(containers.map(({ taskId, name }) => markOf(taskId, name))));
}

/** Where a task's containers have their folders and the notes of their processes. */
export function taskFolder(world: World, region: Region, taskArn: string): string {
  return join(world.dataFolder, "tasks", region.name, taskIdOf(taskArn));
}

const noteEnding = ".process.json";

function noteFile(folder: string, containerName: string): string {
  return join(folder, `${containerName}${noteEnding}`);
}

/** Ends what a killed sandbox left running in a region. Answers the ids of the tasks that had a process. */
export function endLeftOvers(world: World, region: Region): Set<string> {
  const folder = join(world.dataFolder, "tasks", region.name);
  const left: { taskId: string; name: string }[] = [];
  for (const taskId of existsSync(folder) ? readdirSync(folder) : []) {
    for (const file of readdirSync(join(folder, taskId))) {
      if (!file.endsWith(noteEnding)) continue;
      left.push({ taskId, name: file.slice(0, -noteEnding.length) });
      endLeftOver(join(folder, taskId, file));
    }
  }
  endStrays(left);
  return new Set(left.map(({ taskId }) => taskId));
}

/** Asks for the secrets of all containers, unless they are known. Throws SecretsUnavailable. */
export async function prepareSecrets(world: World, region: Region, state: TaskState, definition: TaskDefinition): Promise<void> {
  const task = processesOfTask(world, state);
  for (const container of definition.containerDefinitions ?? []) {
    const name = container.name as string;
    if (!task.secrets.has(name)) task.secrets.set(name, await resolveSecrets(world, region, container.secrets ?? []));
  }
}

/** Why a container's log could not be opened, in ECS's words; null if it can. Groups are made where `awslogs-create-group` says so. */
export function checkLogGroups(world: World, region: Region, definition: TaskDefinition): string | null {
  for (const container of definition.containerDefinitions ?? []) {
    const log = logOf(region, container);
    if (log === null || world.region(log.region).logs.groups.has(log.group)) continue;
    if (log.createGroup) createGroup(world, world.region(log.region), log.group);
    else
      return "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1";
  }
  return null;
}

/** Starts a container's program. Answers null, or why it could not start. `onEnd` is called once it has ended. */
export async function startContainer(
  world: World,
  region: Region,
  state: TaskState,
  definition: ContainerDefinition,
  onEnd: () => void,
): Promise<string | null> {
  const processes = processesOf(world);
  const taskArn = state.task.taskArn as string;
  const name = definition.name as string;
  const container = state.containers.get(name) as ContainerState;
  const shown = state.task.containers?.find((candidate) => candidate.name === name) as Container;
  const write = openLog(world, region, state, definition);
  const override = state.task.overrides?.containerOverrides?.find((candidate) => candidate.name === name);
  const argv = [...(definition.entryPoint ?? []), ...(override?.command ?? definition.command ?? [])];
  const program = programAt(region, definition.image ?? "");

  if (program?.kind === "ends-at-once" || argv.length === 0) {
    const line =
      program?.kind === "ends-at-once"
        ? program.line(argv[0] ?? "/entrypoint")
        : program === null
          ? `The sandbox runs commands, not images: ${definition.image} has neither an entry point nor a command here, so there is nothing to run.`
          : `The sandbox plays ${definition.image}.`;
    write([{ timestamp: world.now().getTime(), message: line }]);
    begin(container, shown);
    // A program that waits for its end (an interruption, memory running out) has no process: what ends it, ends the container.
    if (program?.kind !== "taken" && program?.kind !== "out-of-memory") {
      end(container, shown, program?.kind === "ends-at-once" ? program.exitCode : 0);
    }
    return null;
  }

  const folder = taskFolder(world, region, taskArn);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const secrets = processes.tasks.get(taskArn)?.secrets.get(name) ?? {};
  const outcome = await runCommand({
    argv,
    environment: {
      ...taskVariables(region, state, name),
      ...variables(definition.environment),
      ...variables(override?.environment),
      ...secrets,
    },
    folder: join(folder, name),
    workingDirectory: definition.workingDirectory,
    noteFile: noteFile(folder, name),
    now: () => world.now(),
    onLines: (lines) => {
      if (!processes.isClosed) write(lines);
    },
  });
  if ("refused" in outcome) {
    return `CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${outcome.refused}`;
  }
  const { running } = outcome;
  if (processes.isClosed) {
    running.kill();
    return null;
  }
  processesOfTask(world, state).commands.set(name, running);
  begin(container, shown);
  void running.ended.then(({ exitCode }) => {
    if (processes.isClosed) return;
    processes.tasks.get(taskArn)?.commands.delete(name);
    if (container.status === "running") end(container, shown, exitCode);
    onEnd();
  });
  return null;
}

/** SIGTERM to what still runs; the moment of SIGKILL is noted. A container without a process ends at once. */
export function askToEnd(world: World, state: TaskState, definition: TaskDefinition): void {
  for (const container of definition.containerDefinitions ?? []) {
    const own = state.containers.get(container.name as string) as ContainerState;
    if (own.status !== "running" || own.killAt !== null) continue;
    const command = processesOf(world)
      .tasks.get(state.task.taskArn as string)
      ?.commands.get(container.name as string);
    own.killAt = world.now().getTime() + (container.stopTimeout ?? defaultStopTimeoutSeconds) * 1000;
    if (command === undefined) end(own, shownOf(state, container.name), 143);
    else command.signal("SIGTERM");
  }
}

/** SIGKILL to what was asked to end and did not. */
export function killOverdue(world: World, state: TaskState): void {
  for (const [name, container] of state.containers) {
    if (container.status !== "running" || container.killAt === null || world.now().getTime() < container.killAt) continue;
    processesOf(world)
      .tasks.get(state.task.taskArn as string)
      ?.commands.get(name)
      ?.kill();
  }
}

/** Ends a running container now, as the kernel does where memory ran out. */
export function killContainer(world: World, state: TaskState, name: string): void {
  const container = state.containers.get(name) as ContainerState;
  if (container.status !== "running") return;
  processesOf(world)
    .tasks.get(state.task.taskArn as string)
    ?.commands.get(name)
    ?.kill();
  end(container, shownOf(state, name), 137);
}

/** The container as DescribeTasks tells it. */
export function shownOf(state: TaskState, name: string | undefined): Container {
  return state.task.containers?.find((candidate) => candidate.name === name) as Container;
}

function processesOfTask(world: World, state: TaskState): TaskProcesses {
  const { tasks } = processesOf(world);
  const taskArn = state.task.taskArn as string;
  const task = tasks.get(taskArn) ?? { commands: new Map(), secrets: new Map() };
  tasks.set(taskArn, task);
  return task;
}

function begin(container: ContainerState, shown: Container): void {
  container.status = "running";
  container.wasStarted = true;
  shown.lastStatus = "RUNNING";
}

/** `exitCode` null: ECS does not know it, and tells none. */
function end(container: ContainerState, shown: Container, exitCode: number | null): void {
  container.status = "ended";
  container.exitCode = exitCode;
  shown.lastStatus = "STOPPED";
  if (exitCode !== null) shown.exitCode = exitCode;
}

function variables(list: { name?: string; value?: string }[] | undefined): Record<string, string> {
  return Object.fromEntries((list ?? []).map(({ name = "", value = "" }) => [name, value]));
}

function markOf(taskId: string, containerName: string): string {
  return `http://169.254.170.2/v4/${taskId}-${containerName}`;
}

/** What AWS itself puts into the environment of a container on Fargate. */
function taskVariables(region: Region, state: TaskState, name: string): Record<string, string> {
  const taskArn = state.task.taskArn as string;
  return {
    AWS_DEFAULT_REGION: region.name,
    AWS_EXECUTION_ENV: "AWS_ECS_FARGATE",
    AWS_REGION: region.name,
    ECS_AGENT_URI: `http://169.254.170.2/api/${taskIdOf(taskArn)}-${name}`,
    ECS_CONTAINER_METADATA_URI: `http://169.254.170.2/v3/${taskIdOf(taskArn)}-${name}`,
    [markVariable]: markOf(taskIdOf(taskArn), name),
  };
}

function logOf(region: Region, { logConfiguration }: ContainerDefinition) {
  const options = logConfiguration?.options ?? {};
  if (logConfiguration?.logDriver !== "awslogs" || !options["awslogs-group"]) return null;
  return {
    group: options["awslogs-group"],
    region: options["awslogs-region"] ?? region.name,
    prefix: options["awslogs-stream-prefix"],
    createGroup: options["awslogs-create-group"] === "true",
  };
}

/** The stream appears when the container's log driver starts. Lines of a container without one go nowhere, as in ECS. */
function openLog(
  world: World,
  region: Region,
  state: TaskState,
  definition: ContainerDefinition,
): (lines: { timestamp: number; message: string }[]) => void {
  const log = logOf(region, definition);
  if (log === null) return () => {};
  const logRegion = world.region(log.region);
  const id = taskIdOf(state.task.taskArn as string);
  const name = log.prefix === undefined ? id : `${log.prefix}/${definition.name}/${id}`;
  const streamNow = () => logRegion.logs.groups.get(log.group)?.streams.get(name);
  const group = logRegion.logs.groups.get(log.group);
  try {
    if (group !== undefined) createStream(world, group, name);
  } catch (error) {
    // A stream of this name is there: the driver writes to it.
    if (!(error instanceof AwsError)) throw error;
  }
  return (lines) => {
    const stream = streamNow();
    // Removed while the container runs: its lines are lost, as they are in AWS.
    if (stream !== undefined) appendLines(world, logRegion, stream, lines);
  };
}

/** The image's name as an error of the registry spells it. */
export function imageInWords(definition: TaskDefinition, index: number): string {
  return fullImageName(definition.containerDefinitions?.[index]?.image ?? "");
}
