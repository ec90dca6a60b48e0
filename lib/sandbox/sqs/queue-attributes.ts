import { invalidAttributeName, invalidAttributeValue, invalidValue, unknownAttribute } from "./errors";
import type { Queue, SqsState } from "./state";

/** A message, and a whole batch, may have 1 MiB (SQS quotas, 2025). */
export const maximumBytes = 1_048_576;

/** What a queue has that was made with a name only (recorded answers of GetQueueAttributes). */
export const defaultAttributes: Record<string, string> = {
  VisibilityTimeout: "30",
  MaximumMessageSize: String(maximumBytes),
  MessageRetentionPeriod: "345600",
  DelaySeconds: "0",
  ReceiveMessageWaitTimeSeconds: "0",
  SqsManagedSseEnabled: "true",
};

const fifoDefaults: Record<string, string> = {
  ContentBasedDeduplication: "false",
  DeduplicationScope: "queue",
  FifoThroughputLimit: "perQueue",
};

/** Inclusive bounds (SQS API, SetQueueAttributes). */
const ranges: Record<string, [number, number]> = {
  VisibilityTimeout: [0, 43_200],
  MaximumMessageSize: [1024, maximumBytes],
  MessageRetentionPeriod: [60, 1_209_600],
  DelaySeconds: [0, 900],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
};
const choices: Record<string, string[]> = {
  SqsManagedSseEnabled: ["true", "false"],
  ContentBasedDeduplication: ["true", "false"],
  DeduplicationScope: ["queue", "messageGroup"],
  FifoThroughputLimit: ["perQueue", "perMessageGroupId"],
};
const fifoOnly = new Set(["FifoQueue", ...Object.keys(fifoDefaults)]);
const documents = new Set(["Policy", "RedrivePolicy", "RedriveAllowPolicy"]);
const free = new Set(["KmsMasterKeyId"]);

/** Checks what a call wants to set and returns the attributes as they shall be kept. Throws AwsError. */
export function withAttributes(
  state: SqsState,
  before: Record<string, string>,
  wanted: Record<string, string>,
  queue: { name: string; isNew: boolean },
): Record<string, string> {
  const isFifo = queue.name.endsWith(".fifo");
  const after = { ...before };
  for (const [name, value] of Object.entries(wanted)) {
    const isKnown = name in ranges || name in choices || fifoOnly.has(name) || documents.has(name) || free.has(name);
    if (!isKnown || (fifoOnly.has(name) && !isFifo)) throw unknownAttribute(name);
    if (name === "FifoQueue") {
      if (value !== "true") throw invalidAttributeValue(name, queue.isNew ? "" : "Modifying queue type is not supported.");
    } else checkValue(state, name, value);
    if (value === "" && (documents.has(name) || free.has(name))) delete after[name];
    else after[name] = value;
  }
  return withEncryption(isFifo ? { ...fifoDefaults, ...after } : after, wanted);
}

function checkValue(state: SqsState, name: string, value: string): void {
  const range = ranges[name];
  if (range && (!/^\d+$/.test(value) || Number(value) < range[0] || Number(value) > range[1])) throw invalidAttributeValue(name);
  if (choices[name] && !choices[name].includes(value)) throw invalidAttributeValue(name);
  if (name === "RedrivePolicy" && value) checkRedrivePolicy(state, value);
  else if (documents.has(name) && value && !readObject(value)) throw invalidAttributeValue(name);
}

/** One kind of encryption at a time; a KMS key switches the other off. */
function withEncryption(after: Record<string, string>, wanted: Record<string, string>): Record<string, string> {
  if (wanted.KmsMasterKeyId && wanted.SqsManagedSseEnabled === "true")
    throw invalidAttributeName(
      "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
    );
  if (!after.KmsMasterKeyId) return after;
  return { KmsDataKeyReusePeriodSeconds: "300", ...after, SqsManagedSseEnabled: "false" };
}

function checkRedrivePolicy(state: SqsState, value: string): void {
  const refuse = (reason: string) => invalidValue(value, "RedrivePolicy", reason);
  const policy = readObject(value);
  if (!policy) throw refuse("Redrive policy is not a valid JSON map.");
  for (const member of ["deadLetterTargetArn", "maxReceiveCount"])
    if (policy[member] === undefined) throw refuse(`Redrive policy does not contain mandatory attribute: ${member}.`);
  const target = String(policy.deadLetterTargetArn);
  const count = Number(policy.maxReceiveCount);
  if (!/^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+(\.fifo)?$/.test(target))
    throw refuse("Invalid value for deadLetterTargetArn.");
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw refuse(`Invalid value for maxReceiveCount: ${policy.maxReceiveCount}, valid values are from 1 to 1000 both inclusive.`);
  if (!findByArn(state, target)) throw refuse("Dead letter target does not exist.");
}

/** Where a queue gives up its messages, and after how many receives. */
export function redriveOf(queue: Queue): { targetArn: string; maxReceiveCount: number } | null {
  const policy = readObject(queue.attributes.RedrivePolicy ?? "");
  return policy ? { targetArn: String(policy.deadLetterTargetArn), maxReceiveCount: Number(policy.maxReceiveCount) } : null;
}

/** The queue of an ARN in this region. */
export function findByArn(state: SqsState, arn: string): Queue | undefined {
  const queue = state.queues.get(arn.split(":")[5] ?? "");
  return queue?.arn === arn ? queue : undefined;
}

/** Whether two values of an attribute mean the same: policies are compared as JSON. */
export function isSameValue(name: string, left: string | undefined, right: string): boolean {
  if (left === right || !documents.has(name)) return left === right;
  return JSON.stringify(readObject(left ?? "")) === JSON.stringify(readObject(right));
}

function readObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return value && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
