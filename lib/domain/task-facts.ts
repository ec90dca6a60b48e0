import type { Cause, RunContainer, RunOverrides, RunPhases, RunState, RunTrigger } from "./run";

/** How Belfry came to know: ECS reported it, or a sweep looked. */
export type FactSource = "event" | "sweep";

/** A task of ours as it was seen at one moment, in the shape in which a run's row is written. */
export type TaskFacts = {
  environmentId: string;
  jobId: string;
  /** The run that asked for this task; null when the Scheduler or somebody outside Belfry started it. */
  runId: string | null;
  trigger: RunTrigger;
  /** The moment of the schedule that this task serves. */
  scheduledAt: Date | null;
  taskArn: string;
  /** ECS's own counter of the task's state changes: a lower one is older news, whenever it arrives. */
  taskVersion: number;
  taskDefinitionArn: string | null;
  jobGeneration: number | null;
  /** The Scheduler's attempt to start it, from 1. */
  attempt: number | null;
  /** The Scheduler's id of the invocation. */
  executionId: string | null;
  state: RunState;
  phases: RunPhases;
  startedAt: Date | null;
  stoppedAt: Date | null;
  /** Of the main container; null when it never ran or ECS does not know. */
  exitCode: number | null;
  stopCode: string | null;
  stoppedReason: string | null;
  containers: RunContainer[];
  /** Only of an ended task that did not succeed. */
  cause: Cause | null;
  /** CPU units. */
  cpu: number | null;
  /** MiB. */
  memory: number | null;
  capacityProvider: string | null;
  overrides: RunOverrides | null;
  logGroup: string | null;
  logStream: string | null;
  source: FactSource;
  seenAt: Date;
  /** When ECS took the task; it stands for the due moment of a task that nobody scheduled or asked for. */
  createdAt: Date;
};
