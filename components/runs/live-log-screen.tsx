"use client";

import { ArrowDown } from "lucide-react";
import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useReducer, useRef, useState } from "react";
import { LogHeights } from "./log-heights";
import { LogScroll } from "./log-scroll";
import type { LogView } from "./log-view";

/** Pixels; all lines are as high unless they are wrapped. */
const lineHeight = 20;
const padding = 8;
/** Lines above and below those in sight that are elements too. */
const overscan = 15;
const keysUp = ["ArrowUp", "PageUp", "Home"];

/** A line to bring into view; a new object each time, so that the same line can be asked for twice. */
export type Reveal = { line: number };

type LiveLogScreenProps = {
  first: number;
  last: number;
  view: LogView;
  reveal: Reveal | null;
  following: boolean;
  onFollow: (following: boolean) => void;
  /** How many lines came since following stopped; null while no more are expected. */
  newCount: number | null;
  /** The first line in sight. */
  topLine: RefObject<number>;
  /** Told which lines are in sight, after each drawing. */
  onLook: (from: number, to: number) => void;
  renderLine: (n: number) => ReactNode;
};

/** What stays where it is when lines above it change: a line, and how far the window's upper edge is below the line's. */
type Anchor = { line: number; offset: number; centred: boolean };

/** The lines themselves: only those in sight are elements, so that ten million are as quick as a hundred. */
export function LiveLogScreen(props: LiveLogScreenProps) {
  const { first, last, view, reveal, following, onFollow, newCount, topLine, onLook, renderLine } = props;
  const screen = useRef<HTMLDivElement>(null);
  const block = useRef<HTMLDivElement>(null);
  const anchor = useRef<Anchor>({ line: 1, offset: -padding, centred: false });
  const shown = useRef<Reveal | null>(null);
  /** Where the bar stood when it and the lines last agreed. */
  const agreed = useRef(0);
  /** A line is to be brought into view, wherever somebody has scrolled meanwhile. */
  const jumping = useRef(false);
  const widest = useRef(0);
  const [heights] = useState(() => new LogHeights(lineHeight));
  const [bar] = useState(() => new LogScroll());
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [, draw] = useReducer((count: number) => count + 1, 0);

  heights.first = first;
  heights.last = last;
  const total = heights.total + 2 * padding;
  bar.resize(total, size.height);
  if (reveal !== null && reveal !== shown.current) {
    shown.current = reveal;
    jumping.current = true;
    anchor.current = { line: Math.max(first, Math.min(reveal.line, last)), offset: 0, centred: true };
    bar.show(placeOf(anchor.current));
  }
  const end = Math.max(0, total - size.height);
  if (following) bar.show(end);
  const place = following ? end : Math.max(0, Math.min(placeOf(anchor.current), end));
  const top = heights.lineAt(place - padding);
  const bottom = heights.lineAt(place + size.height - padding);
  const from = Math.max(first, top - overscan);
  const to = Math.min(last, bottom + overscan);

  /** The place of the window's upper edge that an anchor means. */
  function placeOf({ line, offset, centred }: Anchor): number {
    const lineTop = padding + heights.top(line);
    return centred ? lineTop - (size.height - lineHeight) / 2 : lineTop + offset;
  }
  function anchorAt(at: number): Anchor {
    const line = heights.lineAt(at - padding);
    return { line, offset: at - padding - heights.top(line), centred: false };
  }

  useLayoutEffect(() => {
    const element = screen.current;
    if (!element) return;
    const look = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    look();
    const watcher = new ResizeObserver(look);
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: heights measured for one width or one way of wrapping are wrong for another.
  useLayoutEffect(() => {
    heights.clear();
    widest.current = 0;
    draw();
  }, [heights, view.wrap, view.wrap && size.width]);

  // After each drawing: wrapped lines are measured, and the bar goes where the lines in sight have gone.
  useLayoutEffect(() => {
    const element = screen.current;
    const rows = block.current;
    if (!element || !rows) return;
    if (view.wrap) {
      let news = false;
      for (const row of rows.querySelectorAll<HTMLElement>("[data-loaded=true]"))
        if (heights.measure(Number(row.dataset.line), row.getBoundingClientRect().height)) news = true;
      if (news) return draw();
    } else if (rows.scrollWidth > widest.current) {
      // Otherwise a long line that leaves would take the scrolling to the right away from whoever reads the next one.
      widest.current = rows.scrollWidth;
      rows.style.minWidth = `${widest.current}px`;
    }
    const wanted = place - bar.shift;
    if (following || jumping.current) {
      element.scrollTop = wanted;
      agreed.current = element.scrollTop;
      jumping.current = false;
      if (following) anchor.current = anchorAt(place);
    } else if (Math.abs(wanted - agreed.current) >= 1) {
      // What somebody scrolled since is kept: only the difference is made good. Where they are is told by the event, which is
      // still to come: to agree with it here would take them back with the next lines.
      const before = element.scrollTop;
      element.scrollTop = before + wanted - agreed.current;
      agreed.current += element.scrollTop - before;
    }
  });

  useEffect(() => {
    topLine.current = top;
    onLook(top, bottom);
  });

  function watchScroll() {
    const element = screen.current;
    if (!element || Math.abs(element.scrollTop - agreed.current) < 1) return;
    const now = bar.moved(element.scrollTop);
    agreed.current = element.scrollTop;
    anchor.current = anchorAt(now);
    if (end - now < 4) onFollow(true);
    else if (following && now < place - 1) onFollow(false);
    draw();
  }
  function leaveEnd() {
    if (following && total > size.height) onFollow(false);
  }
  function rest() {
    if (following || bar.height === total) return;
    bar.show(place);
    draw();
  }

  const lines: ReactNode[] = [];
  for (let n = from; n <= to; n++) lines.push(renderLine(n));
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
        onScrollEnd={rest}
        // While lines stream in, the way up has to be open at the first turn of the wheel and with the key, before either moves anything.
        onWheel={(event) => event.deltaY < 0 && leaveEnd()}
        onKeyDown={(event) => keysUp.includes(event.key) && leaveEnd()}
        className="mono absolute inset-0 overflow-auto overscroll-contain outline-offset-[-2px] [overflow-anchor:none] [&_mark]:bg-brass [&_mark]:text-on-brass"
      >
        <div className={view.wrap ? "w-full" : "w-max min-w-full"} style={{ height: bar.height }}>
          <div
            ref={block}
            key={String(view.wrap)}
            className={view.wrap ? "w-full" : "w-max min-w-full"}
            style={{ transform: `translateY(${padding + heights.top(from) - bar.shift}px)` }}
          >
            {lines}
          </div>
        </div>
      </div>
      {!following && newCount !== null && (
        <button
          type="button"
          onClick={() => onFollow(true)}
          className="absolute bottom-4 left-1/2 inline-flex h-8 -translate-x-1/2 animate-fade items-center gap-1.5 whitespace-nowrap rounded-full border border-brass-line bg-raised px-3 font-medium text-ink text-xs shadow-float hover:bg-hover"
        >
          <ArrowDown aria-hidden className="size-3.5" strokeWidth={1.75} />
          Jump to live{newCount > 0 && ` · ${newCount.toLocaleString("en")} new`}
        </button>
      )}
    </div>
  );
}
