import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ContainerDefinition, TaskDefinition, TaskStopCode } from "@aws-sdk/client-ecs";
import { maintenanceReason, outOfMemoryReason, type Program } from "../programs";
import type { Region, World } from "../service";
import {
  askToEnd,
  checkLogGroups,
  endLeftOvers,
  endStrays,
  imageInWords,
  killContainer,
  killOverdue,
  prepareSecrets,
  processesOf,
  shownOf,
  startContainer,
  taskFolder,
} from "./containers";
import { digestOf, programAt } from "./images";
import { hexadecimal, taskIdOf } from "./names";
import type { TaskPhase, TaskState } from "./state";
import { findRevision } from "./task-definitions";
import { taskChanged } from "./task-event";
import { SecretsUnavailable } from "./task-secrets";

/**
 * The life of a task: PROVISIONING, PENDING, RUNNING, (STOPPING), DEPROVISIONING, STOPPED. Each step looks at what the task
 * is and at the sandbox's own time, does one thing and says whether there is more to do now. So a task goes on after a restart,
 * a moved clock moves it, and where no phase takes any time it runs through at once, with an event for each state all the same.
 */

/** Stopped tasks are forgotten one hour after they stopped: all that ECS promises (Developer Guide, "Task lifecycle"). */
const rememberedMs = 3_600_000;
/** A client token is known for a day at most (Developer Guide, "Idempotency"). */
const tokenMs = 86_400_000;

type Life = { world: World; region: Region; state: TaskState; definition: TaskDefinition };

/** Moves every task that can move, each for itself, and forgets what ECS forgets. */
export function advanceTasks(world: World, region: Region): void {
  forget(world, region);
  for (const state of region.ecs.tasks.values()) if (state.phase !== "stopped") void advance(world, region, state);
}

/** Marks a task as one that is to stop. The beat does the rest. */
export function requestStop(world: World, region: Region, state: TaskState, code: TaskStopCode, reason: string): void {
  if (state.stop !== null || state.phase === "stopped") return;
  markStop(world, state, code, reason);
  taskChanged(world, region, state);
}

/** After a restart: no process of an earlier sandbox lives on, and tasks that had one are lost with it. */
export function resumeTasks(world: World, region: Region): void {
  const hadProcess = endLeftOvers(world, region);
  for (const state of region.ecs.tasks.values()) {
    const isStarted = ["starting", "running", "stopping"].includes(state.phase);
    if (state.phase === "stopped" || !(isStarted || hadProcess.has(taskIdOf(state.task.taskArn as string)))) continue;
    for (const [name, container] of state.containers) {
      if (container.status === "ended") continue;
      container.status = "ended";
      shownOf(state, name).lastStatus = "STOPPED";
    }
    markStop(world, state, "TerminationNotice", maintenanceReason);
    enter(world, state, "stopping");
  }
  sweepFolders(world, region);
}

/** Removes the folders of tasks that the region does not know (any more): of forgotten tasks, and of all after a reset. */
export function sweepFolders(world: World, region: Region): void {
  const folder = join(world.dataFolder, "tasks", region.name);
  const known = new Set([...region.ecs.tasks.keys()].map((taskArn) => taskFolder(world, region, taskArn)));
  for (const id of existsSync(folder) ? readdirSync(folder) : []) {
    const path = join(folder, id);
    if (!known.has(path)) rmSync(path, { recursive: true, force: true });
  }
}

async function advance(world: World, region: Region, state: TaskState): Promise<void> {
  const processes = processesOf(world);
  const taskArn = state.task.taskArn as string;
  const found = findRevision(region, state.task.taskDefinitionArn as string);
  if (found === undefined || processes.isClosed) return;
  const already = processes.advancing.get(taskArn);
  if (already !== undefined) {
    already.again = true;
    return;
  }
  const turn = { again: false };
  processes.advancing.set(taskArn, turn);
  try {
    const life: Life = { world, region, state, definition: found.definition };
    do {
      turn.again = false;
      while (!processes.isClosed && region.ecs.tasks.get(taskArn) === state && (await step(life)));
    } while (turn.again);
  } catch (error) {
    // One bad task holds up no other; it is tried again with the next beat.
    process.stderr.write(`sandbox: task ${taskArn}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  } finally {
    processes.advancing.delete(taskArn);
  }
}

function step(life: Life): boolean | Promise<boolean> {
  switch (life.state.phase) {
    case "provisioning":
      return provision(life);
    case "preparing":
      return prepare(life);
    case "pulling":
      return pull(life);
    case "starting":
      return start(life);
    case "running":
      return run(life);
    case "stopping":
      return stop(life);
    case "deprovisioning":
      return deprovision(life);
    case "stopped":
      return false;
  }
}

function provision(life: Life): boolean {
  const { world, region, state } = life;
  if (state.stop !== null) return giveUp(life);
  if (elapsed(world, state) < world.settings.provisioningMs) return false;
  if (failsBefore(life, "network")) return true;
  attach(state);
  state.task.lastStatus = "PENDING";
  state.task.connectivity = "CONNECTED";
  state.task.connectivityAt = world.now();
  enter(world, state, "preparing");
  taskChanged(world, region, state);
  return true;
}

async function prepare(life: Life): Promise<boolean> {
  const { world, region, state, definition } = life;
  if (state.stop !== null) return giveUp(life);
  if (failsBefore(life, "resources")) return true;
  try {
    await prepareSecrets(world, region, state, definition);
  } catch (error) {
    if (!(error instanceof SecretsUnavailable)) throw error;
    return failToStart(life, error.message);
  }
  const logFault = checkLogGroups(world, region, definition);
  if (logFault !== null) return failToStart(life, logFault);
  // A pull that fails leaves no times of a pull behind.
  if (!programsOf(life).some(({ program }) => program?.kind === "no-start")) state.task.pullStartedAt = world.now();
  enter(world, state, "pulling");
  return true;
}

function pull(life: Life): boolean {
  const { world, state } = life;
  if (state.stop !== null) return giveUp(life);
  const extra = programsOf(life).reduce((sum, { program }) => sum + (program?.kind === "slow-pull" ? program.extraMs : 0), 0);
  if (elapsed(world, state) < world.settings.pullingMs + extra) return false;
  if (failsBefore(life, "pull")) return true;
  state.task.pullStoppedAt = world.now();
  for (const shown of state.task.containers ?? []) {
    if (shown.image !== undefined) shown.imageDigest = digestOf(life.region, shown.image);
    shown.runtimeId = `${taskIdOf(state.task.taskArn as string)}-${hexadecimal(10)}`;
  }
  enter(world, state, "starting");
  return true;
}

/** Starts each container whose dependencies allow it. The task is RUNNING once all of them have been started. */
async function start(life: Life): Promise<boolean> {
  const { world, region, state, definition } = life;
  const containers = definition.containerDefinitions ?? [];
  if (state.stop !== null) return state.task.startedAt === undefined && !anyRunning(state) ? giveUp(life) : beginStop(life);
  await prepareSecrets(world, region, state, definition).catch(() => undefined);
  for (const container of containers) {
    const own = state.containers.get(container.name as string);
    if (own?.status !== "waiting") continue;
    const readiness = readinessOf(state, container);
    if (readiness === "never")
      return failToStart(life, `Task failed to start: a dependency of container ${container.name} did not succeed.`);
    if (readiness === "later") continue;
    const refused = await startContainer(world, region, state, container, () => void advance(world, region, state));
    if (refused !== null) {
      shownOf(state, container.name).reason = refused;
      return failToStart(life, refused);
    }
    if (state.stop !== null) return true;
  }
  if ([...state.containers.values()].some((own) => own.status === "waiting")) {
    return essentialHasEnded(life) ? endOfEssential(life) : false;
  }
  for (const shown of state.task.containers ?? []) if (!state.containers.has(shown.name as string)) shown.lastStatus = "RUNNING";
  state.task.lastStatus = "RUNNING";
  state.task.startedAt = world.now();
  enter(world, state, "running");
  taskChanged(world, region, state);
  return true;
}

function run(life: Life): boolean {
  const { world, region, state } = life;
  if (state.stop !== null) return beginStop(life);
  for (const { program, container } of programsOf(life)) {
    if (program?.kind === "out-of-memory") {
      const own = state.containers.get(container.name as string);
      if (own?.status === "running" && elapsed(world, state) < patience(world, program)) continue;
      killContainer(world, state, container.name as string);
      const shown = shownOf(state, container.name);
      shown.exitCode = 137;
      shown.reason = outOfMemoryReason;
      if (own) own.exitCode = 137;
    }
    if (program?.kind === "taken" && elapsed(world, state) >= patience(world, program)) {
      // The warning: an event that says STOPPED is wanted while the task still is RUNNING.
      requestStop(world, region, state, program.stopCode, program.stoppedReason);
      return true;
    }
  }
  return essentialHasEnded(life) ? endOfEssential(life) : false;
}

function stop(life: Life): boolean {
  const { world, state } = life;
  killOverdue(world, state);
  if (anyRunning(state)) return false;
  state.task.executionStoppedAt = world.now();
  return release(life);
}

function deprovision(life: Life): boolean {
  const { world, region, state } = life;
  if (elapsed(world, state) < world.settings.deprovisioningMs) return false;
  for (const attachment of state.task.attachments ?? []) attachment.status = "DELETED";
  state.task.lastStatus = "STOPPED";
  state.task.stoppedAt = world.now();
  enter(world, state, "stopped");
  processesOf(world).tasks.delete(state.task.taskArn as string);
  const taskId = taskIdOf(state.task.taskArn as string);
  endStrays([...state.containers].filter(([, own]) => own.wasStarted).map(([name]) => ({ taskId, name })));
  taskChanged(world, region, state);
  return false;
}

/** An essential container has ended: so does the task, for no other reason than that. */
function endOfEssential(life: Life): boolean {
  markStop(life.world, life.state, "EssentialContainerExited", "Essential container in task exited");
  return beginStop(life);
}

/** Asks what still runs to end. The task is STOPPING as long as something does. */
function beginStop(life: Life): boolean {
  const { world, region, state, definition } = life;
  askToEnd(world, state, definition);
  for (const own of state.containers.values()) if (own.status === "waiting") own.status = "ended";
  enter(world, state, "stopping");
  if (anyRunning(state) || state.stop?.code !== "EssentialContainerExited") {
    state.task.lastStatus = "STOPPING";
    taskChanged(world, region, state);
  }
  return true;
}

/** The task stops before any container of it ran. */
function failToStart(life: Life, reason: string): boolean {
  markStop(life.world, life.state, "TaskFailedToStart", reason);
  return anyRunning(life.state) ? beginStop(life) : giveUp(life);
}

function giveUp(life: Life): boolean {
  for (const own of life.state.containers.values()) if (own.status === "waiting") own.status = "ended";
  return release(life);
}

function release(life: Life): boolean {
  const { world, region, state } = life;
  state.task.lastStatus = "DEPROVISIONING";
  for (const shown of state.task.containers ?? []) {
    // An injected container is killed with the task, and says so: it is not the program's failure.
    if (!state.containers.has(shown.name as string) && shown.lastStatus === "RUNNING") shown.exitCode = 137;
    shown.lastStatus = "STOPPED";
  }
  enter(world, state, "deprovisioning");
  taskChanged(world, region, state);
  return true;
}

/** The first reason stays. */
function markStop(world: World, state: TaskState, code: TaskStopCode, reason: string): void {
  if (state.stop !== null) return;
  state.stop = { code, reason };
  state.task.desiredStatus = "STOPPED";
  state.task.stopCode = code;
  state.task.stoppedReason = reason;
  state.task.stoppingAt = world.now();
}

/** Whether a program of the task fails at this point; if so, the task has failed to start. */
function failsBefore(life: Life, point: Extract<Program, { kind: "no-start" }>["before"]): boolean {
  for (const [index, { program, container }] of programsOf(life).entries()) {
    if (program?.kind !== "no-start" || program.before !== point) continue;
    const reason = program.reason(imageInWords(life.definition, index));
    if (program.onContainer) shownOf(life.state, container.name).reason = reason;
    return failToStart(life, reason);
  }
  return false;
}

function programsOf({ region, definition }: Life): { program: Program | null; container: ContainerDefinition }[] {
  return (definition.containerDefinitions ?? []).map((container) => ({ program: programAt(region, container.image ?? ""), container }));
}

/** Where tasks take no time, neither do the programs. */
function patience(world: World, program: { afterMs: number }): number {
  return world.settings.pullingMs === 0 ? 0 : program.afterMs;
}

function readinessOf(state: TaskState, container: ContainerDefinition): "now" | "later" | "never" {
  let readiness: "now" | "later" = "now";
  for (const { containerName = "", condition } of container.dependsOn ?? []) {
    const other = state.containers.get(containerName);
    // The sandbox makes no health checks: a container is healthy as soon as it runs.
    if (condition === "COMPLETE" || condition === "SUCCESS") {
      if (other?.status !== "ended") readiness = "later";
      else if (condition === "SUCCESS" && other.exitCode !== 0) return "never";
    } else if (other?.wasStarted !== true) readiness = "later";
  }
  return readiness;
}

function essentialHasEnded({ state, definition }: Life): boolean {
  return (definition.containerDefinitions ?? []).some(
    (container) => container.essential !== false && state.containers.get(container.name as string)?.status === "ended",
  );
}

function anyRunning(state: TaskState): boolean {
  return [...state.containers.values()].some((own) => own.status === "running");
}

function attach(state: TaskState): void {
  const address = `10.0.${Math.floor(state.sequence / 250) % 250}.${(state.sequence % 250) + 4}`;
  for (const attachment of state.task.attachments ?? []) {
    attachment.status = "ATTACHED";
    attachment.details = [
      ...(attachment.details ?? []),
      { name: "networkInterfaceId", value: `eni-0${hexadecimal(16)}` },
      { name: "macAddress", value: `0a:${hexadecimal(10).replace(/(..)(?=.)/g, "$1:")}` },
      { name: "privateDnsName", value: `ip-${address.replaceAll(".", "-")}.ec2.internal` },
      { name: "privateIPv4Address", value: address },
    ];
    for (const shown of state.task.containers ?? []) {
      shown.networkInterfaces = [{ attachmentId: attachment.id, privateIpv4Address: address }];
    }
  }
}

function enter(world: World, state: TaskState, phase: TaskPhase): void {
  state.phase = phase;
  state.phaseSince = world.now().getTime();
}

/** How long the phase has lasted. A clock that was set back begins the phase anew, so that nothing waits for a far future. */
function elapsed(world: World, state: TaskState): number {
  const now = world.now().getTime();
  if (now < state.phaseSince) state.phaseSince = now;
  return now - state.phaseSince;
}

function forget(world: World, region: Region): void {
  const now = world.now().getTime();
  for (const [taskArn, { task }] of region.ecs.tasks) {
    if (task.stoppedAt === undefined || now - task.stoppedAt.getTime() < rememberedMs) continue;
    region.ecs.tasks.delete(taskArn);
    rmSync(taskFolder(world, region, taskArn), { recursive: true, force: true });
    world.touch();
  }
  for (const [key, token] of region.ecs.tokens) {
    const isKnown = token.taskArns.some((taskArn) => region.ecs.tasks.has(taskArn));
    if (!isKnown || now - token.givenAt > tokenMs) region.ecs.tokens.delete(key);
  }
}
