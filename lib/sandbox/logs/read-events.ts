import type {
  FilteredLogEvent,
  FilterLogEventsCommandInput,
  GetLogEventsCommandInput,
  OutputLogEvent,
} from "@aws-sdk/client-cloudwatch-logs";
import { AwsError, type Region, type World } from "../service";
import { parseFilterPattern } from "./filter-pattern";
import type { PlacedLine } from "./line-file";
import type { LogGroupState, LogStreamState } from "./state";
import { expiredBefore, lineFile, requireStream } from "./streams";
import { readPosition, readToken, writePosition, writeToken } from "./tokens";

/** A page of GetLogEvents or FilterLogEvents is 1 MB at most, each event counted with 26 bytes more (API reference). */
const pageBytes = 1_048_576;
/** A call looks at so many lines and then answers with what it has: so pages are short or empty though more is to come, as on AWS. */
const linesLookedAt = 20_000;

/**
 * One page of a stream. Positions count the lines of the stream from its first, also those that retention has taken.
 * Lines come in the order in which they were taken in. startTime is inclusive, endTime exclusive.
 */
export function getLogEvents(
  world: World,
  region: Region,
  group: LogGroupState,
  input: GetLogEventsCommandInput,
): { events: OutputLogEvent[]; nextForwardToken: string; nextBackwardToken: string } {
  const stream = requireStream(group, input.logStreamName as string);
  const file = lineFile(world, region, stream);
  const end = file.readableCount(world.now().getTime(), world.settings.logIngestionMs);
  const position = startOf(input, stream, end);
  const earliest = Math.max(input.startTime ?? Number.NEGATIVE_INFINITY, expiredBefore(world, group));
  const latest = input.endTime ?? Number.POSITIVE_INFINITY;
  const isOutside = (first: number, last: number) => last < earliest || first >= latest;
  const limit = input.limit ?? 10_000;

  const forward = position.direction === "f";
  const found: PlacedLine[] = [];
  let bytes = 0;
  let looked = 0;
  // Where the next call goes on: at the far end, unless this page is full or has looked at enough before it.
  let next = forward ? end : 0;
  for (const line of forward ? file.forward(position.line, isOutside) : file.backward(position.line, isOutside)) {
    if (forward && line.n >= end) break;
    const size = Buffer.byteLength(line.message) + 26;
    if (found.length >= limit || (found.length > 0 && bytes + size > pageBytes) || looked >= linesLookedAt) {
      next = forward ? line.n : line.n + 1;
      break;
    }
    looked += 1;
    if (isOutside(line.timestamp, line.timestamp)) continue;
    bytes += size;
    found.push(line);
  }
  if (!forward) found.reverse();
  const low = forward ? position.line : next;
  const high = forward ? Math.max(next, position.line) : position.line;
  return {
    events: found.map(({ timestamp, ingestionTime, message }) => ({ timestamp, ingestionTime, message })),
    nextForwardToken: writePosition("f", high + stream.forgotten),
    nextBackwardToken: writePosition("b", low + stream.forgotten),
  };
}

function startOf(input: GetLogEventsCommandInput, stream: LogStreamState, end: number): { direction: "f" | "b"; line: number } {
  if (input.nextToken === undefined) return input.startFromHead === true ? { direction: "f", line: 0 } : { direction: "b", line: end };
  const { direction, line } = readPosition(input.nextToken);
  if (line > end + stream.forgotten) throw new AwsError("InvalidParameterException", "The specified nextToken is invalid.");
  return { direction, line: Math.max(0, line - stream.forgotten) };
}

/** A place in the merged lines of several streams: the time reached, then the stream's name, then the line's number. */
type MergePlace = { reached: number; stream: string; n: number };

const isMergePlace = (content: unknown): content is MergePlace =>
  typeof content === "object" && content !== null && "reached" in content && "stream" in content && "n" in content;

/**
 * One page of a group's lines, oldest first over all streams asked for. The end is told by the absence of nextToken.
 * startTime and endTime are both inclusive here. Throws InvalidParameterException for patterns that are not words.
 */
export function filterLogEvents(
  world: World,
  region: Region,
  group: LogGroupState,
  input: FilterLogEventsCommandInput,
): { events: FilteredLogEvent[]; searchedLogStreams: []; nextToken?: string } {
  // Answered in the other order it would be wrong without a word.
  if (input.startFromHead === false) throw new AwsError("InvalidParameterException", "The sandbox filters from the head only.");
  const matches = parseFilterPattern(input.filterPattern ?? "");
  const earliest = Math.max(input.startTime ?? Number.NEGATIVE_INFINITY, expiredBefore(world, group));
  const latest = input.endTime ?? Number.POSITIVE_INFINITY;
  const after = input.nextToken === undefined ? null : readToken(input.nextToken, isMergePlace);
  const isOutside = (first: number, last: number) => last < earliest || first > latest;
  const limit = input.limit ?? 10_000;

  const readers: { stream: LogStreamState; lines: Generator<PlacedLine>; head: PlacedLine }[] = [];
  const step = (stream: LogStreamState, lines: Generator<PlacedLine>): PlacedLine | null => {
    const end = lineFile(world, region, stream).readableCount(world.now().getTime(), world.settings.logIngestionMs);
    for (let got = lines.next(); !got.done; got = lines.next()) {
      if (got.value.n >= end) return null;
      if (after === null || compare({ ...got.value, stream: stream.name }, after) > 0) return got.value;
    }
    return null;
  };
  for (const stream of streamsAsked(group, input)) {
    if (stream.lastEventTimestamp === null || isOutside(stream.firstEventTimestamp ?? 0, stream.lastEventTimestamp)) continue;
    const file = lineFile(world, region, stream);
    const lines = file.forward(after === null ? 0 : file.lineReaching(after.reached), isOutside);
    const head = step(stream, lines);
    if (head !== null) readers.push({ stream, lines, head });
  }

  const events: FilteredLogEvent[] = [];
  let bytes = 0;
  let looked = 0;
  let place: MergePlace | null = after;
  while (readers.length > 0) {
    const reader = readers.reduce((first, other) =>
      compare({ ...other.head, stream: other.stream.name }, { ...first.head, stream: first.stream.name }) < 0 ? other : first,
    );
    const { head, stream } = reader;
    const size = Buffer.byteLength(head.message) + 26;
    const isFull = events.length >= limit || (events.length > 0 && bytes + size > pageBytes) || looked >= linesLookedAt;
    if (isFull && place !== null) return { events, searchedLogStreams: [], nextToken: writeToken(place) };
    looked += 1;
    place = { reached: head.reached, stream: stream.name, n: head.n };
    if (!isOutside(head.timestamp, head.timestamp) && matches(head.message)) {
      bytes += size;
      events.push({
        logStreamName: stream.name,
        timestamp: head.timestamp,
        message: head.message,
        ingestionTime: head.ingestionTime,
        eventId: eventId(stream, head),
      });
    }
    const following = step(stream, reader.lines);
    if (following === null) readers.splice(readers.indexOf(reader), 1);
    else reader.head = following;
  }
  return { events, searchedLogStreams: [] };
}

function streamsAsked(group: LogGroupState, input: FilterLogEventsCommandInput): LogStreamState[] {
  if (input.logStreamNames !== undefined && input.logStreamNamePrefix !== undefined) {
    throw new AwsError("InvalidParameterException", "LogStreamNames and LogStreamNamePrefix are mutually exclusive parameters.");
  }
  if (input.logStreamNames !== undefined) return [...new Set(input.logStreamNames)].map((name) => requireStream(group, name));
  return [...group.streams.values()].filter((stream) => stream.name.startsWith(input.logStreamNamePrefix ?? ""));
}

function compare(one: MergePlace, other: MergePlace): number {
  if (one.reached !== other.reached) return one.reached - other.reached;
  if (one.stream !== other.stream) return one.stream < other.stream ? -1 : 1;
  return one.n - other.n;
}

/** 56 digits, unique to the line: its stream's file, its number, and its time first so that they sort by time. */
function eventId(stream: LogStreamState, line: PlacedLine): string {
  const file = BigInt(`0x${stream.file.replace(/[^0-9a-f]/g, "").slice(0, 20)}`)
    .toString()
    .padStart(25, "0")
    .slice(-25);
  return `${String(line.timestamp).padStart(16, "0")}${file}${String(line.n + stream.forgotten).padStart(15, "0")}`;
}
