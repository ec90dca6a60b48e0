import type { Task } from "@aws-sdk/client-ecs";
import { publishEvent } from "../events/publish";
import type { Region, World } from "../service";
import type { TaskState } from "./state";

/** Notes a change of a task: its version grows by one and "ECS Task State Change" is sent. Every change goes through here. */
export function taskChanged(world: World, region: Region, state: TaskState): void {
  const now = world.now();
  state.task.version = (state.task.version ?? 0) + 1;
  announceTask(world, region, state, now);
}

/** Sends the event of a task as it is. */
export function announceTask(world: World, region: Region, state: TaskState, now: Date): void {
  world.touch();
  publishEvent(world, region, {
    source: "aws.ecs",
    detailType: "ECS Task State Change",
    detail: eventDetail(state.task, now),
    resources: [state.task.taskArn as string],
    time: now,
  });
}

/** What DescribeTasks answers, as an event tells it: ISO times, no health, no tags, and when it was last changed. */
export function eventDetail(task: Task, updatedAt: Date): object {
  const { healthStatus: _health, tags: _tags, ...rest } = task;
  return {
    ...(isoTimes(rest) as object),
    containers: (task.containers ?? []).map(({ healthStatus: _own, ...container }) => container),
    updatedAt: updatedAt.toISOString(),
  };
}

function isoTimes(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(isoTimes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, isoTimes(member)]));
}
