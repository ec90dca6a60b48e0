import { z } from "zod";
import type { RunContainer, RunOverrides, RunPhases } from "@/lib/domain/run";
import { ownContainers } from "@/lib/domain/run-state";

/**
 * A task as ECS told of it, whichever way: events carry ISO strings, DescribeTasks carries dates, and both
 * carry the same members and the same counter (ECS Developer Guide, "Amazon ECS task state change events").
 * Containers that AWS adds by itself are left out: their end says nothing about the job.
 */
export type SeenTask = {
  taskArn: string;
  clusterArn: string | null;
  taskDefinitionArn: string | null;
  group: string | null;
  startedBy: string | null;
  version: number;
  lastStatus: string;
  desiredStatus: string | null;
  stopCode: string | null;
  stoppedReason: string | null;
  containers: RunContainer[];
  overrides: RunOverrides | null;
  /** CPU units and MiB. */
  cpu: number | null;
  memory: number | null;
  capacityProvider: string | null;
  phases: RunPhases;
};

export type ReadTask = { task: SeenTask } | { unreadable: string };

/** One message of the event queue, read: a task and when ECS told of it, or why it is nothing for Belfry, or why it cannot be read. */
export type TaskEvent = { task: SeenTask; at: Date | null } | { unreadable: string } | { uninteresting: string };

// Everything but the identity may be missing or odd: AWS adds members and kinds at any time, and one strange member must not lose a run.
const word = z.string().nullish().catch(null);
const list = <Item extends z.ZodType>(item: Item) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((items) => items.flatMap((each) => item.safeParse(each).data ?? []));
const size = z.coerce.number().int().positive().nullish().catch(null);
const moment = z
  .union([z.date(), z.string().transform((text) => new Date(text))])
  .refine((at) => !Number.isNaN(at.getTime()))
  .nullish()
  .catch(null);

const containerShape = z.object({
  name: z.string(),
  lastStatus: word,
  exitCode: z.number().int().nullish().catch(null),
  reason: word,
  image: word,
  imageDigest: word,
});

const overrideShape = z.object({
  name: z.string(),
  command: z.array(z.string()).nullish().catch(null),
  environment: list(z.object({ name: z.string(), value: z.string() })),
});

const moments = {
  createdAt: moment,
  connectivityAt: moment,
  pullStartedAt: moment,
  pullStoppedAt: moment,
  startedAt: moment,
  stoppingAt: moment,
  executionStoppedAt: moment,
  stoppedAt: moment,
};

const taskShape = z.object({
  taskArn: z.string().startsWith("arn:"),
  version: z.number().int(),
  lastStatus: z.string(),
  clusterArn: word,
  taskDefinitionArn: word,
  group: word,
  startedBy: word,
  desiredStatus: word,
  stopCode: word,
  stoppedReason: word,
  launchType: word,
  capacityProviderName: word,
  cpu: size,
  memory: size,
  containers: list(containerShape),
  overrides: z
    .object({ containerOverrides: list(overrideShape), cpu: word, memory: word })
    .nullish()
    .catch(null),
  ...moments,
});

const envelopeShape = z.object({ source: z.string(), "detail-type": z.string(), time: moment, detail: z.unknown() });

/** Reads the body of a message of the event queue. Never throws: what cannot be read says why. */
export function parseTaskEvent(body: string): TaskEvent {
  let raw: unknown;
  try {
    raw = JSON.parse(body);
  } catch {
    return { unreadable: "The message is not JSON." };
  }
  const envelope = envelopeShape.safeParse(raw);
  if (!envelope.success) return { unreadable: `The message is not an event of EventBridge: ${reasonOf(envelope.error)}` };
  const { source, "detail-type": kind, time, detail } = envelope.data;
  if (source !== "aws.ecs" || kind !== "ECS Task State Change") return { uninteresting: `${source}: ${kind}` };
  const read = readTask(detail);
  return "task" in read ? { ...read, at: time ?? null } : read;
}

/** The same form from a task of DescribeTasks. */
export function fromDescribe(task: unknown): ReadTask {
  return readTask(task);
}

function readTask(raw: unknown): ReadTask {
  const read = taskShape.safeParse(raw);
  if (!read.success) return { unreadable: `The task is not in the form that ECS documents: ${reasonOf(read.error)}` };
  const task = read.data;
  return {
    task: {
      taskArn: task.taskArn,
      clusterArn: task.clusterArn ?? null,
      taskDefinitionArn: task.taskDefinitionArn ?? null,
      group: task.group ?? null,
      startedBy: task.startedBy ?? null,
      version: task.version,
      lastStatus: task.lastStatus,
      desiredStatus: task.desiredStatus ?? null,
      stopCode: task.stopCode ?? null,
      stoppedReason: task.stoppedReason ?? null,
      containers: ownContainers(task.containers).map(toContainer),
      overrides: task.overrides ? toOverrides(task.overrides) : null,
      cpu: task.cpu ?? null,
      memory: task.memory ?? null,
      capacityProvider: task.capacityProviderName ?? task.launchType ?? null,
      phases: toPhases(task),
    },
  };
}

function toContainer(container: z.infer<typeof containerShape>): RunContainer {
  const { name, lastStatus = null, exitCode = null, reason = null, image = null, imageDigest = null } = container;
  return { name, lastStatus, exitCode, reason, image, imageDigest };
}

function toOverrides(overrides: NonNullable<z.infer<typeof taskShape>["overrides"]>): RunOverrides {
  return {
    containerOverrides: ownContainers(overrides.containerOverrides).map(({ name, command, environment }) => ({
      name,
      ...(command ? { command } : {}),
      environment,
    })),
    ...(overrides.cpu ? { cpu: overrides.cpu } : {}),
    ...(overrides.memory ? { memory: overrides.memory } : {}),
  };
}

function toPhases(task: z.infer<typeof taskShape>): RunPhases {
  const phases: RunPhases = { lastStatus: task.lastStatus };
  if (task.desiredStatus) phases.desiredStatus = task.desiredStatus;
  for (const name of Object.keys(moments) as (keyof typeof moments)[]) {
    const at = task[name];
    if (at) phases[name] = at.toISOString();
  }
  return phases;
}

function reasonOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "the whole"}: ${issue.message.replace(/^Invalid input: /, "")}`).join("; ");
}
