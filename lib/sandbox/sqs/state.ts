/** A message attribute as it was sent; the binary kind as a Buffer. */
export type MessageAttribute = { DataType: string; StringValue?: string; BinaryValue?: Buffer };

export type QueuedMessage = {
  id: string;
  body: string;
  attributes: Record<string, MessageAttribute>;
  traceHeader: string | null;
  senderId: string;
  /** Milliseconds since 1970 in the sandbox's time, as all moments here. */
  sentAt: number;
  /** From when on it can be received. */
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt: number | null;
  /** Only the handle of the latest receive counts. */
  receiptHandle: string | null;
  /** Since when it is hidden from everybody because of that receive. */
  receivedAt: number | null;
  /** ARN of the queue that gave it up, in a dead-letter queue. */
  deadLetterSource: string | null;
};

export type Queue = {
  name: string;
  arn: string;
  /** What can be set, as text, the way SQS answers it. */
  attributes: Record<string, string>;
  tags: Record<string, string>;
  createdAt: number;
  lastModifiedAt: number;
  purgedAt: number | null;
  /** By id, in the order in which they were sent. */
  messages: Map<string, QueuedMessage>;
};

export type SqsState = {
  queues: Map<string, Queue>;
  /** When a name was given up: it rests for 60 seconds. */
  deletedAt: Map<string, number>;
};

/** A region without queues. */
export function newSqsState(): SqsState {
  return { queues: new Map(), deletedAt: new Map() };
}
