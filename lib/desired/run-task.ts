import type { RunTaskCommandInput } from "@aws-sdk/client-ecs";
import type { Environment } from "@/lib/domain/environment";
import type { Run, WantedRun } from "@/lib/domain/run";
import { startedByOf, taskGroup } from "./names";
import { runVariables, toOverrides } from "./overrides";

/**
 * The call that starts a run somebody asked for: the same group, network and overrides as the job's schedule has.
 * The run's id is the client token, so that the same call twice is one task (ECS Developer Guide, "Ensuring idempotency"),
 * and stands in startedBy, so that the task's event finds the run even before the answer does.
 */
export function toRunTask(
  run: Pick<Run, "id" | "jobId">,
  wanted: WantedRun,
  taskDefinitionArn: string,
  environment: Pick<Environment, "clusterArn" | "subnets" | "securityGroups" | "assignPublicIp">,
): RunTaskCommandInput {
  return {
    cluster: environment.clusterArn,
    taskDefinition: taskDefinitionArn,
    count: 1,
    launchType: "FARGATE",
    group: taskGroup(run.jobId),
    startedBy: startedByOf(run.id),
    clientToken: run.id,
    overrides: toOverrides({ id: run.jobId, generation: wanted.jobGeneration, definition: wanted }, runVariables(run.id)),
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: environment.subnets,
        securityGroups: environment.securityGroups,
        assignPublicIp: environment.assignPublicIp ? "ENABLED" : "DISABLED",
      },
    },
  };
}
