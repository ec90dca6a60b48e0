"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { type MouseEvent, useEffect, useLayoutEffect, useRef } from "react";
import { cn } from "@/components/ui/cn";
import { AnsiLine } from "./ansi-line";
import type { LogLines } from "./log-lines";
import { type LogView, lineTime, type MarkedLines } from "./log-view";

/** Pixels; all lines are as high unless they are wrapped. */
const lineHeight = 20;

/** A line to bring into view; a new object each time, so that the same line can be asked for twice. */
export type Reveal = { line: number };

type LiveLogScreenProps = {
  lines: LogLines;
  version: number;
  view: LogView;
  pattern: RegExp | null;
  hit: number | null;
  marked: MarkedLines | null;
  onMark: (line: number, extend: boolean) => void;
  reveal: Reveal | null;
  following: boolean;
  onFollow: (following: boolean) => void;
  /** How many lines came since following stopped; null while no more are expected. */
  newCount: number | null;
  onTopLine: (line: number) => void;
};

/** The lines themselves: only those in sight are elements, so that a hundred thousand are as quick as a hundred. */
export function LiveLogScreen(props: LiveLogScreenProps) {
  const { lines, version, view, pattern, hit, marked, onMark, reveal, following, onFollow, newCount, onTopLine } = props;
  const screen = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const rows = useVirtualizer({
    count: lines.count,
    getScrollElement: () => screen.current,
    estimateSize: () => lineHeight,
    getItemKey: (index) => lines.dropped + index + 1,
    overscan: 20,
    paddingStart: 8,
    paddingEnd: 8,
    // Keeps the lines in sight where they are when the oldest ones are let go.
    anchorTo: "end",
  });
  const height = rows.getTotalSize();

  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever lines, their heights or the layout change, the end is somewhere else.
  useLayoutEffect(() => {
    if (following && screen.current) screen.current.scrollTop = screen.current.scrollHeight;
  }, [following, version, height]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: heights measured for one way of wrapping are wrong for the other.
  useLayoutEffect(() => rows.measure(), [view.wrap, rows]);

  useEffect(() => {
    if (reveal) rows.scrollToIndex(Math.max(0, reveal.line - 1 - lines.dropped), { align: "center" });
  }, [reveal, lines, rows]);

  function watchScroll() {
    const element = screen.current;
    if (!element) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const toEnd = scrollHeight - scrollTop - clientHeight;
    if (toEnd < 4) onFollow(true);
    else if (scrollTop < lastTop.current - 1 && toEnd > lineHeight) onFollow(false);
    lastTop.current = scrollTop;
    onTopLine(lines.dropped + 1 + (rows.range?.startIndex ?? 0));
  }

  const items = rows.getVirtualItems();
  const digits = Math.max(3, String(lines.last).length);
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={screen}
        role="log"
        aria-label="Log lines"
        // Lines come and go with scrolling: reading each aloud would be noise. What changes is said beside the log.
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard.
        tabIndex={0}
        onScroll={watchScroll}
        className="mono absolute inset-0 overflow-auto overscroll-contain outline-offset-[-2px] [overflow-anchor:none] [&_mark]:rounded-xs [&_mark]:bg-brass [&_mark]:text-on-brass"
      >
        <div className={cn("relative", view.wrap ? "w-full" : "w-max min-w-full")} style={{ height }}>
          {items.map((item) => {
            const n = lines.dropped + item.index + 1;
            const isMarked = marked !== null && n >= marked.from && n <= marked.to;
            return (
              <div
                key={item.key}
                ref={view.wrap ? rows.measureElement : undefined}
                data-index={item.index}
                data-line={n}
                className={cn(
                  "group absolute top-0 left-0 flex min-w-full gap-3 pr-4 leading-5 hover:bg-hover/60",
                  view.wrap ? "w-full" : "h-5 w-max",
                  isMarked && "bg-brass-wash hover:bg-brass-wash",
                  n === hit && "bg-busy-wash hover:bg-busy-wash",
                )}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <LineNumber n={n} digits={digits} isMarked={isMarked} isHit={n === hit} onMark={onMark} />
                {view.times !== "off" && (
                  <span className="shrink-0 select-none text-ink-3" title={new Date(lines.at(n)).toISOString()}>
                    {lineTime(lines.at(n), view.times)}
                  </span>
                )}
                <span
                  className={cn(
                    "[unicode-bidi:isolate]",
                    view.wrap ? "min-w-0 whitespace-pre-wrap break-words [overflow-wrap:anywhere]" : "whitespace-pre",
                  )}
                >
                  <AnsiLine text={lines.text(n)} pattern={pattern} />
                </span>
              </div>
            );
          })}
        </div>
      </div>
      {!following && newCount !== null && (
        <button
          type="button"
          onClick={() => onFollow(true)}
          className="absolute bottom-4 left-1/2 inline-flex h-8 -translate-x-1/2 animate-fade items-center gap-1.5 rounded-full border border-brass-line bg-raised px-3 font-medium text-ink text-xs shadow-float hover:bg-hover"
        >
          <ArrowDown aria-hidden className="size-3.5" strokeWidth={1.75} />
          Jump to live{newCount > 0 && ` · ${newCount.toLocaleString("en")} new`}
        </button>
      )}
    </div>
  );
}

type LineNumberProps = { n: number; digits: number; isMarked: boolean; isHit: boolean; onMark: (line: number, extend: boolean) => void };

function LineNumber({ n, digits, isMarked, isHit, onMark }: LineNumberProps) {
  function mark(event: MouseEvent) {
    // With another key the browser opens the address elsewhere, as with any link.
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    onMark(n, event.shiftKey);
  }
  return (
    <a
      href={`#L${n}`}
      onClick={mark}
      tabIndex={-1}
      aria-label={`Line ${n}`}
      style={{ width: `calc(${digits}ch + 1rem)` }}
      className={cn(
        "sticky left-0 shrink-0 select-none bg-sunken pl-4 text-right text-ink-3 hover:text-ink group-hover:text-ink-2",
        isMarked && "bg-brass-wash text-brass-ink",
        isHit && "bg-busy-wash text-ink",
      )}
    >
      {n}
    </a>
  );
}
