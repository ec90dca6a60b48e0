import type { RegisterTaskDefinitionCommandInput, TaskDefinition } from "@aws-sdk/client-ecs";
import type { CreateScheduleCommandInput, GetScheduleCommandOutput } from "@aws-sdk/client-scheduler";
import { ownVariables } from "./names";

/**
 * One form for what we send and for what AWS answers, so that the two can be compared: defaults left out, empty lists
 * and absent members alike, lists without an order sorted, members that AWS adds dropped.
 */
export type NormalForm = { [member: string]: unknown };

/** A task definition as we would register it, or as ECS describes it. Tags are not part of it. */
export function normalDefinition(definition: RegisterTaskDefinitionCommandInput | TaskDefinition): NormalForm {
  const { family, networkMode, requiresCompatibilities, cpu, memory, executionRoleArn, taskRoleArn, runtimePlatform, ephemeralStorage } =
    definition;
  return pruned({
    family,
    networkMode,
    requiresCompatibilities: [...(requiresCompatibilities ?? [])].sort(),
    cpu,
    memory,
    executionRoleArn,
    taskRoleArn,
    runtimePlatform,
    ephemeralStorage,
    volumes: definition.volumes,
    placementConstraints: definition.placementConstraints,
    containerDefinitions: byName(definition.containerDefinitions).map((container) => ({
      ...container,
      // ECS writes these back where nothing was sent (ECS API, ContainerDefinition).
      essential: container.essential === false ? false : undefined,
      cpu: container.cpu || undefined,
      environment: byName(container.environment),
      secrets: byName(container.secrets),
    })),
  }) as NormalForm;
}

/** A schedule as we would write it, or as GetSchedule answers it. */
export function normalSchedule(schedule: CreateScheduleCommandInput | GetScheduleCommandOutput): NormalForm {
  const { Name, GroupName, Description, ScheduleExpression, ScheduleExpressionTimezone, StartDate, EndDate, State } = schedule;
  const { FlexibleTimeWindow, ActionAfterCompletion, KmsKeyArn, Target } = schedule;
  const parameters = Target?.EcsParameters;
  const network = parameters?.NetworkConfiguration?.awsvpcConfiguration;
  return pruned({
    Name,
    GroupName: GroupName ?? "default",
    Description,
    ScheduleExpression,
    ScheduleExpressionTimezone: ScheduleExpressionTimezone ?? "UTC",
    StartDate: StartDate?.toISOString(),
    EndDate: EndDate?.toISOString(),
    State: State ?? "ENABLED",
    FlexibleTimeWindow,
    ActionAfterCompletion: ActionAfterCompletion ?? "NONE",
    KmsKeyArn,
    Target: {
      ...Target,
      Input: readInput(Target?.Input),
      // The Scheduler's own defaults (Scheduler API, RetryPolicy).
      RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400, ...Target?.RetryPolicy },
      EcsParameters: parameters && {
        ...parameters,
        TaskCount: parameters.TaskCount ?? 1,
        EnableECSManagedTags: parameters.EnableECSManagedTags || undefined,
        EnableExecuteCommand: parameters.EnableExecuteCommand || undefined,
        NetworkConfiguration: network && {
          awsvpcConfiguration: {
            Subnets: [...(network.Subnets ?? [])].sort(),
            SecurityGroups: [...(network.SecurityGroups ?? [])].sort(),
            AssignPublicIp: network.AssignPublicIp ?? "DISABLED",
          },
        },
      },
    },
  }) as NormalForm;
}

/**
 * The Input counts by its meaning: blanks and the order of members do not. Nor does the generation, which says who wrote the
 * Input and changes with every save: an update for that alone would be a call for nothing, and make a rate(...) start anew.
 */
function readInput(input: string | undefined): unknown {
  if (input === undefined) return undefined;
  try {
    return JSON.parse(input, (_, value) => (value?.name === ownVariables.generation ? { name: value.name } : value));
  } catch {
    return input;
  }
}

function byName<Item extends { name?: string | undefined }>(items: Item[] | undefined): Item[] {
  return [...(items ?? [])].sort((a, b) => compare(a.name ?? "", b.name ?? ""));
}

/** By code unit: the same on every machine, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Without absent members and empty lists, its members in alphabetical order. */
function pruned(value: unknown): unknown {
  if (Array.isArray(value)) return value.length ? value.map(pruned) : undefined;
  if (value === null || typeof value !== "object") return value ?? undefined;
  const members = Object.entries(value)
    .map(([name, member]) => [name, pruned(member)] as const)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => compare(a, b));
  return members.length ? Object.fromEntries(members) : undefined;
}
