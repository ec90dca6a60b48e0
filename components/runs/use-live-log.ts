"use client";

import { useEffect, useState, useSyncExternalStore } from "react";
import type { LogState, NumberedLine } from "@/lib/logs/tail-run";
import { paths } from "@/lib/paths";
import { LogLines } from "./log-lines";

/** How the browser stands with the server: the log's own state is another matter. */
export type Connection = "connecting" | "open" | "reconnecting" | "signed-out" | "refused" | "closed";

export type LiveLog = { lines: LogLines; version: number; state: LogState | null; note: string | null; connection: Connection };

type Telling = Omit<LiveLog, "lines">;

/** A run's log as it is written: reconnects where it stopped, and tells React once a frame however many lines came. */
export function useLiveLog(runId: string): LiveLog {
  const [follower] = useState(() => new LogFollower(runId));
  useEffect(() => follower.start(), [follower]);
  const telling = useSyncExternalStore(follower.subscribe, follower.snapshot, follower.snapshot);
  return { lines: follower.lines, ...telling };
}

/** So long a tab may be hidden until it gives its connection back: without HTTP/2 a browser has six for a site. */
const hiddenMs = 10_000;

class LogFollower {
  readonly lines = new LogLines();
  private telling: Telling = { version: 0, state: null, note: null, connection: "connecting" };
  private readonly listeners = new Set<() => void>();
  private cursor: string | null = null;
  private source: EventSource | null = null;
  private arrived: NumberedLine[] = [];
  private flushing = false;
  private failures = 0;
  private stopped = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private hiding: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly runId: string) {}

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
      this.disconnect();
    };
  };

  private connect(): void {
    this.disconnect();
    if (this.stopped) return;
    const address = paths.api.runLog(this.runId);
    const source = new EventSource(this.cursor ? `${address}?cursor=${encodeURIComponent(this.cursor)}` : address);
    this.source = source;
    source.addEventListener("open", () => {
      this.failures = 0;
      this.tell({ connection: "open" });
    });
    source.addEventListener("lines", (event: MessageEvent<string>) => {
      const { lines } = JSON.parse(event.data) as { lines: NumberedLine[] };
      this.cursor = event.lastEventId;
      for (const line of lines) this.arrived.push(line);
      this.flushSoon();
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
      const { status } = await fetch(paths.api.runLog(this.runId), { signal: asking.signal, cache: "no-store" });
      if (status === 401 || status === 403) return this.tell({ connection: "signed-out" });
      if (status === 404) return this.tell({ connection: "refused" });
    } catch {
      // the server is away: tried again below
    } finally {
      asking.abort();
    }
    this.reconnectLater();
  }

  private reconnectLater(): void {
    this.tell({ connection: "reconnecting" });
    // Many browsers lose a server at the same moment: they come back spread out.
    const waitMs = Math.min(15_000, 500 * 2 ** this.failures++) * (0.75 + Math.random() / 2);
    this.retry = setTimeout(() => this.connect(), waitMs);
  }

  private isOver(): boolean {
    return ["closed", "signed-out", "refused"].includes(this.telling.connection);
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
    this.lines.add(this.arrived);
    this.arrived = [];
    this.tell({ version: this.lines.version });
  }

  private tell(news: Partial<Telling>): void {
    this.telling = { ...this.telling, ...news };
    for (const listener of this.listeners) listener();
  }
}

function readState(event: MessageEvent<string>): { state: LogState; note: string | null } {
  return JSON.parse(event.data) as { state: LogState; note: string | null };
}
