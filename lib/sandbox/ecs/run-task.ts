import type {
  AwsVpcConfiguration,
  Cluster,
  ContainerDefinition,
  Failure,
  RunTaskCommandInput,
  Tag,
  Task,
  TaskDefinition,
  TaskOverride,
} from "@aws-sdk/client-ecs";
import { isTrusted, roleOfArn } from "../iam/trust";
import type { Program } from "../programs";
import { AwsError, type Call } from "../service";
import { requireCluster } from "./clusters";
import { checkFargateSize, readCpu, readMemory } from "./fargate-sizes";
import { programAt } from "./images";
import { hexadecimal } from "./names";
import type { ContainerState, TaskState } from "./state";
import { checkTags, mergeTags } from "./tags";
import { findRevision } from "./task-definitions";
import { announceTask } from "./task-event";

const invalid = (message: string) => new AwsError("InvalidParameterException", message);
const refuse = (message: string) => new AwsError("ClientException", message);
const platformVersions = ["1.4.0", "1.3.0"];
/** The whole override, JSON syntax included (ECS API reference, RunTask). */
const overrideCharacters = 8192;

/**
 * Starts tasks: they are PROVISIONING when this answers. A client token given before in the same cluster answers the same again,
 * or with other parameters ConflictException. Tasks that find no place are told in `failures`, with status 200.
 */
export function runTask(input: RunTaskCommandInput, call: Call): { tasks: Task[]; failures: Failure[] } {
  const { region } = call;
  const cluster = requireCluster(region, input.cluster);
  const tokenKey = input.clientToken === undefined ? null : `${cluster.name} ${input.clientToken}`;
  const { clientToken: _token, ...request } = input;
  const asked = JSON.stringify(sorted(request));
  const before = tokenKey === null ? undefined : region.ecs.tokens.get(tokenKey);
  if (before !== undefined) {
    if (before.request === asked) return revived(before.answer);
    throw new AwsError("ConflictException", "The client token was used before with other parameters.", 400, {
      resourceIds: before.taskArns,
    });
  }

  const { definition, overrides, attachable, capacity } = checkRequest(input, call, cluster.cluster);
  const programs = (definition.containerDefinitions ?? []).map((container) => programAt(region, container.image ?? ""));
  const refused = programs.find((program): program is Program & { kind: "refused" } => program?.kind === "refused");
  if (refused !== undefined) throw new AwsError(refused.code, refused.message);
  const notPlaced = programs.find((program): program is Program & { kind: "not-placed" } => program?.kind === "not-placed");
  const count = input.count ?? 1;
  if (notPlaced !== undefined) {
    return { tasks: [], failures: Array.from({ length: count }, () => ({ arn: cluster.cluster.clusterArn, reason: notPlaced.reason })) };
  }

  const tags = tagsOf(input, definition, cluster.name, call);
  const states = Array.from({ length: count }, () =>
    newTask({ input, call, clusterArn: cluster.cluster.clusterArn as string, definition, overrides, attachable, capacity, tags }),
  );
  for (const state of states) {
    region.ecs.tasks.set(state.task.taskArn as string, state);
    announceTask(call.world, region, state, call.now);
  }
  const answer = { tasks: states.map((state) => ({ ...structuredClone(state.task), tags: structuredClone(state.tags) })), failures: [] };
  if (tokenKey !== null) {
    region.ecs.tokens.set(tokenKey, {
      request: asked,
      taskArns: states.map((state) => state.task.taskArn as string),
      answer: JSON.stringify(answer),
      givenAt: call.now.getTime(),
    });
  }
  return answer;
}

type Checked = {
  definition: TaskDefinition;
  overrides: TaskOverride;
  attachable: AwsVpcConfiguration | null;
  capacity: string | null;
};

function checkRequest(input: RunTaskCommandInput, call: Call, cluster: Cluster): Checked {
  const { region } = call;
  const found = findRevision(region, input.taskDefinition as string);
  if (found === undefined) throw refuse("TaskDefinition not found.");
  const { definition } = found;
  if (definition.status !== "ACTIVE") throw refuse("TaskDefinition is inactive");
  if (input.count !== undefined && (input.count < 1 || input.count > 10)) throw invalid("count must be between 1 and 10.");
  if ((input.startedBy ?? "").length > 128) throw invalid("startedBy must be at most 128 characters.");
  if ((input.group ?? "").length > 255) throw invalid("group must be at most 255 characters.");
  if (input.clientToken !== undefined && !/^[\x21-\x7e]{1,64}$/.test(input.clientToken)) {
    throw invalid("clientToken must be 1 to 64 ASCII characters.");
  }
  checkTags(input.tags);
  for (const arn of [
    input.overrides?.executionRoleArn ?? definition.executionRoleArn,
    input.overrides?.taskRoleArn ?? definition.taskRoleArn,
  ])
    checkRole(arn, call);
  const platform = input.platformVersion;
  if (platform !== undefined && platform !== "LATEST" && !platformVersions.includes(platform)) {
    throw new AwsError("PlatformUnknownException", "The specified platform version does not exist.");
  }
  return {
    definition,
    capacity: chooseCapacity(input, definition, cluster),
    overrides: completeOverrides(input.overrides ?? {}, definition),
    attachable: checkNetwork(input, definition),
  };
}

/** A role that IAM knows has to trust ECS. One that it does not know is taken as it is: nothing is asked of it here. */
function checkRole(arn: string | undefined, { world, region, accountId }: Call): void {
  const role = arn === undefined ? undefined : roleOfArn(world, arn);
  const context = { "aws:SourceAccount": accountId, "aws:SourceArn": `arn:aws:ecs:${region.name}:${accountId}:*` };
  if (role === undefined || isTrusted(role.trustDocument, { service: "ecs-tasks.amazonaws.com" }, context)) return;
  throw refuse(
    `ECS was unable to assume the role '${arn}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.`,
  );
}

/** The capacity provider that carries the task, or null where the launch type was named. */
function chooseCapacity(
  input: RunTaskCommandInput,
  definition: TaskDefinition,
  { capacityProviders, defaultCapacityProviderStrategy }: Cluster,
): string | null {
  if (input.launchType !== undefined && (input.capacityProviderStrategy ?? []).length > 0) {
    throw invalid("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.");
  }
  const strategy = input.launchType !== undefined ? [] : (input.capacityProviderStrategy ?? defaultCapacityProviderStrategy ?? []);
  if (input.launchType === "FARGATE" || strategy.length > 0) {
    if (!definition.compatibilities?.includes("FARGATE")) throw invalid("Task definition does not support launch_type FARGATE.");
  }
  if (strategy.length === 0) {
    if (input.launchType === "FARGATE") return null;
    throw invalid("No Container Instances were found in your cluster.");
  }
  for (const { capacityProvider = "" } of strategy) {
    if (capacityProvider !== "FARGATE" && capacityProvider !== "FARGATE_SPOT") {
      throw invalid(`The specified capacity provider '${capacityProvider}' was not found. Specify a valid name or ARN and try again.`);
    }
    if (!capacityProviders?.includes(capacityProvider)) {
      throw invalid(
        "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.",
      );
    }
  }
  const [first] = strategy;
  const based = strategy.filter((item) => (item.base ?? 0) > 0);
  if (based.length > 1) throw invalid("The specified capacity provider strategy can have only one capacity provider with a base.");
  const heaviest = [...strategy].sort((one, other) => (other.weight ?? 0) - (one.weight ?? 0))[0];
  if (strategy.length > 1 && (heaviest?.weight ?? 0) === 0 && based.length === 0) {
    throw invalid("The specified capacity provider strategy must have at least one capacity provider with a weight above 0.");
  }
  return (based[0] ?? heaviest ?? first)?.capacityProvider ?? null;
}

/** The overrides as they are told: each container is named, also where nothing of it was overridden. */
function completeOverrides(overrides: TaskOverride, definition: TaskDefinition): TaskOverride {
  if (JSON.stringify(overrides).length > overrideCharacters) {
    throw invalid(`Container Overrides length must be at most ${overrideCharacters}`);
  }
  const names = (definition.containerDefinitions ?? []).map((container) => container.name);
  for (const { name } of overrides.containerOverrides ?? []) {
    if (!names.includes(name)) throw invalid(`Override for container named ${name} is not a container in the TaskDefinition.`);
  }
  const size: TaskOverride = {};
  if (overrides.cpu !== undefined) size.cpu = String(readCpu(overrides.cpu));
  if (overrides.memory !== undefined) size.memory = String(readMemory(overrides.memory));
  if (definition.compatibilities?.includes("FARGATE") && (size.cpu !== undefined || size.memory !== undefined)) {
    checkFargateSize(Number(size.cpu ?? definition.cpu), Number(size.memory ?? definition.memory));
  }
  return {
    ...overrides,
    ...size,
    containerOverrides: names.map((name) => overrides.containerOverrides?.find((override) => override.name === name) ?? { name }),
    inferenceAcceleratorOverrides: overrides.inferenceAcceleratorOverrides ?? [],
  };
}

function checkNetwork(input: RunTaskCommandInput, definition: TaskDefinition): AwsVpcConfiguration | null {
  const network = input.networkConfiguration?.awsvpcConfiguration;
  if (definition.networkMode !== "awsvpc") {
    if (network !== undefined) throw invalid("Network Configuration is not valid for the given networkMode of this task definition.");
    return null;
  }
  if (network === undefined) throw invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  const { subnets = [], securityGroups = [] } = network;
  if (subnets.length === 0) throw invalid("subnets can not be empty.");
  if (subnets.length > 16) throw invalid("subnets can have at most 16 items.");
  if (securityGroups.length > 5) throw invalid("securityGroups can have at most 5 items.");
  checkIds("subnet", subnets, "InvalidSubnetID.Malformed");
  checkIds("sg", securityGroups, "InvalidGroupId.Malformed");
  return network;
}

function checkIds(prefix: string, ids: string[], code: string): void {
  const bad = ids.find((id) => !id.startsWith(`${prefix}-`));
  if (bad === undefined) return;
  const kind = prefix === "sg" ? "security group" : "subnet";
  throw invalid(`Error retrieving ${kind} information for [${bad}]: Invalid id: "${bad}" (expecting "${prefix}-...") (ErrorCode: ${code})`);
}

function tagsOf(input: RunTaskCommandInput, definition: TaskDefinition, clusterName: string, { region }: Call): Tag[] {
  const inherited =
    input.propagateTags === "TASK_DEFINITION" ? (findRevision(region, definition.taskDefinitionArn as string)?.tags ?? []) : [];
  const managed = input.enableECSManagedTags === true ? [{ key: "aws:ecs:clusterName", value: clusterName }] : [];
  return mergeTags(mergeTags(inherited, input.tags ?? []), managed);
}

type NewTask = Checked & { input: RunTaskCommandInput; call: Call; clusterArn: string; tags: Tag[] };

function newTask({ input, call, clusterArn, definition, overrides, attachable, capacity, tags }: NewTask): TaskState {
  const { region, now } = call;
  const clusterName = clusterArn.split("/").at(-1) as string;
  const prefix = `arn:aws:ecs:${region.name}:${call.accountId}`;
  const id = hexadecimal(32);
  const taskArn = `${prefix}:task/${clusterName}/${id}`;
  const containers = definition.containerDefinitions ?? [];
  const sidecar = call.world.settings.injectSidecar ? `aws-guardduty-agent-${hexadecimal(6)}` : null;
  const containerArn = () => `${prefix}:container/${clusterName}/${id}/${hexadecimal(8)}-${hexadecimal(4)}-${hexadecimal(12)}`;
  region.ecs.lastSequence += 1;
  const task: Task = {
    attachments:
      attachable === null
        ? []
        : [
            {
              id: `${hexadecimal(8)}-${hexadecimal(4)}-${hexadecimal(4)}-${hexadecimal(4)}-${hexadecimal(12)}`,
              type: "ElasticNetworkInterface",
              status: "PRECREATED",
              details: [{ name: "subnetId", value: attachable.subnets?.[region.ecs.lastSequence % attachable.subnets.length] }],
            },
          ],
    attributes: [{ name: "ecs.cpu-architecture", value: definition.runtimePlatform?.cpuArchitecture === "ARM64" ? "arm64" : "x86_64" }],
    availabilityZone: `${region.name}${"abc"[region.ecs.lastSequence % 3]}`,
    capacityProviderName: capacity ?? undefined,
    clusterArn,
    containers: [
      ...containers.map((container) => ({
        containerArn: containerArn(),
        taskArn,
        name: container.name,
        image: container.image,
        lastStatus: "PENDING",
        networkInterfaces: [],
        cpu: String(overrideOf(overrides, container)?.cpu ?? container.cpu ?? 0),
        memory: textOf(overrideOf(overrides, container)?.memory ?? container.memory),
        memoryReservation: textOf(overrideOf(overrides, container)?.memoryReservation ?? container.memoryReservation),
      })),
      // As GuardDuty's agent appears in ECS's own example of an event: no image, and a cpu that is the text "null".
      ...(sidecar === null
        ? []
        : [{ containerArn: containerArn(), taskArn, name: sidecar, lastStatus: "PENDING", networkInterfaces: [], cpu: "null" }]),
    ],
    cpu: overrides.cpu ?? definition.cpu,
    createdAt: now,
    desiredStatus: "RUNNING",
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    ephemeralStorage: overrides.ephemeralStorage ?? definition.ephemeralStorage ?? { sizeInGiB: 20 },
    group: input.group ?? `family:${definition.family}`,
    lastStatus: "PROVISIONING",
    launchType: "FARGATE",
    memory: overrides.memory ?? definition.memory,
    overrides:
      sidecar === null
        ? overrides
        : {
            ...overrides,
            containerOverrides: [
              ...(overrides.containerOverrides ?? []),
              { name: sidecar, environment: [{ name: "CLUSTER_NAME", value: clusterName }] },
            ],
          },
    platformFamily: "Linux",
    platformVersion: input.platformVersion === undefined || input.platformVersion === "LATEST" ? "1.4.0" : input.platformVersion,
    startedBy: input.startedBy,
    taskArn,
    taskDefinitionArn: definition.taskDefinitionArn,
    version: 1,
  };
  return {
    task,
    tags: structuredClone(tags),
    sequence: region.ecs.lastSequence,
    phase: "provisioning",
    phaseSince: now.getTime(),
    containers: new Map(containers.map((container) => [container.name as string, newContainer()])),
    stop: null,
  };
}

function newContainer(): ContainerState {
  return { status: "waiting", exitCode: null, killAt: null, wasStarted: false };
}

function overrideOf(overrides: TaskOverride, container: ContainerDefinition) {
  return overrides.containerOverrides?.find((override) => override.name === container.name);
}

function textOf(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** The same content in one order of keys, so that two requests can be compared as text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}

function revived(answer: string): { tasks: Task[]; failures: Failure[] } {
  const { tasks, failures } = JSON.parse(answer) as { tasks: Task[]; failures: Failure[] };
  return { tasks: tasks.map((task) => ({ ...task, createdAt: new Date(task.createdAt as unknown as string) })), failures };
}
