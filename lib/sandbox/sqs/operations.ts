import type { Message, MessageAttributeValue, SendMessageRequest } from "@aws-sdk/client-sqs";
import type { OperationsOf } from "../operations-of";
import type { Call } from "../service";
import { checkBatch, doEach } from "./batch";
import { digestOfAttributes, digestOfBody } from "./digests";
import {
  batchTooLong,
  invalidContents,
  invalidParameter,
  invalidReceiptHandle,
  invalidValue,
  messageTooLong,
  missingParameter,
  noSuchQueue,
  overLimit,
  purgeInProgress,
  queueDeletedRecently,
  queueNameExists,
  unknownAttribute,
  unsupported,
} from "./errors";
import { countMessages, forgetOld, maximumInFlight, messageIdOfHandle, placeMessage, takeMessages } from "./messages";
import type model from "./model.json";
import { defaultAttributes, isSameValue, maximumBytes, redriveOf, withAttributes } from "./queue-attributes";
import type { MessageAttribute, Queue, QueuedMessage } from "./state";
import { waitFor, wakeReceivers } from "./waiting";

/** After DeleteQueue, and between two purges (SQS API). */
const restMs = 60_000;

export const operations: OperationsOf<typeof import("@aws-sdk/client-sqs"), typeof model> = {
  CreateQueue(input, call) {
    const { queues, deletedAt } = call.region.sqs;
    const name = input.QueueName ?? "";
    const wanted = definedOf(input.Attributes);
    checkName(name, wanted);
    const known = queues.get(name);
    if (known) {
      for (const [attribute, value] of Object.entries(wanted))
        if (!isSameValue(attribute, known.attributes[attribute], value)) throw queueNameExists(attribute);
      return { QueueUrl: urlOf(call, known) };
    }
    if (call.now.getTime() - (deletedAt.get(name) ?? Number.NEGATIVE_INFINITY) < restMs) throw queueDeletedRecently();
    const queue: Queue = {
      name,
      arn: `arn:aws:sqs:${call.region.name}:${call.accountId}:${name}`,
      attributes: withAttributes(call.region.sqs, defaultAttributes, wanted, { name, isNew: true }),
      tags: definedOf(input.tags),
      createdAt: call.now.getTime(),
      lastModifiedAt: call.now.getTime(),
      purgedAt: null,
      messages: new Map(),
    };
    queues.set(name, queue);
    deletedAt.delete(name);
    return { QueueUrl: urlOf(call, queue) };
  },

  DeleteQueue(input, call) {
    const queue = queueAt(call, input.QueueUrl);
    call.region.sqs.queues.delete(queue.name);
    call.region.sqs.deletedAt.set(queue.name, call.now.getTime());
    wakeReceivers(call.world);
    return {};
  },

  GetQueueUrl(input, call) {
    const queue = call.region.sqs.queues.get(input.QueueName ?? "");
    if (!queue || (input.QueueOwnerAWSAccountId && input.QueueOwnerAWSAccountId !== call.accountId)) throw noSuchQueue();
    return { QueueUrl: urlOf(call, queue) };
  },

  GetQueueAttributes(input, call) {
    const queue = queueAt(call, input.QueueUrl);
    if (!input.AttributeNames?.length) return {};
    const all = attributesOf(call, queue);
    const known = new Set([...Object.keys(all), ...settable, "All"]);
    const names = new Set<string>(input.AttributeNames);
    for (const name of names) if (!known.has(name)) throw unknownAttribute(name);
    return { Attributes: Object.fromEntries(Object.entries(all).filter(([name]) => names.has("All") || names.has(name))) };
  },

  SetQueueAttributes(input, call) {
    const queue = queueAt(call, input.QueueUrl);
    queue.attributes = withAttributes(call.region.sqs, queue.attributes, definedOf(input.Attributes), { name: queue.name, isNew: false });
    queue.lastModifiedAt = call.now.getTime();
    return {};
  },

  ListQueues(input, call) {
    const names = [...call.region.sqs.queues.keys()].filter((name) => name.startsWith(input.QueueNamePrefix ?? "")).sort();
    const { items, next } = pageOf(names, input);
    return {
      ...(items.length > 0 && { QueueUrls: items.map((name) => urlOf(call, call.region.sqs.queues.get(name) as Queue)) }),
      ...(next && { NextToken: next }),
    };
  },

  SendMessage(input, call) {
    return send(call, queueAt(call, input.QueueUrl), input);
  },

  SendMessageBatch(input, call) {
    const queue = queueAt(call, input.QueueUrl);
    checkBatch(input.Entries, "SendMessageBatchRequestEntry");
    const entries = input.Entries ?? [];
    const bytes = entries.reduce((sum, entry) => sum + bytesOf(entry), 0);
    if (bytes > maximumBytes) throw batchTooLong(maximumBytes, bytes);
    return doEach(entries, (entry) => send(call, queue, entry));
  },

  async ReceiveMessage(input, call) {
    const queue = queueAt(call, input.QueueUrl);
    refuseFifo(queue);
    const count = input.MaxNumberOfMessages ?? 1;
    const waitSeconds = input.WaitTimeSeconds ?? Number(queue.attributes.ReceiveMessageWaitTimeSeconds);
    const visibilitySeconds = input.VisibilityTimeout ?? Number(queue.attributes.VisibilityTimeout);
    if (count < 1 || count > 10) throw invalidValue(count, "MaxNumberOfMessages", "Must be between 1 and 10, if provided.");
    if (waitSeconds < 0 || waitSeconds > 20) throw invalidValue(waitSeconds, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.");
    checkVisibility(visibilitySeconds);
    if (queue.messages.size >= maximumInFlight && countMessages(call.world, queue).inFlight >= maximumInFlight) throw overLimit();
    const look = () => {
      // Deleted meanwhile, or everything was forgotten.
      if (call.world.region(call.region.name).sqs.queues.get(queue.name) !== queue) throw noSuchQueue();
      const taken = takeMessages(call.world, call.region, queue, count, visibilitySeconds);
      return taken.length > 0 ? taken : null;
    };
    const taken = await waitFor(call.world, look, { waitMs: 1000 * waitSeconds, signal: call.signal });
    if (!taken) return {};
    call.world.touch();
    const systemNames = new Set<string>([...(input.MessageSystemAttributeNames ?? []), ...(input.AttributeNames ?? [])]);
    return { Messages: taken.map((message) => toMessage(message, systemNames, input.MessageAttributeNames ?? [])) };
  },

  DeleteMessage(input, call) {
    const queue = queueAt(call, input.QueueUrl);
    remove(queue, input.ReceiptHandle);
    return {};
  },

  DeleteMessageBatch(input, call) {
    const queue = queueAt(call, input.QueueUrl);
    checkBatch(input.Entries, "DeleteMessageBatchRequestEntry");
    return doEach(input.Entries ?? [], (entry) => remove(queue, entry.ReceiptHandle));
  },

  ChangeMessageVisibility(input, call) {
    changeVisibility(call, queueAt(call, input.QueueUrl), input.ReceiptHandle, input.VisibilityTimeout);
    return {};
  },

  ChangeMessageVisibilityBatch(input, call) {
    const queue = queueAt(call, input.QueueUrl);
    checkBatch(input.Entries, "ChangeMessageVisibilityBatchRequestEntry");
    return doEach(input.Entries ?? [], (entry) =>
      changeVisibility(call, queue, entry.ReceiptHandle, entry.VisibilityTimeout ?? Number(queue.attributes.VisibilityTimeout)),
    );
  },

  PurgeQueue(input, call) {
    const queue = queueAt(call, input.QueueUrl);
    if (queue.purgedAt !== null && call.now.getTime() - queue.purgedAt < restMs) throw purgeInProgress(queue.name);
    queue.purgedAt = call.now.getTime();
    queue.messages.clear();
    return {};
  },

  TagQueue(input, call) {
    const queue = queueAt(call, input.QueueUrl);
    Object.assign(queue.tags, definedOf(input.Tags));
    return {};
  },

  UntagQueue(input, call) {
    const queue = queueAt(call, input.QueueUrl);
    for (const key of input.TagKeys ?? []) delete queue.tags[key];
    return {};
  },

  ListQueueTags(input, call) {
    const { tags } = queueAt(call, input.QueueUrl);
    return Object.keys(tags).length > 0 ? { Tags: { ...tags } } : {};
  },

  ListDeadLetterSourceQueues(input, call) {
    const target = queueAt(call, input.QueueUrl);
    const sources = [...call.region.sqs.queues.values()].filter((queue) => redriveOf(queue)?.targetArn === target.arn);
    const { items, next } = pageOf(sources.map((queue) => queue.name).sort(), input);
    return {
      queueUrls: items.map((name) => urlOf(call, call.region.sqs.queues.get(name) as Queue)),
      ...(next && { NextToken: next }),
    };
  },
};

const settable = new Set([
  ...Object.keys(defaultAttributes),
  ...["Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds"],
  ...["FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"],
]);

// Queues --------------------------------------------------------------------------------------------------------------

const urlOf = (call: Call, queue: Queue) => `${call.world.endpoint}/${call.accountId}/${queue.name}`;

/** The queue's address ends in account and name; a bare name is taken too. The host is whatever the caller reached us by. */
function queueAt(call: Call, url: string | undefined): Queue {
  const [name = "", account = call.accountId] = (url ?? "").split("/").reverse();
  const queue = account === call.accountId ? call.region.sqs.queues.get(name) : undefined;
  if (!queue) throw noSuchQueue();
  return queue;
}

function checkName(name: string, attributes: Record<string, string>): void {
  if (attributes.FifoQueue === "true") {
    if (!/^[A-Za-z0-9_-]{1,75}\.fifo$/.test(name))
      throw invalidParameter(
        "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.",
      );
  } else if (!/^[A-Za-z0-9_-]{1,80}$/.test(name))
    throw invalidParameter("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
}

/** Order, groups and deduplication are not imitated, so nothing pretends to be. */
function refuseFifo(queue: Queue): void {
  if (queue.name.endsWith(".fifo"))
    throw unsupported("The sandbox keeps FIFO queues and their attributes, but sends and receives no messages through them.");
}

function attributesOf(call: Call, queue: Queue): Record<string, string> {
  forgetOld(call.world, queue);
  const { visible, inFlight, delayed } = countMessages(call.world, queue);
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.lastModifiedAt / 1000)),
    ...queue.attributes,
  };
}

const definedOf = (map: Record<string, string | undefined> | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(map ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined));

/** A page of sorted names; the token is the last name given. Without MaxResults there is one page of 1,000 (SQS API). */
function pageOf(names: string[], { MaxResults, NextToken }: { MaxResults?: number; NextToken?: string }) {
  if (MaxResults !== undefined && (MaxResults < 1 || MaxResults > 1000))
    throw invalidValue(MaxResults, "MaxResults", "MaxResults must be an integer between 1 and 1000.");
  const after = NextToken === undefined ? "" : Buffer.from(NextToken, "base64").toString("utf8");
  if (NextToken !== undefined && !/^[A-Za-z0-9_-]+(\.fifo)?$/.test(after)) throw invalidParameter("The provided NextToken is invalid.");
  const rest = names.filter((name) => name > after);
  const items = rest.slice(0, MaxResults ?? 1000);
  const more = MaxResults !== undefined && rest.length > items.length;
  return { items, next: more ? Buffer.from(items.at(-1) ?? "").toString("base64") : null };
}

// Messages ------------------------------------------------------------------------------------------------------------

type ToSend = Pick<SendMessageRequest, "MessageBody" | "DelaySeconds" | "MessageAttributes" | "MessageSystemAttributes">;

function send(call: Call, queue: Queue, input: ToSend) {
  refuseFifo(queue);
  const body = input.MessageBody ?? "";
  if (!body) throw missingParameter("MessageBody");
  const { DelaySeconds: delaySeconds } = input;
  if (delaySeconds !== undefined && (delaySeconds < 0 || delaySeconds > 900))
    throw invalidValue(delaySeconds, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.");
  const forbidden = forbiddenCharacter(body);
  if (forbidden) throw invalidContents(forbidden);
  const attributes = readAttributes(input.MessageAttributes);
  const limit = Number(queue.attributes.MaximumMessageSize);
  if (bytesOf(input) > limit) throw messageTooLong(limit);
  const system = readAttributes(input.MessageSystemAttributes as Record<string, MessageAttributeValue> | undefined);
  const message = placeMessage(call.world, queue, {
    body,
    attributes,
    traceHeader: system.AWSTraceHeader?.StringValue ?? null,
    senderId: call.accountId,
    ...(delaySeconds !== undefined && { delaySeconds }),
  });
  return {
    MessageId: message.id,
    MD5OfMessageBody: digestOfBody(body),
    ...(Object.keys(attributes).length > 0 && { MD5OfMessageAttributes: digestOfAttributes(attributes) }),
    ...(Object.keys(system).length > 0 && { MD5OfMessageSystemAttributes: digestOfAttributes(system) }),
  };
}

/** XML 1.0's characters are allowed, lone surrogates are not (SQS API, SendMessage). Hex digits of the first that is not. */
function forbiddenCharacter(body: string): string | null {
  for (const character of body) {
    const code = character.codePointAt(0) as number;
    const isAllowed =
      code === 0x9 ||
      code === 0xa ||
      code === 0xd ||
      (code >= 0x20 && code <= 0xd7ff) ||
      (code >= 0xe000 && code <= 0xfffd) ||
      code >= 0x10000;
    if (!isAllowed) return code.toString(16).toUpperCase();
  }
  return null;
}

function readAttributes(given: Record<string, MessageAttributeValue> | undefined): Record<string, MessageAttribute> {
  const entries = Object.entries(given ?? {});
  if (entries.length > 10) throw invalidParameter(`Number of message attributes [${entries.length}] exceeds the allowed maximum [10].`);
  return Object.fromEntries(entries.map(([name, value]) => [name, readAttribute(name, value)]));
}

function readAttribute(name: string, { DataType, StringValue, BinaryValue }: MessageAttributeValue): MessageAttribute {
  const [kind = ""] = (DataType ?? "").split(".");
  if (!DataType || !["String", "Number", "Binary"].includes(kind))
    throw invalidParameter(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  const isEmpty = kind === "Binary" ? !BinaryValue?.length : !StringValue;
  if (isEmpty) throw invalidParameter(`Message (user) attribute '${name}' must contain a non-empty value of type '${kind}'.`);
  if (kind === "Number" && Number.isNaN(Number(StringValue)))
    throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  return kind === "Binary"
    ? { DataType, BinaryValue: Buffer.from(BinaryValue as Uint8Array) }
    : { DataType, StringValue: StringValue ?? "" };
}

/** Body and attributes (name, type, value) count together. */
function bytesOf({ MessageBody, MessageAttributes }: ToSend): number {
  let bytes = Buffer.byteLength(MessageBody ?? "");
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(MessageAttributes ?? {}))
    bytes += Buffer.byteLength(name + (DataType ?? "") + (StringValue ?? "")) + (BinaryValue?.length ?? 0);
  return bytes;
}

function toMessage(message: QueuedMessage, systemNames: Set<string>, attributeNames: string[]): Message {
  const system = Object.entries(systemAttributesOf(message)).filter(([name]) => systemNames.has("All") || systemNames.has(name));
  const attributes = Object.fromEntries(Object.entries(message.attributes).filter(([name]) => isAsked(name, attributeNames)));
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle as string,
    MD5OfBody: digestOfBody(message.body),
    Body: message.body,
    ...(system.length > 0 && { Attributes: Object.fromEntries(system) }),
    ...(Object.keys(attributes).length > 0 && {
      MD5OfMessageAttributes: digestOfAttributes(attributes),
      MessageAttributes: attributes,
    }),
  };
}

function systemAttributesOf(message: QueuedMessage): Record<string, string> {
  return {
    SenderId: message.senderId,
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAt),
    ...(message.traceHeader && { AWSTraceHeader: message.traceHeader }),
    ...(message.deadLetterSource && { DeadLetterQueueSourceArn: message.deadLetterSource }),
  };
}

/** `All`, `.*` and `*` ask for each; `Hel.*` for those that begin so (recorded). */
const isAsked = (name: string, asked: string[]) =>
  asked.some(
    (wanted) =>
      wanted === "All" ||
      wanted === ".*" ||
      wanted === "*" ||
      wanted === name ||
      (wanted.endsWith(".*") && name.startsWith(wanted.slice(0, -2))),
  );

/** An older receipt handle is taken without a complaint but removes nothing (SQS API, DeleteMessage). */
function remove(queue: Queue, handle: string | undefined): object {
  const id = handle ? messageIdOfHandle(queue, handle) : null;
  if (!id) throw invalidReceiptHandle(handle ?? "");
  if (queue.messages.get(id)?.receiptHandle === handle) queue.messages.delete(id);
  return {};
}

function changeVisibility(call: Call, queue: Queue, handle: string | undefined, seconds: number | undefined): object {
  const id = handle ? messageIdOfHandle(queue, handle) : null;
  if (!id) throw invalidReceiptHandle(handle ?? "");
  const visibilitySeconds = seconds ?? 0;
  checkVisibility(visibilitySeconds);
  const message = queue.messages.get(id);
  if (message?.receiptHandle !== handle || !message)
    throw invalidValue(handle, "ReceiptHandle", "Message does not exist or is not available for visibility timeout change.");
  const visibleAt = call.now.getTime() + 1000 * visibilitySeconds;
  if (visibleAt - (message.receivedAt ?? 0) > 43_200_000)
    throw invalidValue(
      visibilitySeconds,
      "VisibilityTimeout",
      "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]",
    );
  message.visibleAt = visibleAt;
  wakeReceivers(call.world);
  return {};
}

function checkVisibility(seconds: number): void {
  if (seconds < 0 || seconds > 43_200) throw invalidValue(seconds, "VisibilityTimeout", "Must be >= 0 and <= 43200, if provided.");
}
