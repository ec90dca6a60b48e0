import { isGone, isPassing, isThrottled, wordsOf } from "@/lib/aws/errors";
import type { Environment } from "@/lib/domain/environment";
import { isEnded, type LogLine, type Run } from "@/lib/domain/run";
import { beginning, formatCursor, fromBeginning, parseCursor } from "./cursor";
import { type LogDeps, logDeps } from "./log-deps";
import { pageReader } from "./read-page";
import { joinStream, type LogPage, type Pace, pause, type SharedStream, usualPace } from "./shared-stream";
import { currentRun } from "./watch-run";
import { whyNoLines } from "./why-no-lines";

/**
 * waiting: no line yet, the container is on its way · live: it writes · settling: it ended, its last lines are being read ·
 * complete: all of it was told · stored-tail: CloudWatch has forgotten it, these are the kept last lines · gone: nothing is left.
 * The last three end the tail.
 */
export type LogState = "waiting" | "live" | "settling" | "complete" | "gone" | "stored-tail";

export type NumberedLine = LogLine & { n: number };

/** Lines in the order of their numbers, none twice, none left out; or only another state. */
export type LogBatch = { lines: NumberedLine[]; cursor: string; state: LogState; note: string | null };

export type TailSettings = Pace & {
  /** So long after the end and after the last line new lines may still come: CloudWatch is behind by some seconds. */
  settleMs: number;
  /** Lines in a batch at most. */
  batchLines: number;
};

export const usualTail: TailSettings = { ...usualPace, settleMs: 10_000, batchLines: 1000 };

type TailRequest = {
  run: Run;
  environment: Environment;
  /** Where an earlier tail stopped; null for the beginning. */
  cursor: string | null;
  signal: AbortSignal;
  deps?: LogDeps;
  settings?: Partial<TailSettings>;
};

/**
 * A run's log from the cursor on, as long as somebody wants it: it follows a run that goes on, waits out CloudWatch's
 * delay when it ended, and closes with a state that says what the lines are worth. Nothing is read before it is wanted.
 * Ends without a further batch when the signal comes. AWS's passing troubles become notes, never errors.
 */
export async function* tailRun({
  run: known,
  environment,
  cursor,
  signal,
  deps = logDeps(),
  settings,
}: TailRequest): AsyncGenerator<LogBatch> {
  const { settleMs, batchLines, ...pace } = { ...usualTail, ...settings };
  let place = parseCursor(cursor);
  let run = known;
  let stream: SharedStream | null = null;
  let told = "";
  // A line that came after the stream's end had been reached has only now arrived, whatever its own moment is.
  let reachedEnd = false;
  let lastLineAt = 0;

  const batch = (state: LogState, note: string | null, lines: NumberedLine[] = []): LogBatch[] => {
    const saying = `${state} ${note}`;
    if (lines.length === 0 && saying === told) return [];
    told = saying;
    return [{ lines, cursor: formatCursor(place), state, note }];
  };
  const going = (): LogState => (isEnded(run) ? "settling" : "live");
  const isSettled = (askedAt: Date) => askedAt.getTime() >= Math.max(endOf(run), lastLineAt) + settleMs;
  /** The last word on a run whose stream has nothing (more) to read. */
  const lastWord = (why: string): LogBatch[] => {
    if (place.next > 1) return batch("gone", why);
    const tail = run.logTail ?? [];
    if (tail.length === 0) return batch("gone", why);
    const lines = tail.map((line, index) => ({ n: index + 1, ...line }));
    place = { ...beginning, next: lines.length + 1, skip: lines.length };
    return batch("stored-tail", `${why} Belfry kept its last ${tail.length === 1 ? "line" : `${tail.length} lines`} with the run.`, lines);
  };

  try {
    while (!signal.aborted) {
      run = await currentRun(deps.db, run, pace.pollMs);
      const { logGroup: group, logStream } = run;
      if (!group || !logStream) {
        if (isEnded(run)) return yield* lastWord(whyNoLines(run));
        yield* batch("waiting", whyNoLines(run));
        await pause(pace.pollMs, signal);
        continue;
      }
      stream ??= joinStream(
        `${run.id} ${group} ${logStream}`,
        pageReader(deps.logs(environment), { group, stream: logStream }, deps.clock),
        pace,
      );

      let page: LogPage;
      try {
        page = await stream.page(place.token, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (isGone(error)) {
          if (!isEnded(run)) yield* batch("waiting", whyNoLines(run));
          else if (run.startedAt === null || isSettled(deps.clock.now())) return yield* lastWord(whyNoLines(run));
          else yield* batch("settling", null);
        } else if (place.token !== null && wordsOf(error).code === "InvalidParameterException") {
          place = fromBeginning(place);
        } else if (isPassing(error)) {
          const note = isThrottled(error)
            ? "CloudWatch asks for fewer questions: new lines come a little later."
            : "CloudWatch does not answer at the moment. Belfry goes on trying.";
          yield* batch(place.next === 1 && !isEnded(run) ? "waiting" : going(), note);
        } else {
          const { code, message } = wordsOf(error);
          return yield* lastWord(`CloudWatch refuses to show this log (${code}: ${message}).`);
        }
        continue;
      }

      if (place.skip < page.lines.length) {
        const { token } = place;
        for (const lines of cut(page.lines, place.skip, batchLines)) {
          if (signal.aborted) return;
          const first = place.next;
          place = { token, skip: place.skip + lines.length, next: first + lines.length };
          lastLineAt = Math.max(lastLineAt, reachedEnd ? deps.clock.now().getTime() : (lines.at(-1)?.at ?? 0));
          yield* batch(
            going(),
            null,
            lines.map((line, index) => ({ n: first + index, ...line })),
          );
        }
      }
      if (!page.atEnd) {
        place = { token: page.nextToken, skip: place.skip - page.lines.length, next: place.next };
        continue;
      }
      reachedEnd = true;
      if (!isEnded(run)) yield* batch(place.next === 1 ? "waiting" : "live", place.next === 1 ? whyNoLines(run) : null);
      else if (!isSettled(page.askedAt)) yield* batch("settling", null);
      else if (place.next === 1 && run.logTail?.length)
        return yield* lastWord("CloudWatch no longer has the lines of this run: its retention has passed.");
      else return yield* batch("complete", null);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stream?.leave();
  }
}

/** When the run ended, as far as anybody knows. */
function endOf(run: Run): number {
  return (run.stoppedAt ?? run.seenAt ?? run.dueAt).getTime();
}

function* cut(lines: LogLine[], from: number, most: number): Generator<LogLine[]> {
  for (let at = from; at < lines.length; at += most) yield lines.slice(at, at + most);
}
