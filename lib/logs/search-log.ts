import { setImmediate } from "node:timers/promises";
import { Invalid } from "@/lib/domain/errors";
import { hasSteering, looksLikeError, plainText } from "@/lib/domain/log-text";
import { type LogCopies, type LogRequest, logCopies } from "./log-copies";
import type { LogCopy } from "./log-copy";
import type { LogBlock } from "./log-file";
import { requireSomething } from "./read-lines";

type SearchRequest = LogRequest & {
  /** The words, any case; null for lines that look like errors. */
  words: string | null;
  signal: AbortSignal;
  copies?: LogCopies;
};

/** The numbers of the lines that were found, the first ten thousand of them; `complete` where there is nothing more to look at now. */
export type FoundLines = { hits: number[]; total: number; searchedTo: number; complete: boolean };

const mostHits = 10_000;
const longestWords = 200;
/** So many searches of a log are remembered. */
const keptSearches = 10;
/** So long somebody waits for lines that were not looked through yet, in milliseconds. */
const patienceMs = 5_000;

/**
 * Looks through all of a log that is here. It goes on where an earlier search for the same stopped, so that asking again
 * while the log grows costs what came since. Works in slices, one at a time in the whole process: nobody else waits for it.
 * Throws Invalid, Unavailable.
 */
export async function searchLog({ words, signal, copies = logCopies(), ...request }: SearchRequest): Promise<FoundLines> {
  if (words !== null && (words === "" || words.length > longestWords || /[\r\n]/.test(words)))
    throw new Invalid([{ field: "q", sentence: `The words to search for have 1 to ${longestWords} characters and no line break.` }]);
  const hold = copies.join(request);
  try {
    const { copy } = hold;
    const search = searchOf(copy, words);
    await copy.until(() => copy.isCaughtUp || copy.file.count > search.searchedTo || copy.failures > 2, patienceMs, signal);
    requireSomething(copy);
    return await search.extend(signal);
  } finally {
    hold.leave();
  }
}

const searches = new WeakMap<LogCopy, Map<string, Search>>();

/** The search for these words in this log: the one that began earlier, or a new one. */
function searchOf(copy: LogCopy, words: string | null): Search {
  const known = searches.get(copy) ?? new Map<string, Search>();
  searches.set(copy, known);
  const key = words === null ? "errors" : `words ${words}`;
  const search = known.get(key) ?? new Search(copy, words === null ? looksLikeError : wordsIn(words));
  known.delete(key);
  known.set(key, search);
  for (const oldest of known.keys()) {
    if (known.size <= keptSearches) break;
    known.delete(oldest);
  }
  return search;
}

type Test = ((text: string) => boolean) | RegExp;

const wordsIn = (words: string) => new RegExp(words.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"), "gi");

class Search {
  private hits: number[] = [];
  private total = 0;
  searchedTo = 0;

  constructor(
    private readonly copy: LogCopy,
    private readonly test: Test,
  ) {}

  /** Looks at all lines that are there now. */
  async extend(signal: AbortSignal): Promise<FoundLines> {
    const { file } = this.copy;
    const wanted = file.count;
    const complete = this.copy.isCaughtUp;
    while (this.searchedTo < wanted) {
      const isOver = await inTurn(async () => {
        signal.throwIfAborted();
        // Somebody else who searches for the same may have come further meanwhile.
        const { value: block } = await file.blocks(this.searchedTo + 1, wanted).next();
        if (!block) return true;
        this.note(block);
        return false;
      });
      if (isOver) break;
    }
    this.searchedTo = Math.max(this.searchedTo, wanted);
    const hits = file.first > 1 ? this.hits.filter((n) => n >= file.first) : [...this.hits];
    return { hits, total: this.total, searchedTo: this.searchedTo, complete };
  }

  private note({ first, count, text }: LogBlock): void {
    const whole = text.toString("utf8");
    for (const index of this.test instanceof RegExp ? linesWith(this.test, whole) : linesThat(this.test, whole)) {
      this.total++;
      if (this.hits.length < mostHits) this.hits.push(first + index);
    }
    this.searchedTo = first + count - 1;
  }
}

/** The indexes of the lines with the words. Where nothing steers a terminal, the whole text is looked through at once. */
function* linesWith(pattern: RegExp, whole: string): Generator<number> {
  if (hasSteering(whole)) return yield* linesThat((line) => plainText(line).search(pattern) >= 0, whole);
  let index = 0;
  let end = whole.indexOf("\n");
  pattern.lastIndex = 0;
  for (let match = pattern.exec(whole); match; match = pattern.exec(whole)) {
    while (end < match.index) {
      end = whole.indexOf("\n", end + 1);
      index++;
    }
    yield index;
    pattern.lastIndex = end;
  }
}

function* linesThat(holds: (line: string) => boolean, whole: string): Generator<number> {
  let index = 0;
  for (let from = 0; from < whole.length; index++) {
    const end = whole.indexOf("\n", from);
    if (holds(whole.slice(from, end))) yield index;
    from = end + 1;
  }
}

let last: Promise<unknown> = Promise.resolve();

/** One slice after another, whoever they are for, and between two of them everything else that waits. */
function inTurn<Result>(slice: () => Promise<Result>): Promise<Result> {
  const turn = last.then(() => setImmediate()).then(slice);
  last = turn.catch(() => {});
  return turn;
}
