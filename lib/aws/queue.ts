import { DeleteMessageBatchCommand, GetQueueAttributesCommand, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";

/** A message that is ours until it is removed or its time of invisibility is over. */
export type QueueMessage = {
  id: string;
  body: string;
  /** What `remove` wants. */
  handle: string;
  /** The sender's own attributes; the Scheduler puts the reason of a dead letter there. */
  attributes: Record<string, string>;
  sentAt: Date | null;
  receiveCount: number;
};

/** What a queue keeps a message for unless it was made otherwise (SQS API, SetQueueAttributes). */
const standardRetentionSeconds = 4 * 86_400;

/** SQS. `answerWithinMs`: the client's patience with calls for which SQS does not wait. */
export function queueDoor(client: SQSClient, answerWithinMs: number) {
  return {
    /** Up to ten messages; waits up to `waitSeconds` (20 at most) for the first. */
    async receive(url: string, waitSeconds: number, signal?: AbortSignal): Promise<QueueMessage[]> {
      const answer = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: waitSeconds,
          MessageAttributeNames: ["All"],
          MessageSystemAttributeNames: ["SentTimestamp", "ApproximateReceiveCount"],
        }),
        { abortSignal: signal, requestTimeout: waitSeconds * 1000 + answerWithinMs },
      );
      return (answer.Messages ?? []).map((message) => ({
        id: message.MessageId ?? "",
        body: message.Body ?? "",
        handle: message.ReceiptHandle ?? "",
        attributes: Object.fromEntries(
          Object.entries(message.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue ?? ""]),
        ),
        sentAt: message.Attributes?.SentTimestamp ? new Date(Number(message.Attributes.SentTimestamp)) : null,
        receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
      }));
    },

    /**
     * How many messages it has, those in somebody's hands and those held back included, and how long it keeps one.
     * The count is SQS's own and may be a minute late.
     */
    async depth(url: string): Promise<{ messages: number; retentionSeconds: number }> {
      const counts = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
      ] as const;
      const { Attributes: told = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...counts, "MessageRetentionPeriod"] }),
      );
      return {
        messages: counts.reduce((sum, name) => sum + Number(told[name] ?? 0), 0),
        retentionSeconds: Number(told.MessageRetentionPeriod ?? standardRetentionSeconds),
      };
    },

    /** Takes messages off the queue, ten a call and several calls at once. One that could not be removed comes again, which is harmless. */
    async remove(url: string, handles: string[]): Promise<void> {
      const calls = Array.from({ length: Math.ceil(handles.length / 10) }, (_, call) => handles.slice(10 * call, 10 * call + 10));
      await Promise.all(
        calls.map((some) => {
          const entries = some.map((handle, index) => ({ Id: String(index), ReceiptHandle: handle }));
          return client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries: entries }));
        }),
      );
    },
  };
}

export type QueueDoor = ReturnType<typeof queueDoor>;
