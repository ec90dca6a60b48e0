import type { EcsState } from "./ecs/state";
import type { EventsState } from "./events/state";
import type { IamState } from "./iam/state";
import type { LogsState } from "./logs/state";
import type { SchedulerState } from "./scheduler/state";
import type { SecretsState } from "./secrets/state";
import type { SqsState } from "./sqs/state";
import type { SsmState } from "./ssm/state";

/** What AWS keeps per region. Plain data (Map, Set, Date, Buffer allowed): all of it goes into the snapshot. */
export type Region = {
  name: string;
  scheduler: SchedulerState;
  ecs: EcsState;
  logs: LogsState;
  sqs: SqsState;
  events: EventsState;
  secrets: SecretsState;
  ssm: SsmState;
};

export const serviceNames = ["scheduler", "ecs", "logs", "sqs", "events", "secrets", "ssm", "iam", "sts"] as const;
export type ServiceName = (typeof serviceNames)[number];

/** The dials of the control endpoint (`PUT /_sandbox/settings`). Milliseconds. */
export type Settings = {
  /** AWS's token buckets: on as AWS has them, off so that tests need not wait. */
  rateLimits: boolean;
  /** A role is not assumable for so long after it was made (AWS: seconds to two minutes). */
  rolePropagationMs: number;
  /** How long a task stays in each phase before its process starts and after it ended. */
  provisioningMs: number;
  pullingMs: number;
  deprovisioningMs: number;
  /** A line that was written can be read only after so long. */
  logIngestionMs: number;
  /** A state-change event is on its way for so long. */
  eventDelayMs: number;
  /** Each event is sent so many times (1 = once). */
  eventCopies: number;
  /** Fire a schedule so many milliseconds into its minute at most (AWS: anywhere in the 60 s). */
  scheduleJitterMs: number;
  /** After DeleteScheduleGroup the group is DELETING for so long. */
  groupDeletionMs: number;
  /** Share (0 to 1) of calls that fail with InternalServerException or a throttle. */
  randomFaultShare: number;
  /** ListSchedules, ListTaskDefinitions and ListTasks answer as of so long ago (AWS's lists are eventually consistent). */
  staleListsMs: number;
  /** Describe and list answers come back in another order than they were given. */
  shuffleLists: boolean;
  /** ECS tasks carry an injected `aws-guardduty-agent` container. */
  injectSidecar: boolean;
};

/** The whole of the imitated AWS. One per sandbox process. */
export interface World {
  readonly accountId: string;
  /** Folder for the snapshot, task folders and log lines. */
  readonly dataFolder: string;
  readonly settings: Settings;
  readonly iam: IamState;
  /** `http://127.0.0.1:4566`, known once the server listens: SQS queue addresses carry it. */
  readonly endpoint: string;
  /** The sandbox's own time: the machine's, plus what the control endpoint moved it by. */
  now(): Date;
  region(name: string): Region;
  regions(): Region[];
  /** Calls another service as that service's API would be called: checks, faults and all. Throws AwsError. */
  invoke<Output = unknown>(region: string, service: ServiceName, operation: string, input: unknown): Promise<Output>;
  /** Says that state changed, so that the snapshot is written soon. Called for every operation by the server already. */
  touch(): void;
  /** Asks for `beat` to be called at once, not only at the next beat (100 ms). */
  wake(): void;
}

export type Call = {
  world: World;
  region: Region;
  accountId: string;
  now: Date;
  requestId: string;
  /** Aborted when the caller has gone or the sandbox leaves. */
  signal: AbortSignal;
  /** The access key that signed the call; absent inside the sandbox and for unsigned calls. */
  accessKeyId?: string;
};

/** A member of a request that breaks the published model. */
export type Violation = {
  /** As AWS prints it: `target.ecsParameters.group`. */
  path: string;
  /** The innermost member's name as the model has it: `Group`. */
  member: string;
  /** undefined where a required member is missing. */
  value: unknown;
  kind: "required" | "minLength" | "maxLength" | "min" | "max" | "enum" | "pattern";
  /** AWS's words: `Member must have length less than or equal to 64`. */
  constraint: string;
};

/** What one operation does. Input arrives checked against the model; output is written by the service's protocol. Dates are Date objects. */
export type Operation<Input, Output> = (input: Input, call: Call) => Output | Promise<Output>;

/** A service as the server mounts it. `beat` runs every 100 ms of real time, and at once after a call or a moved clock. */
export type Service = {
  name: ServiceName;
  operations: Record<string, Operation<never, unknown>>;
  /** Moves what time moves: due schedules, task phases, visibility. Never throws for one bad item. */
  beat?: (world: World, region: Region) => void | Promise<void>;
  /** Before the first beat, for each region that the snapshot or a folder tells of: what a killed process left behind is put right. */
  resume?: (world: World, region: Region) => void | Promise<void>;
  /** Ends what runs (processes, timers), before the sandbox leaves and before a reset; after a reset the service goes on. */
  close?: (world: World) => Promise<void>;
  /** The service's own words for a request that breaks the model; null where the common ones will do. */
  faultOf?: (violations: Violation[], operation: string, input: unknown) => AwsError | null;
};

/** An answer of AWS that is an error: its code, sentence and HTTP status. `extra` are further members of the modelled shape. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    readonly extra: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = "AwsError";
  }
}
