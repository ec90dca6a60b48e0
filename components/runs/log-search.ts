import { plainText } from "@/lib/domain/log-text";
import type { LogLines } from "./log-lines";

/** What is searched for: the words as they are, in any case. Null for nothing. */
export function searchPattern(query: string): RegExp | null {
  return query === "" ? null : new RegExp(query.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"), "gi");
}

/** The numbers of the lines that hold the words; it goes on where it stopped, so that a growing log is read once. */
export class LogSearch {
  /** Numbers of lines, ascending. */
  hits: number[] = [];
  private upTo = 0;

  constructor(private readonly pattern: RegExp) {}

  /** Looks at the lines that came since. */
  extend(lines: LogLines): this {
    if (lines.dropped >= this.upTo) this.upTo = lines.dropped;
    if (lines.dropped > 0 && (this.hits[0] ?? Number.POSITIVE_INFINITY) <= lines.dropped)
      this.hits = this.hits.filter((n) => n > lines.dropped);
    const found: number[] = [];
    for (let n = this.upTo + 1; n <= lines.last; n++) {
      this.pattern.lastIndex = 0;
      if (this.pattern.test(plainText(lines.text(n)))) found.push(n);
    }
    if (found.length > 0) this.hits = this.hits.concat(found);
    this.upTo = lines.last;
    return this;
  }
}

/** The index of the hit to go to next from a line, around the ends; -1 where there is none. */
export function nextHit(hits: number[], from: number, step: 1 | -1): number {
  if (hits.length === 0) return -1;
  let low = 0;
  let high = hits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hits[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  // `low` is the first hit at or after the line.
  if (step === -1) return (low - 1 + hits.length) % hits.length;
  const after = hits[low] === from ? low + 1 : low;
  return after % hits.length;
}
