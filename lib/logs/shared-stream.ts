import type { LogLine } from "@/lib/domain/run";

/** A page as it was read: the token that follows it, whether the stream ended there, and when the question was sent. */
export type LogPage = { lines: LogLine[]; nextToken: string; atEnd: boolean; askedAt: Date };

export type ReadPage = (token: string | null, signal: AbortSignal) => Promise<LogPage>;

/** How often to look, in milliseconds, and how much to keep. */
export type Pace = {
  /** Between two looks at a stream that is being written. */
  pollMs: number;
  /** The same, when nothing has come for a while. */
  idleMs: number;
  /** After an error: the first wait; it doubles up to `troubleMs`. */
  retryMs: number;
  troubleMs: number;
  /** So much of a stream is kept for those who come later. */
  keptBytes: number;
};

export const usualPace: Pace = { pollMs: 1000, idleMs: 2000, retryMs: 1000, troubleMs: 10_000, keptBytes: 4 * 1024 * 1024 };

export type SharedStream = {
  /** The page after a token: kept, being read, or read now (at the stream's end: after the pause that the pace asks for). */
  page(token: string | null, signal: AbortSignal): Promise<LogPage>;
  /** The last one to leave ends what runs. */
  leave(): void;
};

type Wait = { lookAt: number; waitMs: number };
type Stream = { join(): SharedStream };

/**
 * One reader of a stream for the whole process, however many people watch it. GetLogEvents is allowed 10 to 25 times a
 * second for an account, so ten people at one log must cost what one costs.
 *
 * Pages are shared by their token: whoever asks for the same one gets the kept page, or waits for the same question.
 * It is only asked when somebody wants the page (a slow reader slows nobody and piles nothing up), and only a bounded
 * amount is kept: who comes too late for that reads the older pages by himself, and meets the others at the end.
 */
function openStream(readPage: ReadPage, pace: Pace, onEmpty: () => void): Stream {
  const kept = new Map<string, { page: LogPage; bytes: number }>();
  const asking = new Map<string, Promise<LogPage>>();
  const waits = new Map<string, Wait>();
  const closing = new AbortController();
  let keptBytes = 0;
  let readers = 0;

  function keep(key: string, page: LogPage): void {
    const bytes = page.lines.reduce((sum, line) => sum + 2 * line.text.length + 64, 0);
    kept.set(key, { page, bytes });
    keptBytes += bytes;
    for (const [oldest, { bytes: freed }] of kept) {
      if (keptBytes <= pace.keptBytes || kept.size === 1) break;
      kept.delete(oldest);
      keptBytes -= freed;
    }
  }

  async function ask(key: string, token: string | null): Promise<LogPage> {
    const wait = waits.get(key);
    if (wait) await pause(wait.lookAt - performance.now(), closing.signal);
    let page: LogPage;
    try {
      page = await readPage(token, closing.signal);
    } catch (error) {
      waits.set(key, later(wait ? Math.min(pace.troubleMs, Math.max(pace.retryMs, wait.waitMs * 2)) : pace.retryMs));
      throw error;
    }
    if (page.atEnd) {
      waits.set(key, later(wait ? Math.min(pace.idleMs, wait.waitMs * 1.25) : pace.pollMs));
      return page;
    }
    waits.delete(key);
    keep(key, page);
    // Whoever had to wait for this page is at the stream's end: a small page is all there is, and the next look can wait too.
    if (wait && page.lines.length < 1000) waits.set(page.nextToken, later(pace.pollMs));
    return page;
  }

  return {
    join() {
      readers++;
      let left = false;
      return {
        page(token, signal) {
          const key = token ?? "";
          const known = kept.get(key);
          if (known) return Promise.resolve(known.page);
          let answer = asking.get(key);
          if (!answer) {
            answer = ask(key, token).finally(() => asking.delete(key));
            answer.catch(() => {}); // everybody may have left meanwhile
            asking.set(key, answer);
          }
          return untilAborted(answer, signal);
        },
        leave() {
          if (left) return;
          left = true;
          if (--readers > 0) return;
          closing.abort();
          onEmpty();
        },
      };
    },
  };
}

// On globalThis, because Next may load this module once for each route.
const lasting = globalThis as typeof globalThis & { belfryLogStreams?: Map<string, Stream> };
lasting.belfryLogStreams ??= new Map();
const open = lasting.belfryLogStreams;

/** Joins those who read the stream of this key, or begins to read it. `leave` must be called. */
export function joinStream(key: string, readPage: ReadPage, pace: Pace): SharedStream {
  let stream = open.get(key);
  if (!stream) {
    stream = openStream(readPage, pace, () => open.delete(key));
    open.set(key, stream);
  }
  return stream.join();
}

function later(waitMs: number): Wait {
  return { lookAt: performance.now() + waitMs, waitMs };
}

/** Resolves after so many milliseconds; rejects with the signal's reason. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener("abort", stop);
        resolve();
      },
      Math.max(0, ms),
    );
    signal.addEventListener("abort", stop, { once: true });
  });
}

/** The promise, or the signal's reason if that comes first. */
function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
