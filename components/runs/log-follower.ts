import type { LogState } from "@/lib/logs/tail-run";
import { askLog, type LogAddresses, LogRefusal, type LogWindow } from "./log-addresses";
import { LogPages, pageLines, pageOf, type ToldLine } from "./log-pages";

/** How the browser stands with the server: the log's own state is another matter. */
export type Connection = "connecting" | "open" | "reconnecting" | "signed-out" | "refused" | "closed";

/** What is known of a log. `version` changes with its lines; `first` and `last` are the numbers that it has, `bytes` all of its text. */
export type Telling = {
  version: number;
  first: number;
  last: number;
  bytes: number;
  state: LogState | null;
  note: string | null;
  connection: Connection;
};

/** So long a tab may be hidden until it gives its connection back: without HTTP/2 a browser has six for a site. */
const hiddenMs = 10_000;

/** The most lines that the server gives at once. */
const mostAtOnce = 1000;

/** A window is asked for when the scrolling has rested so long, or the live lines that are on their way had their time. */
const restMs = 60;

/**
 * A log in the browser: follows what is written, reconnects where it stopped, fetches what somebody scrolls to, and tells
 * its listeners once a frame however many lines came.
 */
export class LogFollower {
  readonly pages = new LogPages();
  private telling: Telling = { version: 0, first: 1, last: 0, bytes: 0, state: null, note: null, connection: "connecting" };
  private readonly listeners = new Set<() => void>();
  private source: EventSource | null = null;
  private arrived: ToldLine[] = [];
  private flushing = false;
  private failures = 0;
  private stopped = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private hiding: ReturnType<typeof setTimeout> | undefined;
  private wanted = { from: 1, to: 0 };
  private fetching: { from: number; to: number; asking: AbortController } | null = null;
  private fetchTimer: ReturnType<typeof setTimeout> | undefined;
  private fetchFailures = 0;

  constructor(private readonly addresses: LogAddresses) {}

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = () => this.telling;

  /** Begins to follow; gives back how to stop. */
  start = () => {
    const lookAtTab = () => {
      clearTimeout(this.hiding);
      if (document.hidden) this.hiding = setTimeout(() => this.disconnect(), hiddenMs);
      else if (!this.source && !this.isOver()) this.connect();
    };
    document.addEventListener("visibilitychange", lookAtTab);
    this.stopped = false;
    this.connect();
    return () => {
      this.stopped = true;
      document.removeEventListener("visibilitychange", lookAtTab);
      clearTimeout(this.hiding);
      clearTimeout(this.fetchTimer);
      this.fetching?.asking.abort();
      this.fetching = null;
      this.disconnect();
    };
  };

  /** Somebody looks at these lines: what is not there is fetched, with what is near. */
  want(from: number, to: number): void {
    const { first, last } = this.telling;
    this.wanted = {
      from: Math.max(first, pageOf(Math.max(1, from)) * pageLines + 1),
      to: Math.min(last, (pageOf(to) + 1) * pageLines),
    };
    this.pages.look(from, to);
    const { fetching } = this;
    if (fetching && (fetching.to < from || fetching.from > to)) {
      fetching.asking.abort();
      this.fetching = null;
    }
    if (!this.fetching && this.fetchTimer === undefined && this.pages.missing(this.wanted.from, this.wanted.to)) this.fetchIn(restMs);
  }

  /** The lines from one number on, at most up to another: those that are here, or as many as the server gives at once. */
  async read(from: number, to: number, signal: AbortSignal): Promise<ToldLine[]> {
    const here: ToldLine[] = [];
    for (let n = from; n <= to; n++) {
      const line = this.pages.line(n);
      if (!line) break;
      here.push(line);
    }
    if (here.length > 0) return here;
    const { lines } = await askLog<LogWindow>(this.addresses.lines(from, Math.min(mostAtOnce, to - from + 1)), signal);
    return lines;
  }

  private fetchIn(milliseconds: number): void {
    clearTimeout(this.fetchTimer);
    this.fetchTimer = setTimeout(() => {
      this.fetchTimer = undefined;
      void this.fetchMissing();
    }, milliseconds);
  }

  private async fetchMissing(): Promise<void> {
    const missing = this.pages.missing(this.wanted.from, this.wanted.to);
    if (!missing || this.stopped) return;
    const asking = new AbortController();
    const { from, to } = { from: missing.from, to: Math.min(missing.to, missing.from + mostAtOnce - 1) };
    this.fetching = { from, to, asking };
    let waitMs = 0;
    try {
      const { lines } = await askLog<LogWindow>(this.addresses.lines(from, to - from + 1), asking.signal);
      if (this.fetching?.asking !== asking) return;
      // A server that has just begun to read a log does not have all of it yet.
      this.fetchFailures = lines.length > 0 ? 0 : this.fetchFailures + 1;
      this.arrive(lines);
      this.flush();
    } catch (error) {
      if (this.fetching?.asking !== asking) return;
      this.fetchFailures++;
      if (error instanceof LogRefusal && this.giveUp(error.status)) return;
    }
    this.fetching = null;
    waitMs = this.fetchFailures === 0 ? 0 : Math.min(5000, 200 * 2 ** this.fetchFailures);
    if (this.pages.missing(this.wanted.from, this.wanted.to)) this.fetchIn(waitMs);
  }

  private connect(): void {
    this.disconnect();
    if (this.stopped) return;
    // Whoever comes anew gets the last lines again; what was missed before them is fetched when somebody looks at it.
    const source = new EventSource(this.addresses.stream);
    this.source = source;
    source.addEventListener("open", () => {
      this.failures = 0;
      this.tell({ connection: "open" });
    });
    source.addEventListener("lines", (event: MessageEvent<string>) => {
      const { lines } = JSON.parse(event.data) as { lines: ToldLine[] };
      this.arrive(lines);
      this.flushSoon();
    });
    source.addEventListener("size", (event: MessageEvent<string>) => {
      const { count, first, bytes } = JSON.parse(event.data) as { count: number; first: number; bytes: number };
      // A server that has begun anew counts from the beginning, while the log is as long as it was.
      this.tell({ first: Math.max(first, this.telling.first), last: Math.max(count, this.telling.last), bytes });
    });
    source.addEventListener("state", (event: MessageEvent<string>) => this.tell(readState(event)));
    source.addEventListener("end", (event: MessageEvent<string>) => {
      this.disconnect();
      this.flush();
      this.tell({ ...readState(event), connection: "closed" });
    });
    source.addEventListener("shutdown", (event: MessageEvent<string>) => {
      this.disconnect();
      if ((JSON.parse(event.data) as { reason: string }).reason === "not-allowed") return this.tell({ connection: "signed-out" });
      this.reconnectLater();
    });
    source.addEventListener("error", () => {
      // A lost connection is taken up again by the browser itself; an answer that is no stream is not, and keeps its status to itself.
      if (source.readyState === EventSource.CLOSED) void this.askWhy();
      else this.tell({ connection: "reconnecting" });
    });
  }

  private disconnect(): void {
    clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
  }

  private async askWhy(): Promise<void> {
    this.disconnect();
    const asking = new AbortController();
    try {
      const { status } = await fetch(this.addresses.stream, { signal: asking.signal, cache: "no-store" });
      if (this.giveUp(status)) return;
    } catch {
      // the server is away: tried again below
    } finally {
      asking.abort();
    }
    this.reconnectLater();
  }

  /** Whether a status says that asking again is no use. */
  private giveUp(status: number): boolean {
    const connection = status === 401 || status === 403 ? "signed-out" : status === 404 ? "refused" : null;
    if (connection) {
      this.disconnect();
      this.tell({ connection });
    }
    return connection !== null;
  }

  private reconnectLater(): void {
    if (this.stopped) return;
    this.tell({ connection: "reconnecting" });
    // Many browsers lose a server at the same moment: they come back spread out.
    const waitMs = Math.min(15_000, 500 * 2 ** this.failures++) * (0.75 + Math.random() / 2);
    this.retry = setTimeout(() => this.connect(), waitMs);
  }

  private isOver(): boolean {
    return ["closed", "signed-out", "refused"].includes(this.telling.connection);
  }

  private arrive(lines: ToldLine[]): void {
    for (const line of lines) this.arrived.push(line);
  }

  private flushSoon(): void {
    if (this.flushing) return;
    this.flushing = true;
    // A hidden tab has no frames.
    if (document.hidden) setTimeout(() => this.flush(), 250);
    else requestAnimationFrame(() => this.flush());
  }

  private flush(): void {
    this.flushing = false;
    if (this.arrived.length === 0) return;
    const last = this.arrived.reduce((most, { n }) => Math.max(most, n), this.telling.last);
    this.pages.add(this.arrived);
    this.arrived = [];
    this.tell({ version: this.telling.version + 1, last });
  }

  private tell(news: Partial<Telling>): void {
    this.telling = { ...this.telling, ...news };
    for (const listener of this.listeners) listener();
  }
}

function readState(event: MessageEvent<string>): { state: LogState; note: string | null } {
  return JSON.parse(event.data) as { state: LogState; note: string | null };
}
