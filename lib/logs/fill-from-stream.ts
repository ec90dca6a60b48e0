import { isGone, isPassing, isThrottled, wordsOf } from "@/lib/aws/errors";
import type { Environment } from "@/lib/domain/environment";
import { isEnded, type Run } from "@/lib/domain/run";
import { containerName, streamOf } from "./choose-container";
import type { FillCopy, LogCopy } from "./log-copy";
import type { LogDeps } from "./log-deps";
import { pause } from "./pause";
import type { ReadPace } from "./read-pace";
import { type LogPage, readPage } from "./read-page";
import { currentRun } from "./watch-run";
import { whyNoLines } from "./why-no-lines";

/** How often to look, in milliseconds. */
export type LookSettings = {
  /** Between two looks at a stream that is being written. */
  pollMs: number;
  /** The same, when nothing has come for a while. */
  idleMs: number;
  /** After an error: the first wait; it doubles up to `troubleMs`. */
  retryMs: number;
  troubleMs: number;
  /** So long after the end and after the last line new lines may still come: CloudWatch is behind by some seconds. */
  settleMs: number;
  /** So long a container whose lines are merged with those of others may be silent and still have an earlier one. */
  slackMs: number;
};

export const usualLooks: LookSettings = { pollMs: 1000, idleMs: 2000, retryMs: 1000, troubleMs: 10_000, settleMs: 10_000, slackMs: 2000 };

type Stream = {
  run: Run;
  environment: Environment;
  container: string;
  deps: LogDeps;
  pace: ReadPace;
  settings: LookSettings;
};

/** A page with fewer lines, after a wait for it, is all there is. */
const smallPage = 1000;

/**
 * Reads one stream of CloudWatch from its first line: it follows a run that goes on, waits out CloudWatch's delay when it
 * ended, and closes with a state that says what the lines are worth. AWS's passing troubles become notes, never errors.
 */
export function fillFromStream({ run: known, environment, container, deps, pace, settings }: Stream): FillCopy {
  const { pollMs, idleMs, retryMs, troubleMs, settleMs } = settings;
  /** The lines that are kept with a run are those of its main container. */
  const hasKeptTail = container === containerName;
  let run = known;
  let token: string | null = null;
  /** Lines that are here already: a stream that has to be read from its beginning again brings them again. */
  let skip = 0;
  let reachedEnd = false;
  // A line that came after the stream's end had been reached has only now arrived, whatever its own moment is.
  let lastLineAt = 0;
  let waitMs = 0;
  let lookAt = 0;

  const wait = (ms: number) => {
    waitMs = ms;
    lookAt = performance.now() + ms;
  };
  const going = () => (isEnded(run) ? "settling" : "live");
  const isSettled = (askedAt: Date) => askedAt.getTime() >= Math.max(endOf(run), lastLineAt) + settleMs;

  /** The last word on a run whose stream has nothing (more) to read. */
  async function lastWord(copy: LogCopy, why: string): Promise<void> {
    const tail = (hasKeptTail && copy.file.count === 0 && run.logTail) || [];
    if (tail.length === 0) return copy.end("gone", why);
    await copy.add(tail);
    copy.end("stored-tail", `${why} Belfry kept its last ${tail.length === 1 ? "line" : `${tail.length} lines`} with the run.`);
  }

  /** There is no such stream: not yet, not any more, or never. */
  async function noStream(copy: LogCopy, error: unknown, group: string): Promise<void> {
    const askedAt = deps.clock.now();
    const why = whyGone(error, { group, run, hasLines: copy.file.count > 0 });
    wait(waitMs ? Math.min(idleMs, waitMs * 1.25) : pollMs);
    if (isEnded(run)) {
      if (run.startedAt === null || isSettled(askedAt)) return await lastWord(copy, why);
      copy.tell("settling", null);
    } else copy.tell(copy.file.count > 0 ? "live" : "waiting", why);
    copy.caughtUp(askedAt.getTime());
  }

  async function failed(copy: LogCopy, error: unknown, group: string): Promise<void> {
    if (isGone(error)) return await noStream(copy, error, group);
    if (token !== null && wordsOf(error).code === "InvalidParameterException") {
      // CloudWatch knows a token for 24 hours. The same line is found again by counting.
      token = null;
      skip = copy.file.count;
      return;
    }
    if (!isPassing(error)) {
      const { code, message } = wordsOf(error);
      copy.isRefused = true;
      return await lastWord(copy, `CloudWatch refuses to show this log (${code}: ${message}).`);
    }
    if (isThrottled(error)) pace.throttled();
    // Some chance, so that streams that failed together do not come again together.
    wait(Math.min(troubleMs, retryMs * 2 ** Math.min(copy.failures, 10)) * (0.75 + Math.random() / 2));
    copy.noAnswer();
    const note = isThrottled(error)
      ? "CloudWatch asks for fewer questions: new lines come a little later."
      : "CloudWatch does not answer at the moment. Belfry goes on trying.";
    copy.tell(copy.file.count === 0 && !isEnded(run) ? "waiting" : going(), note);
  }

  async function take(copy: LogCopy, page: LogPage): Promise<void> {
    const lines = page.lines.slice(skip);
    await copy.add(lines);
    skip = Math.max(0, skip - page.lines.length);
    token = page.nextToken;
    const last = lines.at(-1);
    if (last) lastLineAt = Math.max(lastLineAt, reachedEnd ? deps.clock.now().getTime() : last.at);
    if (!page.atEnd) {
      if (last) copy.tell(going(), null);
      // Whoever had to wait for this page is at the stream's end.
      wait(waitMs > 0 && page.lines.length < smallPage ? pollMs : 0);
      if (waitMs > 0) copy.caughtUp(page.askedAt.getTime());
      return;
    }
    reachedEnd = true;
    wait(waitMs > 0 ? Math.min(idleMs, waitMs * 1.25) : pollMs);
    const isEmpty = copy.file.count === 0;
    if (!isEnded(run)) copy.tell(isEmpty ? "waiting" : "live", isEmpty ? whyNoLines(run) : null);
    else if (!isSettled(page.askedAt)) copy.tell("settling", null);
    else if (isEmpty && hasKeptTail && run.logTail?.length)
      return await lastWord(copy, "CloudWatch no longer has the lines of this run: its retention has passed.");
    else return copy.end("complete", null);
    copy.caughtUp(page.askedAt.getTime());
  }

  return async (copy, signal) => {
    while (!copy.isOver) {
      await pause(lookAt - performance.now(), signal);
      run = await currentRun(deps.db, run, pollMs);
      const place = streamOf(run, container);
      if (!place) {
        if (isEnded(run)) return await lastWord(copy, whyNoLines(run));
        copy.tell("waiting", whyNoLines(run));
        copy.caughtUp(deps.clock.now().getTime());
        wait(pollMs);
        continue;
      }
      await pace.turn(copy.isCaughtUp ? "live" : "catching-up", signal);
      let page: LogPage;
      try {
        // Not broken off by the signal: what is under way is taken, so that also those who come and go get further.
        page = await readPage(deps.logs(environment), { place, token, clock: deps.clock });
      } catch (error) {
        await failed(copy, error, place.group);
        continue;
      }
      pace.wentWell();
      copy.failures = 0;
      await take(copy, page);
    }
  };
}

/** When the run ended, as far as anybody knows. */
function endOf(run: Run): number {
  return (run.stoppedAt ?? run.seenAt ?? run.dueAt).getTime();
}

/** AWS has one code for a group and for a stream that is not there: only its sentence tells them apart. */
function whyGone(error: unknown, { group, run, hasLines }: { group: string; run: Run; hasLines: boolean }): string {
  if (/log group/i.test(wordsOf(error).message) && run.taskArn !== null)
    return isEnded(run)
      ? `CloudWatch has no log group ${group} (any more): it was removed, and what it held with it.`
      : `CloudWatch has no log group ${group}: what the container writes is lost until there is one.`;
  if (!hasLines) return whyNoLines(run);
  return "The log was removed from CloudWatch while it was read: what had been read is here.";
}
