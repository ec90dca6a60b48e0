"use client";

import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { askLog, type LogAddresses, type LogFound, type Sought } from "./log-addresses";
import { nextHit, searchPattern } from "./log-hits";
import { type Finding, LogSearch } from "./log-search";

export type LogSearching = Finding & {
  sought: Sought | null;
  seek: (sought: Sought | null) => void;
  /** Marks the words in lines that are on the screen; null while errors, or nothing, are looked for. */
  pattern: RegExp | null;
  /** The line of the hit that is looked at; null before the first step. */
  current: number | null;
  /** Goes to the next or the last hit, from a line where none is looked at yet; at once, or as soon as the answer is there. */
  step: (direction: 1 | -1, from: number) => void;
};

type Step = { direction: 1 | -1; from: number };

/** The search over a whole log by the server; `onHit` is told each line that is stepped to. */
export function useLogSearch(
  addresses: LogAddresses,
  last: number,
  sought: Sought | null,
  onSought: (sought: Sought | null) => void,
  onHit: (line: number) => void,
): LogSearching {
  const [search] = useState(() => new LogSearch((what, signal) => askLog<LogFound>(addresses.search(what), signal)));
  const finding = useSyncExternalStore(search.subscribe, search.snapshot, search.snapshot);
  const [current, setCurrent] = useState<number | null>(null);
  const [waiting, setWaiting] = useState<Step | null>(null);
  const pattern = useMemo(() => (sought && sought !== "errors" ? searchPattern(sought.words) : null), [sought]);

  useEffect(() => {
    search.seek(sought);
    return () => search.stop();
  }, [search, sought]);
  useEffect(() => search.grew(last), [search, last]);

  function go({ direction, from }: Step, hits: number[]) {
    const line = hits[nextHit(hits, current ?? (direction === 1 ? from - 1 : from), direction)];
    if (line === undefined) return;
    setCurrent(line);
    onHit(line);
  }

  // Whoever types and presses Enter at once is ahead of the answer.
  useEffect(() => {
    if (!waiting || !finding.answered || (finding.hits.length === 0 && !finding.isWhole)) return;
    setWaiting(null);
    go(waiting, finding.hits);
  });

  return {
    ...finding,
    sought,
    seek: (next) => {
      onSought(next);
      setCurrent(null);
      // The first error is what the button is for; from the first line on, wherever somebody is.
      setWaiting(next === "errors" ? { direction: 1, from: 1 } : null);
    },
    pattern,
    current,
    step: (direction, from) => {
      if (finding.answered && finding.hits.length > 0) go({ direction, from }, finding.hits);
      else if (sought) setWaiting({ direction, from });
    },
  };
}
