import { AwsError } from "../service";

/*
 * Each SQS error has two names: the JSON protocol's, which the SDK makes its class from, and the query protocol's older
 * one, which travels along in the header x-amzn-query-error.
 */
const named = (code: string, queryCode: string, message: string, status = 400, extra: Record<string, unknown> = {}) =>
  new AwsError(code, message, status, { ...extra, queryCode });

const classic = (code: string, message: string, status = 400, extra: Record<string, unknown> = {}) =>
  named(code, `AWS.SimpleQueueService.${code}`, message, status, extra);

export const noSuchQueue = () =>
  named("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.", 400, {
    queryMessage: "The specified queue does not exist for this wsdl version.",
  });
export const invalidParameter = (message: string) => named("InvalidParameterValueException", "InvalidParameterValue", message);
export const invalidValue = (value: unknown, parameter: string, reason: string) =>
  invalidParameter(`Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`);
export const missingParameter = (name: string) =>
  named("MissingRequiredParameterException", "MissingParameter", `The request must contain the parameter ${name}.`);
export const invalidAttributeName = (message: string) => named("InvalidAttributeName", "InvalidAttributeName", message);
export const unknownAttribute = (name: string) => invalidAttributeName(`Unknown Attribute ${name}.`);
export const invalidAttributeValue = (name: string, reason = "") =>
  named("InvalidAttributeValue", "InvalidAttributeValue", `Invalid value for the parameter ${name}.${reason && ` Reason: ${reason}`}`);
export const queueNameExists = (attribute: string) =>
  named(
    "QueueNameExists",
    "QueueAlreadyExists",
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
  );
export const queueDeletedRecently = () =>
  classic("QueueDeletedRecently", "You must wait 60 seconds after deleting a queue before you can create another with the same name.");
export const purgeInProgress = (name: string) =>
  classic("PurgeQueueInProgress", `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`, 403);
export const unsupported = (message: string) => classic("UnsupportedOperation", message);
export const emptyBatch = (entryName: string) => classic("EmptyBatchRequest", `There should be at least one ${entryName} in the request.`);
export const tooManyEntries = (count: number) =>
  classic("TooManyEntriesInBatchRequest", `Maximum number of entries per request are 10. You have sent ${count}.`);
export const entryIdsNotDistinct = (id: string) => classic("BatchEntryIdsNotDistinct", `Id ${id} repeated.`);
export const invalidEntryId = () =>
  classic(
    "InvalidBatchEntryId",
    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
  );
export const batchTooLong = (limitBytes: number, bytes: number) =>
  classic("BatchRequestTooLong", `Batch requests cannot be longer than ${limitBytes} bytes. You have sent ${bytes} bytes.`);
export const messageTooLong = (limitBytes: number) =>
  invalidParameter(`One or more parameters are invalid. Reason: Message must be shorter than ${limitBytes} bytes.`);
export const invalidContents = (character: string) =>
  named(
    "InvalidMessageContents",
    "InvalidMessageContents",
    `Invalid binary character '#x${character}' was found in the message body, the set of allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF`,
  );
export const invalidReceiptHandle = (handle: string) =>
  named("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", `The input receipt handle "${handle}" is not a valid receipt handle.`);
export const overLimit = () => named("OverLimit", "OverLimit", "The maximum number of in flight messages is reached.", 403);
