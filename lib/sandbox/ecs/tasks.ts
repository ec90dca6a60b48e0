import type {
  DescribeTasksCommandInput,
  Failure,
  ListTasksCommandInput,
  StopTaskCommandInput,
  StopTaskCommandOutput,
  Task,
} from "@aws-sdk/client-ecs";
import { AwsError, type Call } from "../service";
import { requireCluster } from "./clusters";
import { taskIdOf } from "./names";
import { inAnyOrder, pageAfter } from "./paging";
import { requestStop } from "./task-life";

const invalid = (message: string) => new AwsError("InvalidParameterException", message);

/** Asks a task to stop. A task that has stopped, or is stopping, is answered as it is. */
export function stopTask(input: StopTaskCommandInput, { world, region, accountId }: Call): Omit<StopTaskCommandOutput, "$metadata"> {
  const { name } = requireCluster(region, input.cluster);
  const state = region.ecs.tasks.get(`arn:aws:ecs:${region.name}:${accountId}:task/${name}/${taskIdOf(input.task as string)}`);
  if (state === undefined) throw invalid("The referenced task was not found.");
  requestStop(world, region, state, "UserInitiated", input.reason || "Task stopped by user");
  // ECS deletes the tags of a task that is stopped.
  state.tags = [];
  return { task: { ...structuredClone(state.task), tags: [] } };
}

/** The ARNs of tasks, oldest first. Without desiredStatus only those that shall run, starting ones among them. */
export function listTasks(input: ListTasksCommandInput, { world, region }: Call): { taskArns: string[]; nextToken: string | undefined } {
  const { cluster } = requireCluster(region, input.cluster);
  if (input.serviceName !== undefined) throw new AwsError("ServiceNotFoundException", "Service not found.");
  if (input.containerInstance !== undefined) throw invalid("The referenced container instance was not found.");
  const desiredStatus = input.desiredStatus ?? "RUNNING";
  const tasks = [...region.ecs.tasks.values()].filter(
    ({ task }) =>
      task.clusterArn === cluster.clusterArn &&
      task.desiredStatus === desiredStatus &&
      (input.launchType === undefined || task.launchType === input.launchType) &&
      (input.startedBy === undefined || task.startedBy === input.startedBy) &&
      (input.family === undefined || familyOf(task) === input.family),
  );
  const { page, nextToken } = pageAfter(
    tasks,
    (state) => state.sequence,
    (sequence, last) => sequence > last,
    input,
  );
  return {
    taskArns: inAnyOrder(
      world,
      page.map(({ task }) => task.taskArn as string),
    ),
    nextToken,
  };
}

/** Tasks of one cluster by id or ARN. Tasks that are unknown, or forgotten since they stopped, are failures with MISSING. */
export function describeTasks(
  input: DescribeTasksCommandInput,
  { world, region, accountId }: Call,
): { tasks: Task[]; failures: Failure[] } {
  const { name } = requireCluster(region, input.cluster);
  const identifiers = input.tasks ?? [];
  if (identifiers.length === 0) throw invalid("Tasks cannot be empty.");
  if (identifiers.length > 100) throw invalid("Tasks cannot have more than 100 elements.");
  const tasks: Task[] = [];
  const failures: Failure[] = [];
  for (const identifier of identifiers) {
    const arn = identifier.startsWith("arn:") ? identifier : `arn:aws:ecs:${region.name}:${accountId}:task/${name}/${taskIdOf(identifier)}`;
    const state = arn.includes(`:task/${name}/`) ? region.ecs.tasks.get(arn) : undefined;
    if (state === undefined) {
      failures.push({ arn, reason: "MISSING" });
      continue;
    }
    const task = structuredClone(state.task);
    tasks.push({
      ...task,
      containers: inAnyOrder(world, task.containers ?? []),
      tags: input.include?.includes("TAGS") ? structuredClone(state.tags) : [],
    });
  }
  return { tasks: inAnyOrder(world, tasks), failures };
}

function familyOf(task: Task): string | undefined {
  return task.taskDefinitionArn?.split("/").at(-1)?.split(":")[0];
}
