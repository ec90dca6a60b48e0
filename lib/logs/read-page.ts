import type { LogsDoor } from "@/lib/aws/logs";
import type { Clock } from "@/lib/deps";
import { splitLines } from "@/lib/domain/log-text";
import type { LogLine } from "@/lib/domain/run";

/** A page as it was read: the token that follows it, whether the stream ended there, and when the question was sent. */
export type LogPage = { lines: LogLine[]; nextToken: string; atEnd: boolean; askedAt: Date };

/** The most that GetLogEvents gives at once; a page also ends at 1 MB (Logs API). */
const eventsAtOnce = 10_000;

type PageRequest = { place: { group: string; stream: string }; token: string | null; clock: Clock };

/** One page of a stream; from its beginning without a token. An event of several lines becomes several lines of the same moment. */
export async function readPage(logs: Pick<LogsDoor, "getLogEvents">, { place, token, clock }: PageRequest): Promise<LogPage> {
  const askedAt = clock.now();
  const { events, forwardToken } = await logs.getLogEvents({ ...place, token, limit: eventsAtOnce, once: true });
  return {
    lines: events.flatMap(({ timestamp, message }) => splitLines(message).map((text) => ({ at: timestamp, text }))),
    nextToken: forwardToken,
    // The one sign of the end that CloudWatch gives: an empty page alone may have more behind it.
    atEnd: forwardToken === token,
    askedAt,
  };
}
