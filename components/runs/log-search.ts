import type { LogFound, Sought } from "./log-addresses";

/** `answered` is false until the first answer to what is looked for now; `isWhole` once no line is left to look at, as far as is known. */
export type Finding = { hits: number[]; total: number; isWhole: boolean; answered: boolean; failed: boolean };

type Ask = (what: Sought, signal: AbortSignal) => Promise<LogFound>;

const nothing: Finding = { hits: [], total: 0, isWhole: false, answered: false, failed: false };

/** Milliseconds. A search begins when nobody has typed for so long; a growing log is searched on so often at most. */
const usualPace = { typingMs: 180, soonMs: 120, growingMs: 1000, mostMs: 5000 };

/**
 * One search over a whole log, which the server makes in slices: it asks on until all lines that are known were searched,
 * and again when the log has grown.
 */
export class LogSearch {
  private finding = nothing;
  private what: Sought | null = null;
  private last = 0;
  private searchedTo = 0;
  private waitMs = 0;
  private asking: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly ask: Ask,
    private readonly pace = usualPace,
  ) {}

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = () => this.finding;

  /** Looks for something else, or for nothing more. */
  seek(what: Sought | null): void {
    this.stop();
    this.what = what;
    this.searchedTo = 0;
    this.waitMs = 0;
    this.tell(nothing);
    if (what !== null) this.askIn(what === "errors" ? 0 : this.pace.typingMs);
  }

  /** The log has lines up to this number now. */
  grew(last: number): void {
    this.last = last;
    if (this.what !== null && !this.asking && this.timer === undefined && this.searchedTo < last) this.askIn(this.pace.growingMs);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.asking?.abort();
    this.asking = null;
  }

  private askIn(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.askNow(), milliseconds);
  }

  private async askNow(): Promise<void> {
    this.timer = undefined;
    const { what } = this;
    if (what === null) return;
    const asking = new AbortController();
    this.asking = asking;
    try {
      const { hits, total, searchedTo, complete } = await this.ask(what, asking.signal);
      if (this.asking !== asking) return;
      this.asking = null;
      const isOnWay = searchedTo > this.searchedTo;
      this.searchedTo = searchedTo;
      this.tell({ hits, total, isWhole: complete, answered: true, failed: false });
      if (complete && searchedTo >= this.last) return;
      this.waitMs = complete ? this.pace.growingMs : isOnWay ? this.pace.soonMs : this.longer();
    } catch {
      if (this.asking !== asking) return;
      this.asking = null;
      this.tell({ ...this.finding, answered: true, failed: true });
      this.waitMs = this.longer();
    }
    this.askIn(this.waitMs);
  }

  private longer(): number {
    return Math.min(this.pace.mostMs, Math.max(this.pace.soonMs, this.waitMs * 2));
  }

  private tell(finding: Finding): void {
    this.finding = finding;
    for (const listener of this.listeners) listener();
  }
}
