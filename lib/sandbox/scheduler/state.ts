import type { ActionAfterCompletion, FlexibleTimeWindow, ScheduleState, Target } from "@aws-sdk/client-scheduler";

/** The members of a schedule that an update replaces as a whole. */
export type ScheduleDefinition = {
  expression: string;
  timeZone: string;
  state: ScheduleState;
  description?: string;
  startDate?: Date;
  endDate?: Date;
  kmsKeyArn?: string;
  window: FlexibleTimeWindow;
  actionAfterCompletion: ActionAfterCompletion;
  target: Target;
};

export type ScheduleRecord = {
  groupName: string;
  name: string;
  arn: string;
  createdAt: Date;
  modifiedAt: Date;
  definition: ScheduleDefinition;
  /** A rate counts from here: StartDate, or the last create or update. */
  anchor: Date;
  /** The next moment: what the expression says, and when it is really fired (jitter, flexible window). null = no further one, or disabled. */
  next: { nominal: Date; fireAt: Date } | null;
  /** The latest moment that was fired. */
  firedAt: Date | null;
};

export type ScheduleGroupRecord = {
  name: string;
  arn: string;
  createdAt: Date;
  modifiedAt: Date;
  tags: Map<string, string>;
  /** From DeleteScheduleGroup on: when it will be gone. */
  goneAt: Date | null;
};

/** One moment of a schedule on its way to the target, until it was taken or given up. */
export type Invocation = {
  /** What `<aws.scheduler.execution-id>` stands for; the same in each attempt. */
  id: string;
  groupName: string;
  name: string;
  scheduleArn: string;
  /** As it stood when the moment came: a later update does not change what is on its way. */
  target: Target;
  scheduledAt: Date;
  startedAt: Date;
  /** Attempts made so far. */
  attempts: number;
  nextAttemptAt: Date;
  /** The schedule as modified then is to be deleted once this is over. */
  deletesScheduleOf: Date | null;
};

/** An answered call, remembered by its ClientToken. */
export type RememberedCall = { fingerprint: string; at: Date };

export type SchedulerState = {
  groups: Map<string, ScheduleGroupRecord>;
  /** By `group/name`. */
  schedules: Map<string, ScheduleRecord>;
  invocations: Map<string, Invocation>;
  tokens: Map<string, RememberedCall>;
};

/** A region without schedules; the group `default` comes with the first call. */
export function newSchedulerState(): SchedulerState {
  return { groups: new Map(), schedules: new Map(), invocations: new Map(), tokens: new Map() };
}
