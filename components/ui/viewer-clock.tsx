"use client";

import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import { zoneCookie } from "./zone-cookie";

/** What the server knew when it wrote the page: its clock, and the viewer's zone from the last visit. */
type ServerMoment = { now: number; zone: string };

const ServerMomentContext = createContext<ServerMoment>({ now: 0, zone: "UTC" });

/** Gives every time on the page one clock and one zone; the first paint is the server's, so that nothing mismatches. */
export function ViewerClock({ now, zone, children }: ServerMoment & { children: ReactNode }) {
  const value = useMemo(() => ({ now, zone }), [now, zone]);
  useEffect(() => {
    const own = browserZone();
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
    if (own !== zone) document.cookie = `${zoneCookie}=${encodeURIComponent(own)}; path=/; max-age=31536000; samesite=lax`;
  }, [zone]);
  return <ServerMomentContext.Provider value={value}>{children}</ServerMomentContext.Provider>;
}

const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

// One timer for all times of the page; it runs only while somebody looks at one.
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function watchClock(onTick: () => void): () => void {
  watchers.add(onTick);
  timer ??= setInterval(() => {
    for (const tell of watchers) tell();
  }, 1000);
  return () => {
    watchers.delete(onTick);
    if (watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

const never = () => () => {};

/** Words that depend on the clock and the viewer's zone; the part is drawn again only when the words change. */
export function useMomentWords(words: (now: number, zone: string) => string, ticking = true): string {
  const server = useContext(ServerMomentContext);
  return useSyncExternalStore(
    ticking ? watchClock : never,
    () => words(Date.now(), browserZone()),
    () => words(server.now, server.zone),
  );
}

/** The clock in epoch milliseconds, in steps of a second. */
export function useNow(ticking = true): number {
  const server = useContext(ServerMomentContext);
  return useSyncExternalStore(
    ticking ? watchClock : never,
    () => Math.floor(Date.now() / 1000) * 1000,
    () => server.now,
  );
}

/** The viewer's own zone. */
export function useViewerZone(): string {
  const server = useContext(ServerMomentContext);
  return useSyncExternalStore(never, browserZone, () => server.zone);
}

/** The clock in steps of a minute: for what is costly to work out anew. */
export function useMinute(): number {
  const server = useContext(ServerMomentContext);
  return useSyncExternalStore(
    watchClock,
    () => Math.floor(Date.now() / 60_000) * 60_000,
    () => Math.floor(server.now / 60_000) * 60_000,
  );
}
