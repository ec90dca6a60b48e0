"use client";

import { useEffect, useState } from "react";

/** How somebody likes to read logs; kept in the browser. */
export type LogView = { wrap: boolean; times: "off" | "local" | "utc" };

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
    return { wrap: wrap === true, times: times === "local" || times === "utc" ? times : "off" };
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

/** The marked lines, in step with the address. `mark` with `extend` draws the range from the line that was marked first. */
export function useMarkedLines(): [MarkedLines | null, (n: number, extend: boolean) => void] {
  const [marked, setMarked] = useState<MarkedLines | null>(null);
  const [first, setFirst] = useState<number | null>(null);
  useEffect(() => {
    const read = () => setMarked(readMarked(window.location.hash));
    read();
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  const mark = (n: number, extend: boolean) => {
    const start = extend ? (first ?? marked?.from ?? n) : n;
    setFirst(start);
    const next = { from: Math.min(start, n), to: Math.max(start, n) };
    setMarked(next);
    window.history.replaceState(window.history.state, "", markedHash(next));
  };
  return [marked, mark];
}

/** The moment of a line, to the millisecond; the zone is named by the column's title. */
export function lineTime(at: number, times: "local" | "utc"): string {
  const date = new Date(at);
  if (times === "utc") return date.toISOString().slice(11, 23);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
