import { type LogCopies, type LogRequest, logCopies } from "./log-copies";
import type { Line, LogState } from "./log-copy";

export type { Line, Line as NumberedLine, LogState } from "./log-copy";

/** What somebody who watches a log is told. `end` is the last. */
export type LogNews =
  | { kind: "lines"; lines: Line[] }
  | { kind: "size"; count: number; first: number; bytes: number }
  | { kind: "state" | "end"; state: LogState; note: string | null };

type TailRequest = LogRequest & {
  /** The first line that is wanted; every line from there on is told. Null: the last ones, and those that come. */
  from: number | null;
  /** The last line that was told already, by an earlier tail that was broken off. */
  after?: number | null;
  signal: AbortSignal;
  copies?: LogCopies;
};

/** Who wants the end of a log is told so many lines of it. */
export const tailLines = 1000;
const batchLines = 1000;
/** A batch of long lines ends after so many characters: it is in memory for each who watches. */
const batchCharacters = 256 * 1024;
/** Who is so many lines behind the end, and wants the end, is taken there. */
const farBehind = 5000;
/** The size is told so often at most. */
const sizeMs = 250;

/**
 * A run's log as long as somebody wants it: lines with ascending numbers, none twice, how much there is, how it stands, and
 * an end that says what the lines are worth. Whoever does not take them makes nobody wait and piles nothing up.
 * Ends without a last word when the signal comes.
 */
export async function* tailRun({ from, after = null, signal, copies = logCopies(), ...request }: TailRequest): AsyncGenerator<LogNews> {
  const hold = copies.join(request);
  const { copy } = hold;
  const isTail = from === null;
  let hasBegun = after !== null;
  const begin = after !== null ? after + 1 : (from ?? 1);
  let next = begin;
  let toldState = "";
  let toldSize = "";
  let sizeAt = Number.NEGATIVE_INFINITY;
  try {
    for (;;) {
      if (signal.aborted) return;
      const { version, file, isOver } = copy;
      if (copy.standing && !isOver) {
        const told = copy.told();
        if (JSON.stringify(told) !== toldState) yield { kind: "state", ...told };
        toldState = JSON.stringify(told);
      }
      next = Math.max(next, file.first);
      // Until the end is known, whoever wants it sees the beginning; whoever falls far behind it is taken there.
      if (isTail && copy.isCaughtUp && file.count - next >= (hasBegun ? farBehind : tailLines)) next = file.count - tailLines + 1;
      hasBegun ||= copy.isCaughtUp;
      const last = isTail && !copy.isCaughtUp ? Math.min(file.count, begin + tailLines - 1) : file.count;
      if (next <= last) {
        const lines = await copy.lines(next, Math.min(batchLines, last - next + 1), batchCharacters);
        next = (lines.at(-1)?.n ?? last) + 1;
        if (lines.length > 0) yield { kind: "lines", lines };
      }
      const now = performance.now();
      const size = { count: file.count, first: file.first, bytes: file.bytes };
      const isNewSize = JSON.stringify(size) !== toldSize;
      const isLast = isOver && next > last;
      if (isNewSize && (now - sizeAt >= sizeMs || isLast)) {
        yield { kind: "size", ...size };
        toldSize = JSON.stringify(size);
        sizeAt = now;
        continue;
      }
      if (isLast) return yield { kind: "end", ...copy.told() };
      if (next > last) await copy.changed(version, signal, isNewSize ? Math.max(0, sizeMs - (now - sizeAt)) : undefined);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    hold.leave();
  }
}
