import type { RunContainer, RunState } from "./run";

/** What a task's end is judged by. */
type Ending = { stopCode: string | null; containers: RunContainer[]; mainContainer: string };

/**
 * The container that is the job's own. Containers that AWS injects (GuardDuty's agent) never are;
 * where no container has the expected name, one that stands alone is taken.
 */
export function mainContainerOf({ containers, mainContainer }: Pick<Ending, "containers" | "mainContainer">): RunContainer | null {
  const own = ownContainers(containers);
  return own.find((container) => container.name === mainContainer) ?? (own.length === 1 ? (own[0] ?? null) : null);
}

/** The containers that somebody defined, without those that AWS added by itself. */
export function ownContainers<Container extends { name: string }>(containers: Container[]): Container[] {
  return containers.filter((container) => !/^(aws-guardduty-agent|ecs-service-connect)/.test(container.name));
}

/** AWS's words for a container that was killed for its memory; they come with exit code 137, but 0 has been seen beside them. */
export const outOfMemoryWords = /OutOfMemory|killed due to memory usage/i;

/**
 * Whether the job did what it should: its own container ended by itself with exit code 0.
 * An exit code that is absent is no success, nor is a container that was stopped from outside, whatever code it left.
 */
export function isSuccess(ending: Ending): boolean {
  if (ending.stopCode !== null && ending.stopCode !== "EssentialContainerExited") return false;
  const main = mainContainerOf(ending);
  return main?.exitCode === 0 && !outOfMemoryWords.test(main.reason ?? "");
}

/** The state of a run as ECS's task shows it. A task is final only when its last status says so, not when it is to stop. */
export function runStateOf(
  task: Ending & { lastStatus: string | null; desiredStatus: string | null; startedAt: Date | string | null },
): RunState {
  const isFinal = task.lastStatus === "STOPPED" || task.lastStatus === "DELETED";
  if (!isFinal) return task.startedAt || task.lastStatus === "RUNNING" ? "running" : "starting";
  if (task.stopCode === "UserInitiated" || task.stopCode === "ServiceSchedulerInitiated") return "stopped";
  return isSuccess(task) ? "succeeded" : "failed";
}
