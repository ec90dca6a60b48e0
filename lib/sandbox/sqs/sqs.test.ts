import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  TagQueueCommand,
  UntagQueueCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sandboxControl } from "../control-client";
import { type RunningSandbox, startSandbox } from "../start-server";

let sandbox: RunningSandbox;
let sqs: SQSClient;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "belfry-sqs-"));
  sandbox = await startSandbox({ port: 0, dataFolder: folder });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  sqs = new SQSClient({ endpoint: sandbox.endpoint, region: "eu-central-1", credentials, maxAttempts: 1 });
});

afterAll(async () => {
  sqs.destroy();
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

let made = 0;
async function newQueue(Attributes: Record<string, string> = {}): Promise<{ QueueUrl: string; arn: string; name: string }> {
  made += 1;
  const name = `queue-${made}`;
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  return { QueueUrl: QueueUrl as string, arn: `arn:aws:sqs:eu-central-1:123456789012:${name}`, name };
}

async function receive(QueueUrl: string, more: Partial<ConstructorParameters<typeof ReceiveMessageCommand>[0]> = {}): Promise<Message[]> {
  return (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];
}

const counts = async (QueueUrl: string) => {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  return [
    Attributes?.ApproximateNumberOfMessages,
    Attributes?.ApproximateNumberOfMessagesNotVisible,
    Attributes?.ApproximateNumberOfMessagesDelayed,
  ].map(Number);
};

type Refusal = { name: string; code: string | undefined; message: string; status: number };

/** The error as a client sees it: name, the older code, sentence, status. */
async function refusal(call: Promise<unknown>): Promise<Refusal | null> {
  const error = (await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )) as { name: string; Code?: string; message: string; $metadata: { httpStatusCode: number } } | null;
  return error && { name: error.name, code: error.Code, message: error.message, status: error.$metadata.httpStatusCode };
}

test("a message is received with what was sent, hidden until its time-out, and gone once deleted", async () => {
  const { QueueUrl } = await newQueue({ VisibilityTimeout: "60" });
  expect(QueueUrl).toBe(`${sandbox.endpoint}/123456789012/queue-${made}`);
  await sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: "msg",
      MessageAttributes: {
        Hello: { DataType: "String", StringValue: "There" },
        General: { DataType: "String", StringValue: "Kenobi" },
        "Help.Me": { DataType: "String", StringValue: "Me" },
      },
    }),
  );
  const [first] = await receive(QueueUrl, { MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All"] });
  // The digests that AWS was recorded to answer for these.
  expect(first).toMatchObject({
    Body: "msg",
    MD5OfBody: "6e2baaf3b97dbeef01c0043275f9a0e7",
    MD5OfMessageAttributes: "4c360f3fdafd970e05fae2f149d997f5",
    Attributes: { ApproximateReceiveCount: "1", SenderId: expect.any(String) },
  });
  expect(await receive(QueueUrl)).toEqual([]);
  expect(await counts(QueueUrl)).toEqual([0, 1, 0]);
  await sandboxControl(sandbox.endpoint).advanceClock(61);
  const [second] = await receive(QueueUrl, { AttributeNames: ["ApproximateReceiveCount" as "All"], MessageAttributeNames: ["Hel.*"] });
  expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
  expect(second?.Attributes).toEqual({ ApproximateReceiveCount: "2" });
  expect(second?.MD5OfMessageAttributes).toBe("83fee93c1bcd8b9a5a923ffacdc636c7");
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
  expect(await counts(QueueUrl)).toEqual([0, 1, 0]);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle }));
  expect(await counts(QueueUrl)).toEqual([0, 0, 0]);
});

test("the answer to an empty queue has no Messages at all", async () => {
  const { QueueUrl } = await newQueue();
  expect(await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).not.toHaveProperty("Messages");
});

test("binary attributes keep their bytes and AWS's digest", async () => {
  const { QueueUrl } = await newQueue();
  const BinaryValue = Buffer.from("traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01");
  await sqs.send(
    new SendMessageCommand({ QueueUrl, MessageBody: "test", MessageAttributes: { attr1: { DataType: "Binary", BinaryValue } } }),
  );
  const [message] = await receive(QueueUrl, { MessageAttributeNames: ["attr1"] });
  expect(message?.MD5OfMessageAttributes).toBe("8cbe4db156db8a94db8b801b7addb984");
  expect(Buffer.from(message?.MessageAttributes?.attr1?.BinaryValue ?? [])).toEqual(BinaryValue);
});

test("a long poll ends as soon as a message comes, and when the caller leaves it takes none", async () => {
  const { QueueUrl } = await newQueue();
  const leaving = new AbortController();
  const left = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), { abortSignal: leaving.signal });
  leaving.abort();
  await expect(left).rejects.toThrow("abort");
  const startedAt = Date.now();
  const waiting = receive(QueueUrl, { WaitTimeSeconds: 20 });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "come" }));
  expect((await waiting).map(({ Body }) => Body)).toEqual(["come"]);
  expect(Date.now() - startedAt).toBeLessThan(5000);
});

test("a long poll ends with an error when its queue is deleted", async () => {
  const { QueueUrl } = await newQueue();
  const waiting = refusal(receive(QueueUrl, { WaitTimeSeconds: 20 }));
  await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  expect(await waiting).toMatchObject({ name: "QueueDoesNotExist" });
});

test("a delayed message comes when its delay is over", async () => {
  const { QueueUrl } = await newQueue({ DelaySeconds: "30" });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "later" }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "now", DelaySeconds: 0 }));
  expect((await receive(QueueUrl)).map(({ Body }) => Body)).toEqual(["now"]);
  expect(await counts(QueueUrl)).toEqual([0, 1, 1]);
  const waiting = receive(QueueUrl, { WaitTimeSeconds: 20, MaxNumberOfMessages: 1 });
  await sandboxControl(sandbox.endpoint).advanceClock(31);
  expect(await waiting).toHaveLength(1);
});

test("a message that was received too often goes to the dead-letter queue and tells where it came from", async () => {
  const dead = await newQueue();
  const source = await newQueue({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 }) });
  await sqs.send(new SendMessageCommand({ QueueUrl: source.QueueUrl, MessageBody: "bad" }));
  for (let count = 0; count < 2; count += 1) expect(await receive(source.QueueUrl, { VisibilityTimeout: 0 })).toHaveLength(1);
  expect(await receive(source.QueueUrl)).toEqual([]);
  const [letter] = await receive(dead.QueueUrl, { MessageSystemAttributeNames: ["All"] });
  expect(letter).toMatchObject({ Body: "bad", Attributes: { DeadLetterQueueSourceArn: source.arn } });
  const { queueUrls } = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead.QueueUrl }));
  expect(queueUrls).toEqual([source.QueueUrl]);
});

test("a message older than the retention is forgotten", async () => {
  const { QueueUrl } = await newQueue({ MessageRetentionPeriod: "60" });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "old" }));
  await sandboxControl(sandbox.endpoint).advanceClock(61);
  expect(await counts(QueueUrl)).toEqual([0, 0, 0]);
});

test("visibility zero gives a message back at once, and more than twelve hours are refused", async () => {
  const { QueueUrl } = await newQueue();
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "back" }));
  const [message] = await receive(QueueUrl);
  const ReceiptHandle = message?.ReceiptHandle;
  await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  const [again] = await receive(QueueUrl);
  expect(again?.MessageId).toBe(message?.MessageId);
  expect(await refusal(sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 1 })))).toMatchObject({
    code: "InvalidParameterValue",
    message: `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
  });
});

test("a queue of many gives each message once while some are removed, and then again those that were not", async () => {
  const { QueueUrl } = await newQueue({ VisibilityTimeout: "60" });
  const sent = Array.from({ length: 300 }, (_, n) => String(n));
  for (let n = 0; n < sent.length; n += 10)
    await sqs.send(
      new SendMessageBatchCommand({ QueueUrl, Entries: sent.slice(n, n + 10).map((MessageBody) => ({ Id: MessageBody, MessageBody })) }),
    );
  const takeAll = async () => {
    const kept: string[] = [];
    const bodies: string[] = [];
    for (let some = await receive(QueueUrl); some.length > 0; some = await receive(QueueUrl)) {
      bodies.push(...some.map(({ Body = "" }) => Body));
      kept.push(...some.slice(5).map(({ Body = "" }) => Body));
      const Entries = some.slice(0, 5).map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
    return { bodies, kept };
  };
  const first = await takeAll();
  expect(first.bodies.toSorted()).toEqual(sent.toSorted());
  await sandboxControl(sandbox.endpoint).advanceClock(61);
  const second = await takeAll();
  expect(second.bodies.toSorted()).toEqual(first.kept.toSorted());
  await sandboxControl(sandbox.endpoint).resetClock();
});

test("a batch does what it can and lists what it could not", async () => {
  const { QueueUrl } = await newQueue();
  const sent = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: [
        { Id: "good", MessageBody: "one" },
        { Id: "bad", MessageBody: "two", DelaySeconds: 901 },
      ],
    }),
  );
  expect(sent.Successful?.map(({ Id }) => Id)).toEqual(["good"]);
  expect(sent.Failed).toEqual([
    {
      Id: "bad",
      SenderFault: true,
      Code: "InvalidParameterValue",
      Message: "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
    },
  ]);
  const [message] = await receive(QueueUrl);
  const removed = await sqs.send(
    new DeleteMessageBatchCommand({
      QueueUrl,
      Entries: [
        { Id: "a", ReceiptHandle: message?.ReceiptHandle },
        { Id: "b", ReceiptHandle: "nonsense" },
      ],
    }),
  );
  expect(removed.Successful).toEqual([{ Id: "a" }]);
  expect(removed.Failed?.[0]).toMatchObject({ Id: "b", Code: "ReceiptHandleIsInvalid" });
});

test("a queue made again with the same attributes is the same queue; a deleted name rests for a minute", async () => {
  const { QueueUrl, name } = await newQueue({ DelaySeconds: "1" });
  expect((await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { DelaySeconds: "1" } }))).QueueUrl).toBe(QueueUrl);
  await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  expect(await refusal(sqs.send(new CreateQueueCommand({ QueueName: name })))).toMatchObject({
    name: "QueueDeletedRecently",
    message: "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
  });
  await sandboxControl(sandbox.endpoint).advanceClock(61);
  await sqs.send(new CreateQueueCommand({ QueueName: name }));
});

test("attributes are kept as text, policies too, and an empty policy removes it", async () => {
  const { QueueUrl, arn } = await newQueue({ VisibilityTimeout: "20" });
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy, MaximumMessageSize: "2048" } }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  expect(Attributes).toEqual({
    QueueArn: arn,
    ApproximateNumberOfMessages: "0",
    ApproximateNumberOfMessagesNotVisible: "0",
    ApproximateNumberOfMessagesDelayed: "0",
    CreatedTimestamp: expect.stringMatching(/^\d{10}$/),
    LastModifiedTimestamp: expect.stringMatching(/^\d{10}$/),
    VisibilityTimeout: "20",
    MaximumMessageSize: "2048",
    MessageRetentionPeriod: "345600",
    DelaySeconds: "0",
    ReceiveMessageWaitTimeSeconds: "0",
    SqsManagedSseEnabled: "true",
    Policy,
  });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: "" } }));
  const after = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy", "VisibilityTimeout"] }));
  expect(after.Attributes).toEqual({ VisibilityTimeout: "20" });
});

test("queues are listed by prefix in pages, and carry tags", async () => {
  const names = ["page-a", "page-b", "page-c"];
  for (const QueueName of names) await sqs.send(new CreateQueueCommand({ QueueName, tags: { team: "x" } }));
  const first = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "page-", MaxResults: 2 }));
  const second = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "page-", MaxResults: 2, NextToken: first.NextToken }));
  const nameOf = (url: string) => url.split("/").at(-1);
  expect([...(first.QueueUrls ?? []), ...(second.QueueUrls ?? [])].map(nameOf)).toEqual(names);
  expect(second.NextToken).toBeUndefined();
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: "page-a" }));
  await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { stage: "test" } }));
  await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ["team"] }));
  expect((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ stage: "test" });
});

const url = async () => (await newQueue()).QueueUrl;
const tooLong = "x".repeat(1_048_577);
const refused: [string, () => Promise<unknown>, Partial<Refusal>][] = [
  [
    "an unknown queue",
    async () => sqs.send(new ReceiveMessageCommand({ QueueUrl: `${sandbox.endpoint}/123456789012/none` })),
    {
      name: "QueueDoesNotExist",
      code: "AWS.SimpleQueueService.NonExistentQueue",
      message: "The specified queue does not exist.",
      status: 400,
    },
  ],
  [
    "a queue of another account",
    async () => sqs.send(new ReceiveMessageCommand({ QueueUrl: (await url()).replace("123456789012", "210987654321") })),
    { name: "QueueDoesNotExist" },
  ],
  [
    "eleven messages at once",
    async () => sqs.send(new ReceiveMessageCommand({ QueueUrl: await url(), MaxNumberOfMessages: 11 })),
    {
      code: "InvalidParameterValue",
      message: "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
      status: 400,
    },
  ],
  [
    "a poll of 21 seconds",
    async () => sqs.send(new ReceiveMessageCommand({ QueueUrl: await url(), WaitTimeSeconds: 21 })),
    {
      code: "InvalidParameterValue",
      message: "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
    },
  ],
  [
    "no body",
    async () => sqs.send(new SendMessageCommand({ QueueUrl: await url(), MessageBody: undefined })),
    { code: "MissingParameter", message: "The request must contain the parameter MessageBody." },
  ],
  [
    "an empty body",
    async () => sqs.send(new SendMessageCommand({ QueueUrl: await url(), MessageBody: "" })),
    { code: "MissingParameter", message: "The request must contain the parameter MessageBody." },
  ],
  [
    "a body over 1 MiB",
    async () => sqs.send(new SendMessageCommand({ QueueUrl: await url(), MessageBody: tooLong })),
    {
      code: "InvalidParameterValue",
      message: "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.",
    },
  ],
  [
    "a batch over 1 MiB",
    async () =>
      sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: await url(),
          Entries: [
            { Id: "1", MessageBody: tooLong.slice(1) },
            { Id: "2", MessageBody: "x" },
          ],
        }),
      ),
    {
      code: "AWS.SimpleQueueService.BatchRequestTooLong",
      message: "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.",
    },
  ],
  [
    "a control character in a body",
    async () => sqs.send(new SendMessageCommand({ QueueUrl: await url(), MessageBody: "a\u0000b" })),
    { name: "InvalidMessageContents" },
  ],
  [
    "an empty attribute",
    async () =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl: await url(),
          MessageBody: "x",
          MessageAttributes: { ErrorDetails: { DataType: "String", StringValue: "" } },
        }),
      ),
    {
      code: "InvalidParameterValue",
      message: "Message (user) attribute 'ErrorDetails' must contain a non-empty value of type 'String'.",
    },
  ],
  [
    "an empty batch",
    async () => sqs.send(new SendMessageBatchCommand({ QueueUrl: await url(), Entries: [] })),
    {
      code: "AWS.SimpleQueueService.EmptyBatchRequest",
      message: "There should be at least one SendMessageBatchRequestEntry in the request.",
    },
  ],
  [
    "a batch of eleven",
    async () =>
      sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: await url(),
          Entries: Array.from({ length: 11 }, (_, index) => ({ Id: String(index), ReceiptHandle: "x" })),
        }),
      ),
    {
      code: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
      message: "Maximum number of entries per request are 10. You have sent 11.",
    },
  ],
  [
    "a batch with an id twice",
    async () =>
      sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: await url(),
          Entries: [
            { Id: "same", MessageBody: "1" },
            { Id: "same", MessageBody: "2" },
          ],
        }),
      ),
    { code: "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", message: "Id same repeated." },
  ],
  [
    "a batch with a strange id",
    async () => sqs.send(new SendMessageBatchCommand({ QueueUrl: await url(), Entries: [{ Id: "invalid:id", MessageBody: "1" }] })),
    {
      code: "AWS.SimpleQueueService.InvalidBatchEntryId",
      message: "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
    },
  ],
  [
    "a strange receipt handle",
    async () => sqs.send(new DeleteMessageCommand({ QueueUrl: await url(), ReceiptHandle: "garbage" })),
    { name: "ReceiptHandleIsInvalid", message: 'The input receipt handle "garbage" is not a valid receipt handle.' },
  ],
  [
    "the same name with another attribute",
    async () => {
      const { name } = await newQueue();
      return sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { DelaySeconds: "7" } }));
    },
    {
      name: "QueueNameExists",
      code: "QueueAlreadyExists",
      message: "A queue already exists with the same name and a different value for attribute DelaySeconds",
    },
  ],
  [
    "a name with a dot",
    async () => sqs.send(new CreateQueueCommand({ QueueName: "a.b" })),
    {
      code: "InvalidParameterValue",
      message: "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    },
  ],
  [
    "an attribute that does not exist",
    async () =>
      sqs.send(new CreateQueueCommand({ QueueName: "unknown-attribute", Attributes: { Colour: "red" } as Record<string, string> })),
    { name: "InvalidAttributeName", message: "Unknown Attribute Colour." },
  ],
  [
    "an attribute out of its range",
    async () => sqs.send(new CreateQueueCommand({ QueueName: "out-of-range", Attributes: { VisibilityTimeout: "43201" } })),
    { name: "InvalidAttributeValue", message: "Invalid value for the parameter VisibilityTimeout." },
  ],
  [
    "FifoQueue for a standard queue",
    async () => sqs.send(new SetQueueAttributesCommand({ QueueUrl: await url(), Attributes: { FifoQueue: "true" } })),
    { name: "InvalidAttributeName", message: "Unknown Attribute FifoQueue." },
  ],
  [
    "a message to a FIFO queue, which is not imitated",
    async () => {
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "orders.fifo", Attributes: { FifoQueue: "true" } }));
      return sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x", MessageGroupId: "g" }));
    },
    { code: "AWS.SimpleQueueService.UnsupportedOperation" },
  ],
  [
    "a dead-letter target that is no ARN",
    async () => {
      const RedrivePolicy = '{"deadLetterTargetArn": "dummy", "maxReceiveCount": 42}';
      return sqs.send(new SetQueueAttributesCommand({ QueueUrl: await url(), Attributes: { RedrivePolicy } }));
    },
    {
      code: "InvalidParameterValue",
      message:
        'Value {"deadLetterTargetArn": "dummy", "maxReceiveCount": 42} for parameter RedrivePolicy is invalid. Reason: Invalid value for deadLetterTargetArn.',
    },
  ],
  [
    "both kinds of encryption",
    async () => {
      const Attributes = { KmsMasterKeyId: "testKeyId", SqsManagedSseEnabled: "true" };
      return sqs.send(new SetQueueAttributesCommand({ QueueUrl: await url(), Attributes }));
    },
    {
      name: "InvalidAttributeName",
      message: "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
    },
  ],
  [
    "a token that nobody gave out",
    async () => sqs.send(new ListQueuesCommand({ MaxResults: 5, NextToken: "bad!" })),
    { code: "InvalidParameterValue", message: "The provided NextToken is invalid." },
  ],
  [
    "a second purge within a minute",
    async () => {
      const QueueUrl = await url();
      await sqs.send(new PurgeQueueCommand({ QueueUrl }));
      return sqs.send(new PurgeQueueCommand({ QueueUrl }));
    },
    {
      code: "AWS.SimpleQueueService.PurgeQueueInProgress",
      message: expect.stringMatching(/^Only one PurgeQueue operation on queue-\d+ is allowed every 60 seconds\.$/) as string,
      status: 403,
    },
  ],
];

test.each(refused)("refused as by AWS: %s", async (_, call, wanted) => {
  expect(await refusal(call())).toMatchObject(wanted);
});

test("by the older query protocol an unknown queue has its older sentence, and a message comes in XML", async () => {
  const { QueueUrl } = await newQueue();
  const ask = async (target: string, form: Record<string, string>) =>
    (
      await fetch(target, {
        method: "POST",
        headers: { authorization: "AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/sqs/aws4_request" },
        body: new URLSearchParams({ Version: "2012-11-05", ...form }),
      })
    ).text();
  await ask(QueueUrl, { Action: "SendMessage", MessageBody: "old & new" });
  expect(await ask(QueueUrl, { Action: "ReceiveMessage", "AttributeName.1": "All" })).toContain("<Body>old &amp; new</Body>");
  const unknown = await ask(`${sandbox.endpoint}/123456789012/none`, { Action: "ReceiveMessage" });
  expect(unknown).toContain("<Code>AWS.SimpleQueueService.NonExistentQueue</Code>");
  expect(unknown).toContain("The specified queue does not exist for this wsdl version.");
});
