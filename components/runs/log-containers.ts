import type { Run } from "@/lib/domain/run";
import { ownContainers } from "@/lib/domain/run-state";

/** The names of a run's own containers, the job's own first: its name stands in its log stream (Fargate's awslogs: prefix/name/task). */
export function logContainers(run: Pick<Run, "containers" | "logStream">): string[] {
  const main = run.logStream?.split("/").at(-2);
  const names = ownContainers(run.containers).map(({ name }) => name);
  return [...names.filter((name) => name === main), ...names.filter((name) => name !== main)];
}
