import { containerName, logStreamOf } from "@/lib/desired/names";
import { NotFound } from "@/lib/domain/errors";
import type { Run } from "@/lib/domain/run";
import { ownContainers } from "@/lib/domain/run-state";

/** Whose lines are wanted: those of one container, or (`*`) of all, merged by time. */
export type ContainerChoice = string;
export const allContainers = "*";
/** The choice of who does not choose. */
export { containerName };

/** A choice as somebody wrote it: the main container where nothing is. Throws NotFound for one that the run does not have. */
export function chooseContainer(run: Run, wanted: string | null): ContainerChoice {
  if (wanted === null || wanted === "" || wanted === containerName) return containerName;
  if (wanted === allContainers || containersOf(run).includes(wanted)) return wanted;
  throw new NotFound("This run has no container of that name.");
}

/** The containers whose logs there may be, the main one first. */
export function containersOf(run: Run): string[] {
  const names = ownContainers(run.containers).map(({ name }) => name);
  return [containerName, ...names.filter((name) => name !== containerName).sort()];
}

/** Where a container writes; null while that is not known. */
export function streamOf(run: Run, container: string): { group: string; stream: string } | null {
  const { logGroup: group, logStream, taskArn } = run;
  const stream = container === containerName ? logStream : taskArn && logStreamOf(taskArn, container);
  return group && stream ? { group, stream } : null;
}
