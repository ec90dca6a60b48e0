import type * as sdk from "@aws-sdk/client-cloudwatch-logs";
import type { InputLogEvent, LogGroup, LogStream, RejectedLogEventsInfo } from "@aws-sdk/client-cloudwatch-logs";
import type { OperationsOf } from "../operations-of";
import { AwsError, type Call, type Region } from "../service";
import type model from "./model.json";
import { filterLogEvents, getLogEvents } from "./read-events";
import type { LogGroupState, LogStreamState } from "./state";
import { appendLines, createGroup, createStream, expiredBefore, removeLines, requireGroup, requireStream } from "./streams";
import { readToken, writeToken } from "./tokens";

/** The periods that PutRetentionPolicy takes, in days (API reference). */
const retentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];
/** A batch counts each event with 26 bytes more and ends at 1 MB; an event may not be larger than that (API reference). */
const batchBytes = 1_048_576;
const dayMs = 86_400_000;
const isText = (content: unknown): content is string => typeof content === "string";
const isCount = (content: unknown): content is number => Number.isSafeInteger(content) && (content as number) >= 0;
const invalid = (message: string) => new AwsError("InvalidParameterException", message);

/** CloudWatch Logs, operation by operation. */
export const logsOperations: OperationsOf<typeof sdk, typeof model> = {
  CreateLogGroup(input, { world, region }) {
    const name = input.logGroupName as string;
    if (name.startsWith("aws/")) throw invalid("Log groups starting with AWS/ are reserved for AWS.");
    const group = createGroup(world, region, name);
    group.kmsKeyId = input.kmsKeyId ?? null;
    group.logGroupClass = input.logGroupClass ?? "STANDARD";
    group.deletionProtectionEnabled = input.deletionProtectionEnabled ?? false;
    group.tags = { ...input.tags };
    return {};
  },

  DeleteLogGroup(input, { world, region }) {
    const group = requireGroup(region, input.logGroupName as string);
    if (group.deletionProtectionEnabled) {
      throw new AwsError("ValidationException", "The log group is protected from deletion. Switch its deletion protection off first.");
    }
    for (const stream of group.streams.values()) removeLines(world, region, stream);
    region.logs.groups.delete(group.name);
    return {};
  },

  DescribeLogGroups(input, call) {
    if (input.logGroupNamePrefix !== undefined && input.logGroupNamePattern !== undefined) {
      throw invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
    }
    const pattern = input.logGroupNamePattern?.toLowerCase();
    const identifiers = input.logGroupIdentifiers?.map(groupNameOf);
    const groups = [...call.region.logs.groups.values()]
      .filter((group) => group.name.startsWith(input.logGroupNamePrefix ?? ""))
      .filter((group) => pattern === undefined || group.name.toLowerCase().includes(pattern))
      .filter((group) => identifiers === undefined || identifiers.includes(group.name))
      .filter((group) => input.logGroupClass === undefined || group.logGroupClass === input.logGroupClass)
      .sort(byName);
    const { page, nextToken } = pageByName(groups, input.nextToken, input.limit ?? 50);
    return { logGroups: page.map((group) => describeGroup(group, call)), nextToken };
  },

  CreateLogStream(input, { world, region }) {
    createStream(world, requireGroup(region, input.logGroupName as string), input.logStreamName as string);
    return {};
  },

  DeleteLogStream(input, { world, region }) {
    const group = requireGroup(region, input.logGroupName as string);
    const stream = requireStream(group, input.logStreamName as string);
    removeLines(world, region, stream);
    group.streams.delete(stream.name);
    return {};
  },

  DescribeLogStreams(input, call) {
    const group = groupAsked(input, call.region);
    const byTime = input.orderBy === "LastEventTime";
    if (byTime && input.logStreamNamePrefix !== undefined) throw invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
    const streams = [...group.streams.values()].filter((stream) => stream.name.startsWith(input.logStreamNamePrefix ?? "")).sort(byName);
    if (byTime) streams.sort((one, other) => (one.lastEventTimestamp ?? 0) - (other.lastEventTimestamp ?? 0));
    if (input.descending === true) streams.reverse();
    const start = input.nextToken === undefined ? 0 : readToken(input.nextToken, isCount);
    const end = start + (input.limit ?? 50);
    return {
      logStreams: streams.slice(start, end).map((stream) => describeStream(group, stream, call)),
      nextToken: end < streams.length ? writeToken(end) : undefined,
    };
  },

  PutLogEvents(input, call) {
    const group = requireGroup(call.region, input.logGroupName as string);
    const stream = requireStream(group, input.logStreamName as string);
    const events = input.logEvents as InputLogEvent[];
    checkBatch(events);
    const { rejected, accepted } = sortOut(events, group, call);
    appendLines(
      call.world,
      call.region,
      stream,
      accepted.map((event) => ({ timestamp: event.timestamp as number, message: event.message as string })),
    );
    return { nextSequenceToken: sequenceToken(stream), rejectedLogEventsInfo: rejected };
  },

  GetLogEvents(input, call) {
    return getLogEvents(call.world, call.region, groupAsked(input, call.region), input);
  },

  FilterLogEvents(input, call) {
    return filterLogEvents(call.world, call.region, groupAsked(input, call.region), input);
  },

  PutRetentionPolicy(input, { region }) {
    const group = requireGroup(region, input.logGroupName as string);
    const days = input.retentionInDays as number;
    if (!retentions.includes(days)) {
      throw invalid(
        `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${retentions.join(", ")}]`,
      );
    }
    group.retentionInDays = days;
    return {};
  },

  DeleteRetentionPolicy(input, { region }) {
    requireGroup(region, input.logGroupName as string).retentionInDays = null;
    return {};
  },

  TagResource(input, { region }) {
    const group = taggedGroup(input.resourceArn as string, region);
    const tags = { ...group.tags, ...input.tags };
    if (Object.keys(tags).length > 50) throw new AwsError("TooManyTagsException", "A resource can have no more than 50 tags.");
    group.tags = tags;
    return {};
  },

  UntagResource(input, { region }) {
    const group = taggedGroup(input.resourceArn as string, region);
    for (const key of input.tagKeys ?? []) delete group.tags[key];
    return {};
  },

  ListTagsForResource(input, { region }) {
    return { tags: { ...taggedGroup(input.resourceArn as string, region).tags } };
  },
};

function groupAsked(input: { logGroupName?: string; logGroupIdentifier?: string }, region: Region): LogGroupState {
  if (input.logGroupName !== undefined && input.logGroupIdentifier !== undefined) {
    throw new AwsError("ValidationException", "LogGroup name and LogGroup ARN are mutually exclusive parameters.");
  }
  const identifier = input.logGroupName ?? input.logGroupIdentifier;
  if (identifier === undefined) throw invalid("Either logGroupName or logGroupIdentifier must be given.");
  return requireGroup(region, groupNameOf(identifier));
}

/** A group's name, from its name or its ARN (with or without `:*`). */
function groupNameOf(identifier: string): string {
  return /^arn:[^:]*:logs:[^:]*:[^:]*:log-group:([^:]+)(:\*)?$/.exec(identifier)?.[1] ?? identifier;
}

function taggedGroup(arn: string, region: Region): LogGroupState {
  if (!arn.startsWith("arn:")) throw invalid("The specified resourceArn is invalid.");
  return requireGroup(region, groupNameOf(arn));
}

function groupArn(name: string, { region, accountId }: Call): string {
  return `arn:aws:logs:${region.name}:${accountId}:log-group:${name}`;
}

function describeGroup(group: LogGroupState, call: Call): LogGroup {
  const arn = groupArn(group.name, call);
  return {
    logGroupName: group.name,
    creationTime: group.creationTime,
    retentionInDays: group.retentionInDays ?? undefined,
    metricFilterCount: 0,
    arn: `${arn}:*`,
    storedBytes: [...group.streams.values()].reduce((sum, stream) => sum + stream.bytes, 0),
    kmsKeyId: group.kmsKeyId ?? undefined,
    logGroupClass: group.logGroupClass,
    logGroupArn: arn,
    deletionProtectionEnabled: group.deletionProtectionEnabled,
  };
}

function describeStream(group: LogGroupState, stream: LogStreamState, call: Call): LogStream {
  return {
    logStreamName: stream.name,
    creationTime: stream.creationTime,
    firstEventTimestamp: stream.firstEventTimestamp ?? undefined,
    lastEventTimestamp: stream.lastEventTimestamp ?? undefined,
    lastIngestionTime: stream.lastIngestionTime ?? undefined,
    uploadSequenceToken: stream.lastIngestionTime === null ? undefined : sequenceToken(stream),
    arn: `${groupArn(group.name, call)}:log-stream:${stream.name}`,
    // AWS stopped counting this in 2019: it is always 0 for a stream.
    storedBytes: 0,
  };
}

function sequenceToken(stream: LogStreamState): string {
  return `49${String(stream.lastIngestionTime ?? stream.creationTime).padStart(20, "0")}${String(stream.bytes).padStart(34, "0")}`;
}

function checkBatch(events: InputLogEvent[]): void {
  const times = events.map((event) => event.timestamp as number);
  if (times.some((time, index) => index > 0 && time < (times[index - 1] as number))) {
    throw invalid("Log events in a single PutLogEvents request must be in chronological order.");
  }
  if ((times.at(-1) as number) - (times[0] as number) > dayMs) {
    throw invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
  }
  const sizes = events.map((event) => Buffer.byteLength(event.message as string) + 26);
  const large = sizes.find((size) => size > batchBytes);
  if (large !== undefined) throw invalid(`Log event too large: ${large} bytes exceeds limit of ${batchBytes}`);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > batchBytes) throw invalid(`Upload too large: ${total} bytes exceeds limit of ${batchBytes}`);
}

/** What AWS takes of a batch: nothing older than 14 days or the group's retention, nothing more than two hours ahead. */
function sortOut(
  events: InputLogEvent[],
  group: LogGroupState,
  { world, now }: Call,
): { accepted: InputLogEvent[]; rejected: RejectedLogEventsInfo | undefined } {
  const time = (event: InputLogEvent) => event.timestamp as number;
  const tooOld = events.filter((event) => time(event) < now.getTime() - 14 * dayMs).length;
  const expired = events.filter((event) => time(event) < expiredBefore(world, group)).length;
  const tooNew = events.findIndex((event) => time(event) > now.getTime() + 2 * 3_600_000);
  const accepted = events.slice(Math.max(tooOld, expired), tooNew === -1 ? undefined : tooNew);
  if (accepted.length === events.length) return { accepted, rejected: undefined };
  return {
    accepted,
    rejected: {
      // The end indexes are exclusive.
      tooOldLogEventEndIndex: tooOld > 0 ? tooOld : undefined,
      expiredLogEventEndIndex: expired > tooOld ? expired : undefined,
      tooNewLogEventStartIndex: tooNew === -1 ? undefined : tooNew,
    },
  };
}

/** AWS sorts names by their ASCII codes, not by a language's order. */
function byName(one: { name: string }, other: { name: string }): number {
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
}

/** A page of a list sorted by name; the token is the last name given, so that names made meanwhile shift nothing. */
function pageByName<Item extends { name: string }>(
  items: Item[],
  token: string | undefined,
  limit: number,
): { page: Item[]; nextToken: string | undefined } {
  const after = token === undefined ? "" : readToken(token, isText);
  const rest = items.filter((item) => item.name > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return { page, nextToken: rest.length > limit && last !== undefined ? writeToken(last.name) : undefined };
}
