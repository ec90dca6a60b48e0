import type { Cluster, Tag, Task, TaskDefinition, TaskStopCode } from "@aws-sdk/client-ecs";
import type { PushedImage } from "./images";

export type ClusterState = { cluster: Cluster; tags: Tag[] };

export type RevisionState = { definition: TaskDefinition; tags: Tag[] };

/** A family keeps its counter for ever: also when every revision of it is deleted. */
export type FamilyState = { lastRevision: number; revisions: Map<number, RevisionState> };

/** Where a task stands between RunTask and the end. Finer than ECS's lastStatus, which `task.lastStatus` tells. */
export type TaskPhase = "provisioning" | "preparing" | "pulling" | "starting" | "running" | "stopping" | "deprovisioning" | "stopped";

export type ContainerState = {
  status: "waiting" | "running" | "ended";
  /** Null: never started, or its end was not seen. */
  exitCode: number | null;
  /** SIGTERM was sent; SIGKILL follows at this moment (epoch milliseconds). */
  killAt: number | null;
  /** Started, and so counted for `dependsOn` START, even if it has ended since. */
  wasStarted: boolean;
};

export type TaskState = {
  /** As DescribeTasks answers it, without tags. */
  task: Task;
  tags: Tag[];
  /** Counts the tasks of a region; listings go by it. */
  sequence: number;
  phase: TaskPhase;
  /** When the phase began (epoch milliseconds of the sandbox's own time). */
  phaseSince: number;
  containers: Map<string, ContainerState>;
  /** Why the task is to stop, once it is. */
  stop: { code: TaskStopCode; reason: string } | null;
};

/** The answer that a client token was first given, and for what. */
export type TokenState = { request: string; taskArns: string[]; answer: string; givenAt: number };

/** ECS of one region. */
export type EcsState = {
  /** By name. */
  clusters: Map<string, ClusterState>;
  /** By name. */
  families: Map<string, FamilyState>;
  /** By ARN, oldest first. */
  tasks: Map<string, TaskState>;
  lastSequence: number;
  /** By cluster and client token. */
  tokens: Map<string, TokenState>;
  /** Images that were pushed, by their full name; absent in the snapshot of an older sandbox. */
  pushes?: Map<string, PushedImage>;
};

/** A region in which nothing was made. */
export function newEcsState(): EcsState {
  return { clusters: new Map(), families: new Map(), tasks: new Map(), lastSequence: 0, tokens: new Map() };
}
