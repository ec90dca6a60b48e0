import type {
  Attribute,
  ContainerDefinition,
  LogConfiguration,
  RegisterTaskDefinitionCommandInput,
  TaskDefinition,
} from "@aws-sdk/client-ecs";
import { AwsError, type Call } from "../service";
import { checkFargateSize, readCpu, readMemory } from "./fargate-sizes";
import { checkTags } from "./tags";

const refuse = (message: string) => new AwsError("ClientException", message);
const namePattern = /^[A-Za-z0-9_-]+$/;
/** Members of a container that Fargate does not take (ECS Developer Guide, "Task definition parameters for Fargate"). */
const notOnFargate = ["disableNetworking", "dnsServers", "dnsSearchDomains", "dockerSecurityOptions", "extraHosts", "links"] as const;
const fargateLogDrivers = ["awslogs", "splunk", "awsfirelens"];

/** Makes the next revision of a family, with the defaults that ECS writes back. Throws AWS's ClientException for what ECS refuses. */
export function registerTaskDefinition(input: RegisterTaskDefinitionCommandInput, { region, accountId, now }: Call): TaskDefinition {
  const { tags, ...sent } = input;
  checkTags(tags);
  const family = sent.family as string;
  checkName("Family", family);
  const containers = sent.containerDefinitions ?? [];
  const forFargate = sent.requiresCompatibilities?.includes("FARGATE") ?? false;
  checkContainers(containers, sent);
  if (forFargate) checkFargate(sent, containers);
  if (JSON.stringify(sent).length > 65_536) throw refuse("The task definition is larger than 64 KiB.");

  const families = region.ecs.families;
  const state = families.get(family) ?? { lastRevision: 0, revisions: new Map() };
  families.set(family, state);
  state.lastRevision += 1;
  const revision = state.lastRevision;
  const definition: TaskDefinition = {
    ...sent,
    taskDefinitionArn: `arn:aws:ecs:${region.name}:${accountId}:task-definition/${family}:${revision}`,
    containerDefinitions: containers.map((container) => withDefaults(container, sent.networkMode)),
    networkMode: sent.networkMode ?? "bridge",
    cpu: sent.cpu === undefined ? undefined : String(readCpu(sent.cpu)),
    memory: sent.memory === undefined ? undefined : String(readMemory(sent.memory)),
    revision,
    volumes: sent.volumes ?? [],
    status: "ACTIVE",
    requiresAttributes: requiredAttributes(sent, containers),
    placementConstraints: sent.placementConstraints ?? [],
    compatibilities: forFargate || isFitForFargate(sent, containers) ? ["EC2", "FARGATE"] : ["EC2"],
    registeredAt: now,
    registeredBy: `arn:aws:iam::${accountId}:root`,
  };
  state.revisions.set(revision, { definition: structuredClone(definition), tags: structuredClone(tags ?? []) });
  return definition;
}

/** What ECS writes back for a container where nothing was sent. */
function withDefaults(container: ContainerDefinition, networkMode: string | undefined): ContainerDefinition {
  return {
    ...container,
    cpu: container.cpu ?? 0,
    essential: container.essential ?? true,
    environment: container.environment ?? [],
    mountPoints: container.mountPoints ?? [],
    volumesFrom: container.volumesFrom ?? [],
    systemControls: container.systemControls ?? [],
    portMappings: (container.portMappings ?? []).map((mapping) => ({
      ...mapping,
      hostPort: mapping.hostPort ?? (networkMode === "awsvpc" ? mapping.containerPort : 0),
      protocol: mapping.protocol ?? "tcp",
    })),
    ...(container.healthCheck && { healthCheck: { interval: 30, timeout: 5, retries: 3, ...container.healthCheck } }),
  };
}

function checkName(member: string, name: string | undefined): void {
  if (name === undefined || name === "") throw refuse(`${member} should not be null or empty.`);
  if (name.length > 255) throw refuse(`${member} should be 255 characters or less.`);
  if (!namePattern.test(name)) throw refuse(`${member} contains invalid characters.`);
}

function checkContainers(containers: ContainerDefinition[], sent: RegisterTaskDefinitionCommandInput): void {
  if (containers.length === 0) throw refuse("Container list cannot be empty.");
  if (containers.length > 10) throw refuse("A task definition can have no more than 10 containers.");
  for (const container of containers) checkContainer(container, containers, sent);
  const names = containers.map((container) => container.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refuse(`Container name '${twice}' is used more than once. Container names must be unique.`);
  if (!containers.some((container) => container.essential !== false)) {
    throw refuse("Invalid 'containerDefinitions' setting: at least one container must be essential.");
  }
}

function checkContainer(container: ContainerDefinition, all: ContainerDefinition[], sent: RegisterTaskDefinitionCommandInput): void {
  checkName("Container.name", container.name);
  const image = container.image ?? "";
  if (image === "") throw refuse("Container.image should not be null or empty.");
  if (/[\s"'\\<>{}]/.test(image)) throw refuse("Container.image contains invalid characters.");
  if ((image.split("@")[0] as string).length > 255) throw refuse("Container.image repository should be 255 characters or less.");
  const onFargate = sent.requiresCompatibilities?.includes("FARGATE") ?? false;
  if (!onFargate && sent.memory === undefined && container.memory === undefined && container.memoryReservation === undefined) {
    throw refuse(`Invalid setting for container '${container.name}'. At least one of 'memory' or 'memoryReservation' must be specified.`);
  }
  if (container.stopTimeout !== undefined && (container.stopTimeout < 0 || container.stopTimeout > 120)) {
    throw refuse(`Invalid 'stopTimeout' setting for container '${container.name}': it must be between 0 and 120 seconds.`);
  }
  const secretNames = (container.secrets ?? []).map((secret) => secret.name);
  const variableNames = (container.environment ?? []).map((variable) => variable.name);
  const shared = secretNames.find((name, index) => variableNames.includes(name) || secretNames.indexOf(name) !== index);
  if (shared !== undefined) {
    throw refuse(
      `The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${shared}'.`,
    );
  }
  if (secretNames.length > 0 && sent.executionRoleArn === undefined) {
    throw refuse("When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.");
  }
  for (const { containerName, condition } of container.dependsOn ?? []) {
    const other = all.find((candidate) => candidate.name === containerName);
    if (other === undefined || other === container) {
      throw refuse(`Invalid 'dependsOn' setting for container '${container.name}': container '${containerName}' cannot be depended on.`);
    }
    if ((condition === "COMPLETE" || condition === "SUCCESS") && other.essential !== false) {
      throw refuse(`Invalid 'dependsOn' setting: container '${containerName}' is essential and cannot have the condition ${condition}.`);
    }
  }
  if (container.logConfiguration?.logDriver === "awslogs") checkLogOptions(container.logConfiguration);
}

function checkLogOptions({ options = {} }: LogConfiguration): void {
  const missing = ["awslogs-region", "awslogs-group"].filter((name) => !options[name]);
  if (missing.length > 0) throw refuse(`Log driver awslogs requires options: ${missing.join(", ")}`);
  const known =
    /^(awslogs-(group|region|stream-prefix|create-group|datetime-format|multiline-pattern|endpoint|force-flush-interval-seconds|max-buffered-events|stream|credentials-endpoint|tag|format)|mode|max-buffer-size|tag)$/;
  const unknown = Object.keys(options).filter((name) => !known.test(name));
  if (unknown.length > 0) throw refuse(`Log driver awslogs disallows options: ${unknown.join(", ")}`);
}

function checkFargate(sent: RegisterTaskDefinitionCommandInput, containers: ContainerDefinition[]): void {
  if (sent.networkMode !== "awsvpc") throw refuse("Fargate only supports network mode ‘awsvpc’.");
  if (sent.cpu === undefined) throw refuse("Fargate requires that 'cpu' be defined at the task level.");
  if (sent.memory === undefined) throw refuse("Fargate requires that 'memory' be defined at the task level.");
  checkFargateSize(readCpu(sent.cpu), readMemory(sent.memory));
  const gib = sent.ephemeralStorage?.sizeInGiB;
  if (gib !== undefined && (gib < 21 || gib > 200)) {
    throw refuse("Invalid 'ephemeralStorage' setting: sizeInGiB must be between 21 and 200.");
  }
  if (sent.ipcMode !== undefined) throw refuse("Fargate does not support the 'ipcMode' setting.");
  if (sent.pidMode !== undefined && sent.pidMode !== "task") throw refuse("Fargate only supports pid mode 'task'.");
  if ((sent.placementConstraints ?? []).length > 0) throw refuse("Fargate does not support placement constraints.");
  for (const container of containers) {
    if (container.privileged === true) throw refuse("Fargate does not support privileged containers.");
    for (const member of notOnFargate) {
      const value = container[member];
      if (value === true || (Array.isArray(value) && value.length > 0)) throw refuse(`Fargate does not support the '${member}' setting.`);
    }
    if (container.portMappings?.some(({ hostPort, containerPort }) => hostPort !== undefined && hostPort !== containerPort)) {
      throw refuse("When networkMode=awsvpc, the host ports and container ports in port mappings must match.");
    }
    const driver = container.logConfiguration?.logDriver;
    if (driver !== undefined && !fargateLogDrivers.includes(driver)) throw refuse(`Fargate does not support log driver '${driver}'.`);
    if (driver === "awslogs") {
      if (!container.logConfiguration?.options?.["awslogs-stream-prefix"]) {
        throw refuse("Fargate requires log configuration options to include awslogs-stream-prefix to support log driver awslogs.");
      }
      if (sent.executionRoleArn === undefined) {
        throw refuse("Fargate requires task definition to have execution role ARN to support log driver awslogs.");
      }
    }
    if (/\.dkr\.ecr\.[^/]+\.amazonaws\.com\//.test(container.image ?? "") && sent.executionRoleArn === undefined) {
      throw refuse("Fargate requires task definition to have execution role ARN to support ECR images.");
    }
  }
}

/** ECS tells of a definition that was not sent for Fargate whether it would do there. */
function isFitForFargate(sent: RegisterTaskDefinitionCommandInput, containers: ContainerDefinition[]): boolean {
  try {
    checkFargate(sent, containers);
    return true;
  } catch {
    return false;
  }
}

function requiredAttributes(sent: RegisterTaskDefinitionCommandInput, containers: ContainerDefinition[]): Attribute[] {
  const names = new Set(["com.amazonaws.ecs.capability.docker-remote-api.1.18"]);
  if (sent.networkMode === "awsvpc") names.add("ecs.capability.task-eni");
  if (sent.taskRoleArn !== undefined) names.add("com.amazonaws.ecs.capability.task-iam-role");
  for (const { logConfiguration, secrets = [] } of containers) {
    if (logConfiguration?.logDriver === "awslogs") {
      names.add("com.amazonaws.ecs.capability.logging-driver.awslogs");
      if (sent.executionRoleArn !== undefined) names.add("ecs.capability.execution-role-awslogs");
    }
    for (const { valueFrom = "" } of secrets) {
      names.add(`ecs.capability.secrets.${valueFrom.includes(":secretsmanager:") ? "asm" : "ssm"}.environment-variables`);
    }
  }
  return [...names].map((name) => ({ name }));
}
