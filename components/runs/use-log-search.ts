"use client";

import { useDeferredValue, useMemo, useState } from "react";
import type { LogLines } from "./log-lines";
import { LogSearch, nextHit, searchPattern } from "./log-search";

export type LogSearching = {
  query: string;
  setQuery: (query: string) => void;
  pattern: RegExp | null;
  hits: number[];
  /** The line of the hit that is looked at; null before the first step. */
  current: number | null;
  /** Goes to the next or the last hit; gives its line, or null where there is none. */
  step: (direction: 1 | -1, from: number) => number | null;
};

/** The search over all lines that are loaded, not only those on the screen. Typing goes before searching. */
export function useLogSearch(lines: LogLines, version: number): LogSearching {
  const [query, setQuery] = useState("");
  const [current, setCurrent] = useState<number | null>(null);
  const asked = useDeferredValue(query);
  const pattern = useMemo(() => searchPattern(asked), [asked]);
  const search = useMemo(() => pattern && new LogSearch(pattern), [pattern]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the lines are changed in place; the version says when.
  const hits = useMemo(() => search?.extend(lines).hits ?? [], [search, lines, version]);
  return {
    query,
    setQuery: (next) => {
      setQuery(next);
      setCurrent(null);
    },
    pattern,
    hits,
    current,
    step: (direction, from) => {
      // Whoever types and presses Enter at once is ahead of the deferred search.
      const fresh = query === asked ? hits : hitsOf(query, lines);
      const line = fresh[nextHit(fresh, current ?? (direction === 1 ? from - 1 : from), direction)] ?? null;
      setCurrent(line);
      return line;
    },
  };
}

function hitsOf(query: string, lines: LogLines): number[] {
  const pattern = searchPattern(query);
  return pattern ? new LogSearch(pattern).extend(lines).hits : [];
}
