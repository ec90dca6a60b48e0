import type { LogsDoor } from "@/lib/aws/logs";
import type { Clock } from "@/lib/deps";
import { splitLines } from "@/lib/domain/log-text";
import type { ReadPage } from "./shared-stream";

/** The most that GetLogEvents gives at once; a page also ends at 1 MB (Logs API). */
const eventsAtOnce = 10_000;

/** Reads a stream of CloudWatch page by page. An event of several lines becomes several lines of the same moment. */
export function pageReader(logs: Pick<LogsDoor, "getLogEvents">, place: { group: string; stream: string }, clock: Clock): ReadPage {
  return async (token, signal) => {
    const askedAt = clock.now();
    const { events, forwardToken } = await logs.getLogEvents({ ...place, token, limit: eventsAtOnce, signal });
    return {
      lines: events.flatMap(({ timestamp, message }) => splitLines(message).map((text) => ({ at: timestamp, text }))),
      nextToken: forwardToken,
      // The one sign of the end that CloudWatch gives: an empty page alone may have more behind it.
      atEnd: forwardToken === token,
      askedAt,
    };
  };
}
