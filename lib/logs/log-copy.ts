import type { LogFile, ShownLine, StoredLine } from "./log-file";

/**
 * waiting: no line yet, the container is on its way · live: it writes · settling: it ended, its last lines are being read ·
 * complete: all of it was told · stored-tail: CloudWatch has forgotten it, these are the kept last lines · gone: nothing is left.
 * The last three end the log.
 */
export type LogState = "waiting" | "live" | "settling" | "complete" | "gone" | "stored-tail";

/** A line as the interface gives it. `cut`: its full length in characters, where the text was cut; `container` where several are merged. */
export type Line = { n: number; at: number; text: string; cut?: number; container?: string };

/** How a log stands: in a word, and in a sentence where there is something to say. */
export type LogStanding = { state: LogState; note: string | null };

/** Puts lines into a copy until all are there (the copy is then over) or the signal comes; called again, it goes on where it stopped. */
export type FillCopy = (copy: LogCopy, signal: AbortSignal) => Promise<void>;

/**
 * One log as far as it was read, for everybody in the process who wants something of it: the lines, how it stands, and a
 * bell that rings when either changes.
 */
export class LogCopy {
  /** Null until the first look. */
  standing: LogStanding | null = null;
  /** Everything was told: no line will come. */
  isOver = false;
  /** The end of what there is has been reached. */
  isCaughtUp = false;
  private caughtUpAt = Number.NEGATIVE_INFINITY;
  /** Lines up to this moment (epoch ms) are here, as far as can be known. */
  knownUntil = Number.NEGATIVE_INFINITY;
  /** Looks in a row that AWS left without an answer. */
  failures = 0;
  /** AWS refused to show it, and will again. */
  isRefused = false;
  /** Grows with each change. */
  version = 0;
  private readonly bells = new Set<() => void>();

  constructor(
    readonly file: LogFile,
    /** The containers by the numbers that the lines have; empty where it is the log of one. */
    readonly containers: string[] = [],
  ) {}

  async add(lines: StoredLine[]): Promise<void> {
    if (lines.length === 0) return;
    await this.file.append(lines);
    this.ring();
  }

  tell(state: LogState, note: string | null): void {
    if (this.standing?.state === state && this.standing.note === note) return;
    this.standing = { state, note };
    this.ring();
  }

  /** The last word. */
  end(state: LogState, note: string | null): void {
    this.isOver = true;
    this.isCaughtUp = true;
    this.standing = { state, note };
    this.ring();
  }

  /** Something that nobody expected ends it. */
  fail(error: unknown): void {
    console.error(error);
    this.end("gone", "Belfry could not read on: the reason is in the web server's own log.");
  }

  noAnswer(): void {
    this.failures++;
    this.ring();
  }

  caughtUp(until: number): void {
    this.knownUntil = Math.max(this.knownUntil, until);
    this.isCaughtUp = true;
    this.caughtUpAt = performance.now();
    this.ring();
  }

  /** Nobody filled it for a while: when that is longer than this, its end has to be reached again. */
  takeUp(freshMs: number): void {
    if (!this.isOver && performance.now() - this.caughtUpAt > freshMs) this.isCaughtUp = false;
  }

  ring(): void {
    this.version++;
    for (const bell of [...this.bells]) bell();
  }

  /** Resolves when something is different from the version that was seen, or after so many milliseconds; rejects with the signal's reason. */
  changed(seen: number, signal: AbortSignal, withinMs?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (this.version !== seen) return resolve();
      const stop = () => {
        this.bells.delete(ring);
        clearTimeout(timer);
        signal.removeEventListener("abort", leave);
      };
      const ring = () => {
        stop();
        resolve();
      };
      const leave = () => {
        stop();
        reject(signal.reason);
      };
      const timer = withinMs === undefined ? undefined : setTimeout(ring, withinMs);
      this.bells.add(ring);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  /** Waits until something holds, so many milliseconds at most; tells whether it does. */
  async until(holds: () => boolean, withinMs: number, signal: AbortSignal): Promise<boolean> {
    const end = performance.now() + withinMs;
    while (!holds()) {
      const left = end - performance.now();
      if (left <= 0) return false;
      await this.changed(this.version, signal, left);
    }
    return true;
  }

  /** As a page is told it: what the disk says comes with it. */
  told(): LogStanding {
    const { state, note } = this.standing ?? { state: "waiting", note: null };
    return { state, note: [note, this.sentenceOfDisk()].filter((sentence) => sentence !== null).join(" ") || null };
  }

  /** The lines from a number on, as the interface gives them. */
  async lines(from: number, count: number, mostCharacters?: number): Promise<Line[]> {
    return (await this.file.lines(from, count, mostCharacters)).map((line) => this.toLine(line));
  }

  private toLine({ n, at, text, cut, container }: ShownLine): Line {
    const name = this.containers[container];
    return { n, at, text, ...(cut !== undefined && { cut }), ...(name !== undefined && { container: name }) };
  }

  private sentenceOfDisk(): string | null {
    const { trouble, first } = this.file;
    if (trouble === null)
      return first > 1 ? `Belfry's copy begins at line ${first.toLocaleString("en")}: the log is longer than the room for it.` : null;
    const what = diskTroubles[trouble] ?? "cannot be written";
    return `The temporary folder of Belfry's web server ${what} (${trouble}): only the last lines are kept until that is changed.`;
  }
}

const diskTroubles: Record<string, string> = {
  ENOSPC: "is full",
  EDQUOT: "is full",
  EROFS: "is read-only",
  EACCES: "may not be written by it",
  EPERM: "may not be written by it",
  ENOENT: "does not exist",
  ENOTDIR: "is no folder",
};
