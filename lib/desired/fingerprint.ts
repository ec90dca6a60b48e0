import { createHash } from "node:crypto";
import type { RegisterTaskDefinitionCommandInput, TaskDefinition } from "@aws-sdk/client-ecs";
import type { CreateScheduleCommandInput, GetScheduleCommandOutput } from "@aws-sdk/client-scheduler";
import { type NormalForm, normalDefinition, normalSchedule } from "./normal-form";

/** Equal definitions have equal fingerprints, and only they: 32 hex digits. Tags do not count. */
export function fingerprint(definition: RegisterTaskDefinitionCommandInput | TaskDefinition): string {
  return digest(normalDefinition(definition));
}

/** The same for a schedule, as we would write it or as GetSchedule answers it. */
export function scheduleFingerprint(schedule: CreateScheduleCommandInput | GetScheduleCommandOutput): string {
  return digest(normalSchedule(schedule));
}

function digest(form: NormalForm): string {
  return createHash("sha256").update(JSON.stringify(form)).digest("hex").slice(0, 32);
}
