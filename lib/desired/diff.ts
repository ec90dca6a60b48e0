import type { RegisterTaskDefinitionCommandInput, TaskDefinition, TaskOverride } from "@aws-sdk/client-ecs";
import type { CreateScheduleCommandInput, GetScheduleCommandOutput } from "@aws-sdk/client-scheduler";
import type { Environment } from "@/lib/domain/environment";
import { describeCpu, describeMemory } from "@/lib/domain/fargate";
import type { Job, JobInput } from "@/lib/domain/job";
import { visibleText } from "@/lib/domain/plain-line";
import { fingerprint } from "./fingerprint";
import { containerName, family, ownVariables } from "./names";
import { toSchedules, unregistered } from "./schedules";
import { toTaskDefinition } from "./task-definition";

/** What people would call the parts of a document, in reading order: the label, and the value in words. */
type Aspects = Map<string, string>;
type Difference = { label: string; from: string | undefined; to: string | undefined };

/**
 * What saving would change in AWS, a sentence each; nothing if AWS would not notice. `before` null is a new job.
 * Said of the same documents that the reconciler sends, so that the preview cannot promise something else.
 */
export function diffInWords(before: Job | null, after: JobInput, environment: Environment): string[] {
  if (!before) return describeNew(after, environment);
  const wanted: Job = { ...before, ...after };
  const definitions = [toTaskDefinition(before, environment), toTaskDefinition(wanted, environment)] as const;
  const [from, to] = [aspectsOfJob(before, definitions[0], environment), aspectsOfJob(wanted, definitions[1], environment)];
  const sentences = differences(from, to).map(describeChange);
  if (fingerprint(definitions[0]) !== fingerprint(definitions[1]))
    sentences.push(`The job moves to another revision of the task definition ${definitions[1].family}.`);
  if (sentences.length && wanted.expression.startsWith("rate("))
    sentences.push("The rate starts anew: the Scheduler counts from the moment of the change.");
  return sentences;
}

/** How a schedule that was read in AWS differs from the one that is wanted: a clause for each difference. */
export function describeDrift(found: GetScheduleCommandOutput, wanted: CreateScheduleCommandInput): string[] {
  return differences(aspectsOfSchedule(found), aspectsOfSchedule(wanted)).map(({ label, from, to }) => {
    if (from === undefined) return `${label} was missing and is ${to} again`;
    return to === undefined ? `${label} was ${from} and is gone again` : `${label} was ${from} and is ${to} again`;
  });
}

function describeNew(job: JobInput, environment: Environment): string[] {
  const { definition } = job;
  return [
    `A schedule is made in the group ${environment.scheduleGroup}: ${job.expression}, ${job.timeZone}.`,
    `It starts a task of the family ${family(environment, job.application)} with the image ${definition.image}, ` +
      `${describeCpu(definition.cpu)} and ${describeMemory(definition.memory)}.`,
  ];
}

function describeChange({ label, from, to }: Difference): string {
  if (from === undefined) return `${label} is added: ${to}.`;
  return to === undefined ? `${label} is removed.` : `${label}: ${from} becomes ${to}.`;
}

function differences(before: Aspects, after: Aspects): Difference[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((label) => ({ label, from: before.get(label), to: after.get(label) }))
    .filter(({ from, to }) => from !== to)
    .map(({ label, from, to }) => ({ label, from: from && visibleText(shortened(from)), to: to && visibleText(shortened(to)) }));
}

function aspectsOfJob(job: Job, definition: RegisterTaskDefinitionCommandInput, environment: Environment): Aspects {
  // The epoch as "now": whether the moment of an at(...) is over does not matter to what is said of the job.
  const [schedule] = toSchedules(job, environment, unregistered, new Date(0));
  return new Map([...(schedule ? aspectsOfSchedule(schedule) : []), ...aspectsOfDefinition(definition)]);
}

function aspectsOfDefinition(definition: RegisterTaskDefinitionCommandInput | TaskDefinition): Aspects {
  const aspects: Aspects = new Map();
  const main = definition.containerDefinitions?.find(({ name }) => name === containerName);
  put(aspects, "The task-definition family", definition.family);
  put(aspects, "The image", main?.image);
  put(aspects, "The entry point", inWords(main?.entryPoint));
  put(aspects, "The command", inWords(main?.command));
  for (const { name, value } of main?.environment ?? []) put(aspects, `The variable ${name}`, quoted(value));
  for (const { name, valueFrom } of main?.secrets ?? []) put(aspects, `The secret ${name}`, valueFrom);
  put(aspects, "The task role", definition.taskRoleArn);
  put(aspects, "The execution role", definition.executionRoleArn);
  put(aspects, "The log group", main?.logConfiguration?.options?.["awslogs-group"]);
  return aspects;
}

function aspectsOfSchedule(schedule: CreateScheduleCommandInput | GetScheduleCommandOutput): Aspects {
  const aspects: Aspects = new Map();
  const { Target: target, FlexibleTimeWindow: window } = schedule;
  const parameters = target?.EcsParameters;
  const network = parameters?.NetworkConfiguration?.awsvpcConfiguration;
  put(aspects, "The schedule", schedule.ScheduleExpression);
  put(aspects, "The time zone", schedule.ScheduleExpressionTimezone ?? "UTC");
  put(aspects, "The state", (schedule.State ?? "ENABLED").toLowerCase());
  put(aspects, "The start date", schedule.StartDate?.toISOString());
  put(aspects, "The end date", schedule.EndDate?.toISOString());
  put(aspects, "The flexible window", window?.Mode === "FLEXIBLE" ? `${window.MaximumWindowInMinutes} minutes` : undefined);
  put(aspects, "What happens after completion", schedule.ActionAfterCompletion === "DELETE" ? "the schedule is deleted" : undefined);
  readOverrides(aspects, target?.Input);
  put(aspects, "The number of start retries", String(target?.RetryPolicy?.MaximumRetryAttempts ?? 185));
  put(aspects, "The start's age limit", `${target?.RetryPolicy?.MaximumEventAgeInSeconds ?? 86_400} seconds`);
  put(aspects, "The dead-letter queue", target?.DeadLetterConfig?.Arn);
  put(aspects, "The cluster", target?.Arn);
  put(aspects, "The Scheduler's role", target?.RoleArn);
  put(aspects, "The revision", parameters?.TaskDefinitionArn);
  put(aspects, "The number of tasks", String(parameters?.TaskCount ?? 1));
  put(aspects, "The launch type", parameters?.LaunchType);
  put(aspects, "The task group", parameters?.Group);
  put(aspects, "The subnets", inWords([...(network?.Subnets ?? [])].sort()));
  put(aspects, "The security groups", inWords([...(network?.SecurityGroups ?? [])].sort()));
  put(aspects, "The public address", network?.AssignPublicIp === "ENABLED" ? "assigned" : undefined);
  put(aspects, "The description", schedule.Description);
  return aspects;
}

function readOverrides(aspects: Aspects, input: string | undefined): void {
  try {
    const overrides = JSON.parse(input ?? "{}") as TaskOverride;
    const main = overrides.containerOverrides?.find(({ name }) => name === containerName);
    put(aspects, "The command", inWords(main?.command));
    put(aspects, "CPU", overrides.cpu && describeCpu(Number(overrides.cpu)));
    put(aspects, "Memory", overrides.memory && describeMemory(Number(overrides.memory)));
    for (const { name, value } of main?.environment ?? []) if (!isOwn(name)) put(aspects, `The variable ${name}`, quoted(value));
  } catch {
    put(aspects, "The input", input);
  }
}

/** Belfry's own variables change with each generation and mean nothing to people. */
function isOwn(name: string | undefined): boolean {
  return (Object.values(ownVariables) as (string | undefined)[]).includes(name);
}

function put(aspects: Aspects, label: string, value: string | undefined): void {
  if (value !== undefined && value !== "") aspects.set(label, value);
}

function quoted(value: string | undefined): string {
  return JSON.stringify(value ?? "");
}

function inWords(list: string[] | undefined): string | undefined {
  return list?.length ? list.map((part) => (/^[\w@%+=:,./-]+$/.test(part) ? part : JSON.stringify(part))).join(" ") : undefined;
}

function shortened(value: string): string {
  return value.length > 120 ? `${value.slice(0, 117)}...` : value;
}
