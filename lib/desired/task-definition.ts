import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import type { Environment } from "@/lib/domain/environment";
import type { Job } from "@/lib/domain/job";
import { fingerprint } from "./fingerprint";
import { containerName, family, logStreamPrefix, ownTags } from "./names";
import { isTooLong } from "./overrides";

/**
 * The task definition of a job: what it shares with the other jobs of its application that have the same image.
 * ECS takes one registration a second, so what differs from job to job stays out of it and travels with each start
 * (`toOverrides`): a new image for a thousand jobs is then one registration.
 */
export function toTaskDefinition(
  job: Pick<Job, "application" | "definition">,
  environment: Pick<Environment, "name" | "region" | "executionRoleArn" | "taskRoleArn" | "logGroup">,
): RegisterTaskDefinitionCommandInput {
  const definition: RegisterTaskDefinitionCommandInput = {
    family: family(environment, job.application),
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    // Fargate wants a size here; every start overrides it with the job's own.
    cpu: "256",
    memory: "512",
    executionRoleArn: environment.executionRoleArn,
    containerDefinitions: [toContainer(job, environment)],
  };
  if (environment.taskRoleArn) definition.taskRoleArn = environment.taskRoleArn;
  return {
    ...definition,
    tags: [
      { key: ownTags.environment, value: environment.name },
      { key: ownTags.fingerprint, value: fingerprint(definition) },
    ],
  };
}

function toContainer({ definition }: Pick<Job, "definition">, environment: Pick<Environment, "region" | "logGroup">): ContainerDefinition {
  const { image, entryPoint, secrets, command, environment: variables } = definition;
  const container: ContainerDefinition = {
    name: containerName,
    image,
    essential: true,
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": environment.logGroup,
        "awslogs-region": environment.region,
        "awslogs-stream-prefix": logStreamPrefix,
        // The default since June 2025 drops lines when its buffer is full; a job's log is its only witness.
        mode: "blocking",
      },
    },
  };
  if (entryPoint.length) container.entryPoint = entryPoint;
  if (secrets.length) container.secrets = secrets;
  if (isTooLong(definition)) {
    if (command.length) container.command = command;
    if (variables.length) container.environment = variables;
  }
  return container;
}
