import { newEcsState } from "./ecs/state";
import { newEventsState } from "./events/state";
import { newLogsState } from "./logs/state";
import { newSchedulerState } from "./scheduler/state";
import { newSecretsState } from "./secrets/state";
import type { Region } from "./service";
import { newSqsState } from "./sqs/state";
import { newSsmState } from "./ssm/state";

/** A region in which nobody has made anything yet. */
export function newRegion(name: string): Region {
  return {
    name,
    scheduler: newSchedulerState(),
    ecs: newEcsState(),
    logs: newLogsState(),
    sqs: newSqsState(),
    events: newEventsState(),
    secrets: newSecretsState(),
    ssm: newSsmState(),
  };
}
