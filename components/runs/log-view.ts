"use client";

import { useCallback, useEffect, useRef, useState } from "react";

/** How somebody likes to read logs; kept in the browser. Relative times count from the run's start. */
export type LogView = { wrap: boolean; times: LogTimes };

export const logTimes = ["off", "relative", "local", "utc"] as const;
export type LogTimes = (typeof logTimes)[number];

const usual: LogView = { wrap: false, times: "off" };
const storedAs = "belfry.log-view";

export function useLogView(): [LogView, (change: Partial<LogView>) => void] {
  const [view, setView] = useState(usual);
  // After the first paint, because the server does not know what this browser keeps.
  useEffect(() => setView(readStored()), []);
  const change = (part: Partial<LogView>) => {
    const next = { ...view, ...part };
    setView(next);
    try {
      localStorage.setItem(storedAs, JSON.stringify(next));
    } catch {
      // a browser that keeps nothing shows the usual view next time
    }
  };
  return [view, change];
}

function readStored(): LogView {
  try {
    const { wrap, times } = JSON.parse(localStorage.getItem(storedAs) ?? "{}") as Partial<LogView>;
    return { wrap: wrap === true, times: logTimes.find((known) => known === times) ?? "off" };
  } catch {
    return usual;
  }
}

/** Lines that somebody pointed at; they stand in the address as #L12 or #L12-L20. */
export type MarkedLines = { from: number; to: number };

export function readMarked(hash: string): MarkedLines | null {
  const read = /^#L(\d{1,9})(?:-L(\d{1,9}))?$/.exec(hash);
  if (!read) return null;
  const [a, b] = [Number(read[1]), Number(read[2] ?? read[1])];
  return a > 0 && b > 0 ? { from: Math.min(a, b), to: Math.max(a, b) } : null;
}

export function markedHash({ from, to }: MarkedLines): string {
  return from === to ? `#L${from}` : `#L${from}-L${to}`;
}

/**
 * The marked lines, in step with the address. `mark` with `extend` draws the range from the line that was marked first, and
 * stays the same function. `onAddress` is told when the address itself brought them.
 */
export function useMarkedLines(onAddress: (marked: MarkedLines) => void): [MarkedLines | null, (n: number, extend: boolean) => void] {
  const [marked, setMarked] = useState<MarkedLines | null>(null);
  const first = useRef<number | null>(null);
  const told = useRef(onAddress);
  useEffect(() => {
    told.current = onAddress;
  });
  useEffect(() => {
    const read = () => {
      const next = readMarked(window.location.hash);
      first.current = next?.from ?? null;
      setMarked(next);
      if (next) told.current(next);
    };
    read();
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  const mark = useCallback((n: number, extend: boolean) => {
    const start = extend ? (first.current ?? n) : n;
    first.current = start;
    const next = { from: Math.min(start, n), to: Math.max(start, n) };
    setMarked(next);
    window.history.replaceState(window.history.state, "", markedHash(next));
  }, []);
  return [marked, mark];
}

/** The moment of a line, to the millisecond: of the day, or since `start`. The zone is named by the column's title. */
export function lineTime(at: number, times: Exclude<LogTimes, "off">, start: number): string {
  if (times === "utc") return new Date(at).toISOString().slice(11, 23);
  if (times === "relative") return sinceStart(at - start);
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${three(date.getMilliseconds())}`;
}

/** "+4.125", "+1:04.125", "+2:01:04.125": a length in milliseconds. Lines from before the start have a minus. */
function sinceStart(milliseconds: number): string {
  const ms = Math.abs(milliseconds);
  const [hours, minutes, seconds] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60];
  const clock = hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : minutes > 0 ? `${minutes}:${two(seconds)}` : `${seconds}`;
  return `${milliseconds < 0 ? "-" : "+"}${clock}.${three(ms % 1000)}`;
}

const two = (value: number) => String(value).padStart(2, "0");
const three = (value: number) => String(value).padStart(3, "0");
