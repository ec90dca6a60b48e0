import type { RunTaskCommandInput, TaskOverride } from "@aws-sdk/client-ecs";
import type { Target } from "@aws-sdk/client-scheduler";
import { readJson } from "../protocols/json";
import { type Model, modelOf, type ShapeRef, shapeOf } from "../protocols/model";
import { AwsError, type Region, type ServiceName, type World } from "../service";
import type { Invocation } from "./state";

/** What a schedule calls: an operation of a service in this sandbox, or something that is not imitated. */
export type TargetCall = { service: ServiceName; region: string; operation: string; input: unknown };

const universal = /^arn:aws[a-z-]*:scheduler:::aws-sdk:([A-Za-z0-9-]+):([A-Za-z0-9]+)$/;
const ecsCluster = /^arn:aws[a-z-]*:ecs:([a-z0-9-]+):\d{12}:cluster\/.+$/;
const sqsQueue = /^arn:aws[a-z-]*:sqs:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_-]+(?:\.fifo)?)$/;

/** Checks a target as CreateSchedule does. Throws ValidationException. */
export function checkTarget(target: Target): void {
  const arn = target.Arn ?? "";
  if (!/^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d*:.+/.test(arn)) throw invalid("Provided Arn is not in correct format.");
  const action = universal.exec(arn)?.[2];
  if (
    action &&
    /^(get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|batchGet|batchDescribe|batchRead|transactGet|adminGet|adminList|testMigration|retrieve)/.test(
      action,
    )
  )
    throw invalid(`Unsupported target action ${action}: the Scheduler does not call operations that only read.`);
  if (target.EcsParameters && !action && !ecsCluster.test(arn)) throw invalid("Provided Arn is not in correct format.");
  const { LaunchType, CapacityProviderStrategy } = target.EcsParameters ?? {};
  if (LaunchType && CapacityProviderStrategy && CapacityProviderStrategy.length > 0)
    throw invalid("LaunchType and CapacityProviderStrategy cannot be given together.");
  if (target.Input !== undefined && Buffer.byteLength(target.Input) > 256 * 1024) throw invalid("Input cannot be longer than 256 KB.");
  if (ecsCluster.test(arn) && target.EcsParameters) overridesOf(target.Input);
  const [, service = "", operation = ""] = universal.exec(arn) ?? [];
  if (isImitated(service, operation)) checkUniversalInput(service, operation, target.Input ?? "{}");
}

/** Members that the API asks for have to be there, each with a capital; more of the Input is not looked at before its moment. */
function checkUniversalInput(service: ServiceName, operation: string, input: string): void {
  const model = modelOf(service);
  const wanted = shapeOf(model, model.operations[capitalised(operation)]?.input ?? { shape: "" }).required ?? [];
  const given = objectIn(input);
  const missing = wanted.map(capitalised).find((name) => given[name] === undefined);
  if (missing) throw invalid(`Invalid RequestJson provided. Reason: missing field ${missing}.`);
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Refused below, as every other text that is no object.
  }
  throw invalid(`Invalid RequestJson provided: ${text}`);
}

function isImitated(service: string, operation: string): service is "ecs" | "sqs" {
  return (service === "ecs" && operation === "runTask") || (service === "sqs" && operation === "sendMessage");
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The call behind a target for one attempt, with the context attributes in its payload replaced. Throws AwsError for what is not imitated. */
export function callOf(invocation: Invocation, attempt: number, region: Region, world: World): TargetCall {
  const { target } = invocation;
  const arn = target.Arn ?? "";
  const payload = target.Input === undefined ? undefined : withContext(target.Input, invocation, attempt);
  const cluster = ecsCluster.exec(arn);
  if (cluster && target.EcsParameters)
    return { service: "ecs", region: cluster[1] ?? region.name, operation: "RunTask", input: runTaskInput(invocation, payload) };
  const queue = sqsQueue.exec(arn);
  if (queue) {
    const [, queueRegion = region.name, account, name] = queue;
    return {
      service: "sqs",
      region: queueRegion,
      operation: "SendMessage",
      input: {
        QueueUrl: `${world.endpoint}/${account}/${name}`,
        MessageBody: payload ?? scheduledEvent(invocation, region, world),
        ...(target.SqsParameters?.MessageGroupId ? { MessageGroupId: target.SqsParameters.MessageGroupId } : {}),
      },
    };
  }
  const [, service = "", action = ""] = universal.exec(arn) ?? [];
  if (isImitated(service, action)) {
    const operation = capitalised(action);
    return { service, region: region.name, operation, input: universalInput(service, operation, payload ?? "{}") };
  }
  throw new AwsError("AWS.Scheduler.InternalServerError", `The sandbox does not imitate the target ${arn}.`);
}

/** Reads the Input of an ECS target. Throws ValidationException in AWS's words where it is no TaskOverride. */
export function overridesOf(input: string | undefined): TaskOverride | undefined {
  if (input === undefined) return undefined;
  try {
    return readJson(modelOf("ecs"), { shape: "TaskOverride" }, JSON.parse(input)) as TaskOverride | undefined;
  } catch {
    throw invalid(`Unable to convert target input to TaskOverride, JSON syntax error in input: ${input}`);
  }
}

/** Replaces the context attributes of the Scheduler in a payload. */
export function withContext(payload: string, invocation: Invocation, attempt: number): string {
  const values: Record<string, string> = {
    "<aws.scheduler.schedule-arn>": invocation.scheduleArn,
    "<aws.scheduler.scheduled-time>": secondsOf(invocation.scheduledAt),
    "<aws.scheduler.execution-id>": invocation.id,
    "<aws.scheduler.attempt-number>": String(attempt),
  };
  return payload.replace(/<aws\.scheduler\.[a-z-]+>/g, (token) => values[token] ?? token);
}

/** A moment as the Scheduler writes it: ISO 8601 in UTC, without a fraction. */
export function secondsOf(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, "Z");
}

function runTaskInput(invocation: Invocation, payload: string | undefined): RunTaskCommandInput {
  const { target, name } = invocation;
  const ecs = target.EcsParameters;
  const vpc = ecs?.NetworkConfiguration?.awsvpcConfiguration;
  return defined({
    cluster: target.Arn,
    taskDefinition: ecs?.TaskDefinitionArn,
    count: ecs?.TaskCount ?? 1,
    // 17 characters of prefix and 19 of the name: seen on AWS throughout, documented nowhere.
    startedBy: `chronos-schedule/${name.slice(0, 19)}`,
    launchType: ecs?.LaunchType,
    capacityProviderStrategy: ecs?.CapacityProviderStrategy,
    platformVersion: ecs?.PlatformVersion,
    group: ecs?.Group,
    propagateTags: ecs?.PropagateTags,
    enableECSManagedTags: ecs?.EnableECSManagedTags,
    enableExecuteCommand: ecs?.EnableExecuteCommand,
    placementConstraints: ecs?.PlacementConstraints,
    placementStrategy: ecs?.PlacementStrategy,
    referenceId: ecs?.ReferenceId,
    tags: ecs?.Tags?.map(({ key, value }) => ({ key, value })),
    networkConfiguration: vpc && {
      awsvpcConfiguration: defined({ subnets: vpc.Subnets, securityGroups: vpc.SecurityGroups, assignPublicIp: vpc.AssignPublicIp }),
    },
    overrides: overridesOf(payload),
  });
}

function universalInput(service: ServiceName, operation: string, payload: string): unknown {
  const model = modelOf(service);
  const ref = model.operations[operation]?.input ?? { shape: "" };
  try {
    return readJson(model, ref, modelCased(model, ref, JSON.parse(payload)));
  } catch {
    throw invalid(`Invalid RequestJson provided: ${payload}`);
  }
}

/** A universal target writes each member with a capital, also where the API itself does not. */
function modelCased(model: Model, ref: ShapeRef, value: unknown): unknown {
  const shape = shapeOf(model, ref);
  const { member, value: mapValue } = shape;
  if (Array.isArray(value)) return member ? value.map((item) => modelCased(model, member, item)) : value;
  if (typeof value !== "object" || value === null) return value;
  const source = value as Record<string, unknown>;
  if (shape.type === "map" && mapValue)
    return Object.fromEntries(Object.entries(source).map(([key, item]) => [key, modelCased(model, mapValue, item)]));
  return Object.fromEntries(
    Object.entries(shape.members ?? {}).map(([name, inner]) => [name, modelCased(model, inner, source[capitalised(name)])]),
  );
}

/** What a target without Input gets. */
function scheduledEvent(invocation: Invocation, region: Region, world: World): string {
  return JSON.stringify({
    version: "0",
    id: invocation.id,
    "detail-type": "Scheduled Event",
    source: "aws.scheduler",
    account: world.accountId,
    time: secondsOf(invocation.scheduledAt),
    region: region.name,
    resources: [invocation.scheduleArn],
    detail: "{}",
  });
}

function defined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Value;
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
