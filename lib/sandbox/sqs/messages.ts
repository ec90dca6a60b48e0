import { randomBytes, randomUUID } from "node:crypto";
import type { Region, World } from "../service";
import { findByArn, redriveOf } from "./queue-attributes";
import { nextVisible, noteNew } from "./ready";
import type { MessageAttribute, Queue, QueuedMessage } from "./state";
import { wakeReceivers } from "./waiting";

/** Standard queues hold about so many messages in flight (SQS quotas). */
export const maximumInFlight = 120_000;

export type NewMessage = {
  body: string;
  attributes?: Record<string, MessageAttribute>;
  traceHeader?: string | null;
  senderId: string;
  delaySeconds?: number;
};

/** Puts a message into a queue and wakes whoever waits for one. */
export function placeMessage(world: World, queue: Queue, message: NewMessage): QueuedMessage {
  const sentAt = world.now().getTime();
  const placed: QueuedMessage = {
    id: randomUUID(),
    body: message.body,
    attributes: message.attributes ?? {},
    traceHeader: message.traceHeader ?? null,
    senderId: message.senderId,
    sentAt,
    visibleAt: sentAt + 1000 * (message.delaySeconds ?? Number(queue.attributes.DelaySeconds)),
    receiveCount: 0,
    firstReceivedAt: null,
    receiptHandle: null,
    receivedAt: null,
    deadLetterSource: null,
  };
  queue.messages.set(placed.id, placed);
  noteNew(queue, placed);
  world.touch();
  wakeReceivers(world);
  return placed;
}

/**
 * Takes up to `count` visible messages and hides them for `visibilitySeconds`. One that was received as often as the
 * redrive policy allows goes to the dead-letter queue instead, as AWS does it: at the next receive.
 */
export function takeMessages(world: World, region: Region, queue: Queue, count: number, visibilitySeconds: number): QueuedMessage[] {
  forgetOld(world, queue);
  const now = world.now().getTime();
  const redrive = redriveOf(queue);
  const taken: QueuedMessage[] = [];
  for (;;) {
    // Who hides nothing (a visibility timeout of 0) gets each message once all the same.
    const some = nextVisible(queue, count - taken.length, now).filter((message) => !taken.includes(message));
    if (some.length === 0) return taken;
    for (const message of some) {
      if (redrive && message.receiveCount >= redrive.maxReceiveCount && moveToDeadLetters(world, region, queue, message, redrive.targetArn))
        continue;
      message.receiveCount += 1;
      message.firstReceivedAt ??= now;
      message.receivedAt = now;
      message.receiptHandle = newReceiptHandle(queue, message);
      message.visibleAt = now + 1000 * visibilitySeconds;
      taken.push(message);
    }
  }
}

function moveToDeadLetters(world: World, region: Region, queue: Queue, message: QueuedMessage, targetArn: string): boolean {
  const target = findByArn(region.sqs, targetArn);
  if (!target) return false;
  queue.messages.delete(message.id);
  // Its age goes on counting from the first send (SQS Developer Guide, "Dead-letter queues").
  const moved = { ...message, receiptHandle: null, receivedAt: null, deadLetterSource: queue.arn };
  target.messages.set(message.id, moved);
  noteNew(target, moved);
  wakeReceivers(world);
  return true;
}

const lookedForOldAt = new WeakMap<Queue, number>();

/** Drops what is older than the retention period; looks at most once a second. */
export function forgetOld(world: World, queue: Queue): void {
  const now = world.now().getTime();
  if (Math.abs(now - (lookedForOldAt.get(queue) ?? Number.NEGATIVE_INFINITY)) < 1000) return;
  lookedForOldAt.set(queue, now);
  const oldest = now - 1000 * Number(queue.attributes.MessageRetentionPeriod);
  for (const message of queue.messages.values()) if (message.sentAt < oldest) queue.messages.delete(message.id);
}

export type QueueCounts = { visible: number; inFlight: number; delayed: number };

/** What the Approximate... attributes tell. */
export function countMessages(world: World, queue: Queue): QueueCounts {
  const now = world.now().getTime();
  const counts = { visible: 0, inFlight: 0, delayed: 0 };
  for (const message of queue.messages.values()) {
    if (message.visibleAt <= now) counts.visible += 1;
    else if (message.receivedAt === null) counts.delayed += 1;
    else counts.inFlight += 1;
  }
  return counts;
}

const newReceiptHandle = (queue: Queue, message: QueuedMessage) =>
  Buffer.from(`${randomBytes(12).toString("hex")} ${queue.arn} ${message.id}`).toString("base64");

/** Whether SQS would have given this handle for this queue, and for which message. */
export function messageIdOfHandle(queue: Queue, handle: string): string | null {
  const [, arn, id] = Buffer.from(handle, "base64").toString("utf8").split(" ");
  return arn === queue.arn && id ? id : null;
}
