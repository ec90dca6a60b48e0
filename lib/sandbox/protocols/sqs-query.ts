import type { AwsError } from "../service";

/*
 * The published model of SQS speaks JSON; what the same operations were called by query is kept here,
 * for clients from before November 2023, and for the header that tells newer ones the old code.
 */

const queryCodes: Record<string, string> = {
  BatchEntryIdsNotDistinct: "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
  BatchRequestTooLong: "AWS.SimpleQueueService.BatchRequestTooLong",
  EmptyBatchRequest: "AWS.SimpleQueueService.EmptyBatchRequest",
  InvalidBatchEntryId: "AWS.SimpleQueueService.InvalidBatchEntryId",
  MessageNotInflight: "AWS.SimpleQueueService.MessageNotInflight",
  PurgeQueueInProgress: "AWS.SimpleQueueService.PurgeQueueInProgress",
  QueueDeletedRecently: "AWS.SimpleQueueService.QueueDeletedRecently",
  QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
  QueueNameExists: "QueueAlreadyExists",
  TooManyEntriesInBatchRequest: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
  UnsupportedOperation: "AWS.SimpleQueueService.UnsupportedOperation",
};

/** The code that SQS has by query for an error: as the error itself says (`queryCode`), or by its name in the JSON model. */
export function sqsQueryCode(error: AwsError): string {
  const { queryCode } = error.extra;
  return typeof queryCode === "string" ? queryCode : (queryCodes[error.code] ?? error.code);
}

/** The sentence by query, where it is another one. */
export function sqsQueryMessage(error: AwsError): string {
  const { queryMessage } = error.extra;
  if (typeof queryMessage === "string") return queryMessage;
  return error.code === "QueueDoesNotExist" ? "The specified queue does not exist for this wsdl version." : error.message;
}

/** How a flattened list or map of the SQS model is written by query: `Attribute.1.Name=...&Attribute.1.Value=...`. */
export type QueryNames = { item: string; key?: string; value?: string };

export const sqsQueryNames: Record<string, QueryNames> = {
  AttributeNameList: { item: "AttributeName" },
  BatchResultErrorEntryList: { item: "BatchResultErrorEntry" },
  BinaryList: { item: "BinaryListValue" },
  ChangeMessageVisibilityBatchRequestEntryList: { item: "ChangeMessageVisibilityBatchRequestEntry" },
  ChangeMessageVisibilityBatchResultEntryList: { item: "ChangeMessageVisibilityBatchResultEntry" },
  DeleteMessageBatchRequestEntryList: { item: "DeleteMessageBatchRequestEntry" },
  DeleteMessageBatchResultEntryList: { item: "DeleteMessageBatchResultEntry" },
  MessageAttributeNameList: { item: "MessageAttributeName" },
  MessageBodyAttributeMap: { item: "MessageAttribute", key: "Name", value: "Value" },
  MessageBodySystemAttributeMap: { item: "MessageSystemAttribute", key: "Name", value: "Value" },
  MessageList: { item: "Message" },
  MessageSystemAttributeList: { item: "MessageSystemAttributeName" },
  MessageSystemAttributeMap: { item: "Attribute", key: "Name", value: "Value" },
  QueueAttributeMap: { item: "Attribute", key: "Name", value: "Value" },
  QueueUrlList: { item: "QueueUrl" },
  SendMessageBatchRequestEntryList: { item: "SendMessageBatchRequestEntry" },
  SendMessageBatchResultEntryList: { item: "SendMessageBatchResultEntry" },
  StringList: { item: "StringListValue" },
  TagKeyList: { item: "TagKey" },
  TagMap: { item: "Tag", key: "Key", value: "Value" },
};
