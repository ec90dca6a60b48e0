import { plainText } from "@/lib/domain/log-text";

type NumberedLine = { n: number; at: number; text: string };

/**
 * The lines of one log in the browser's memory: two flat arrays, because a hundred thousand small objects cost several
 * times as much. It is changed in place, and `version` says when. Beyond `most` lines the oldest are let go.
 */
export class LogLines {
  version = 0;
  /** How many lines at the beginning are no longer kept. */
  dropped = 0;
  private texts: string[] = [];
  private times: number[] = [];

  constructor(private readonly most = 200_000) {}

  get count(): number {
    return this.texts.length;
  }

  /** The number of the last line; 0 when there is none. */
  get last(): number {
    return this.dropped + this.texts.length;
  }

  /** Takes lines in order; one that is already there is not taken twice, which a resumed stream may send. */
  add(lines: NumberedLine[]): void {
    for (const { n, at, text } of lines) {
      if (this.count === 0 && this.dropped === 0 && n > 1) this.dropped = n - 1;
      if (n <= this.last) continue;
      this.texts.push(text);
      this.times.push(at);
    }
    const excess = this.count - this.most;
    // A tenth at once, so that the arrays are not moved with every line.
    if (excess > 0) this.drop(Math.max(excess, Math.floor(this.most / 10)));
    this.version++;
  }

  text(n: number): string {
    return this.texts[n - 1 - this.dropped] ?? "";
  }

  /** Epoch milliseconds. */
  at(n: number): number {
    return this.times[n - 1 - this.dropped] ?? 0;
  }

  /** The words of the lines from one number to another, as text. */
  words(from: number, to: number): string {
    return this.texts
      .slice(Math.max(0, from - 1 - this.dropped), Math.max(0, to - this.dropped))
      .map(plainText)
      .join("\n");
  }

  private drop(count: number): void {
    this.texts.splice(0, count);
    this.times.splice(0, count);
    this.dropped += count;
  }
}
