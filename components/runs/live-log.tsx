"use client";

import { type CSSProperties, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { cn } from "@/components/ui/cn";
import type { RunState } from "@/lib/domain/run";
import { LiveLogBar } from "./live-log-bar";
import { LiveLogScreen, type Reveal } from "./live-log-screen";
import { isMoving, logSentence } from "./log-sentence";
import { useLogView, useMarkedLines } from "./log-view";
import { useLiveLog } from "./use-live-log";
import { useLogSearch } from "./use-log-search";

type LiveLogProps = {
  runId: string;
  /** The run's state when the page was made. */
  initialState: RunState;
  /** Whether the run had ended then: its log is read, not followed. The page may say so later, when it looks again. */
  ended: boolean;
  className?: string;
};

/** A run's log, as it is written: a terminal, dark in both themes. */
export function LiveLog({ runId, initialState, ended, className }: LiveLogProps) {
  const { lines, version, note, connection, state: told } = useLiveLog(runId);
  const state = told ?? (initialState === "requested" || initialState === "starting" ? "waiting" : null);
  const moving = isMoving({ state, connection });
  const [view, setView] = useLogView();
  const search = useLogSearch(lines, version);
  const [marked, mark] = useMarkedLines();
  // A short finished log is read from its beginning, a running one at its end.
  const [wasEnded] = useState(ended);
  const [following, setFollowing] = useState(!wasEnded);
  const [leftAt, setLeftAt] = useState(0);
  const [reveal, setReveal] = useState<Reveal | null>(null);
  const topLine = useRef(1);
  const searchBox = useRef<HTMLInputElement>(null);
  const section = useRef<HTMLElement>(null);

  function follow(next: boolean) {
    if (next === following) return;
    if (!next) setLeftAt(lines.last);
    setFollowing(next);
  }
  function show(line: number | null) {
    if (line === null) return;
    follow(false);
    setReveal({ line });
  }

  // The line in the address is shown once, as soon as it is there.
  const [linked, setLinked] = useState(false);
  useEffect(() => {
    if (linked || !marked || version === 0 || lines.last < marked.from) return;
    setLinked(true);
    setFollowing(false);
    setReveal({ line: marked.from });
  }, [linked, marked, version, lines]);

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target === searchBox.current) return;
    event.preventDefault();
    searchBox.current?.focus();
    searchBox.current?.select();
  }

  const sentence = logSentence({ state, connection, count: lines.last, ended: wasEnded });
  const trouble = connection === "reconnecting" || connection === "signed-out" || connection === "refused";
  const dropped =
    lines.dropped > 0 ? `The first ${lines.dropped.toLocaleString("en")} lines are not shown here: download the whole log.` : null;
  return (
    <section
      ref={section}
      aria-label="Log"
      onKeyDown={onKeyDown}
      style={palette}
      className={cn(
        "dark flex min-h-64 flex-col overflow-hidden rounded-md border border-line bg-sunken text-ink",
        className ?? "h-[max(20rem,calc(100dvh-14rem))]",
      )}
    >
      <LiveLogBar
        runId={runId}
        sentence={sentence}
        tone={trouble ? "trouble" : state === "live" ? "live" : moving ? "busy" : "rest"}
        view={view}
        onView={setView}
        search={search}
        searchBox={searchBox}
        onStep={(direction) => show(search.step(direction, topLine.current))}
        onLeaveSearch={() => section.current?.querySelector<HTMLElement>("[role=log]")?.focus()}
        following={following}
        onFollow={follow}
        words={() => (marked ? lines.words(marked.from, marked.to) : lines.words(1, lines.last))}
        copies={marked ? "Copy the marked lines" : "Copy the log"}
      />
      {(note && lines.count > 0) || dropped ? (
        <p className="border-line border-b bg-warn-wash px-3 py-1.5 text-warn text-xs">
          {[lines.count > 0 && note, dropped].filter(Boolean).join(" ")}
        </p>
      ) : null}
      {lines.count === 0 ? (
        <div
          role="log"
          aria-label="Log lines"
          aria-live="off"
          className="flex flex-1 items-center justify-center p-6 outline-offset-[-2px]"
        >
          <p className="max-w-[52ch] text-center text-ink-2 text-sm">{note ?? (moving || told === null ? `${sentence} …` : sentence)}</p>
        </div>
      ) : (
        <LiveLogScreen
          lines={lines}
          version={version}
          view={view}
          pattern={search.pattern}
          hit={search.current}
          marked={marked}
          onMark={mark}
          reveal={reveal}
          following={following}
          onFollow={follow}
          newCount={moving ? lines.last - Math.min(leftAt, lines.last) : null}
          onTopLine={(line) => {
            topLine.current = line;
          }}
        />
      )}
      <p role="status" className="sr-only">
        Log: {sentence}
        {note && `. ${note}`}
      </p>
    </section>
  );
}

/** A terminal's sixteen colours, each at least 4.5:1 on this ground; `ground-*` are for text that stands on them. */
const palette = {
  "--ansi-black": "#7d8699",
  "--ansi-red": "#ff7b72",
  "--ansi-green": "#5fd38d",
  "--ansi-yellow": "#e3b341",
  "--ansi-blue": "#79b8ff",
  "--ansi-magenta": "#d2a8ff",
  "--ansi-cyan": "#56d4dd",
  "--ansi-white": "#d6dbe4",
  "--ansi-bright-black": "#8b949e",
  "--ansi-bright-red": "#ffa198",
  "--ansi-bright-green": "#7ee787",
  "--ansi-bright-yellow": "#f2cc60",
  "--ansi-bright-blue": "#a5d6ff",
  "--ansi-bright-magenta": "#e2c5ff",
  "--ansi-bright-cyan": "#8ae8ee",
  "--ansi-bright-white": "#ffffff",
  "--ansi-ground-black": "#2b3240",
  "--ansi-ground-red": "#b62324",
  "--ansi-ground-green": "#1f7a3d",
  "--ansi-ground-yellow": "#d4a72c",
  "--ansi-ground-blue": "#1f5fc4",
  "--ansi-ground-magenta": "#7d4bc4",
  "--ansi-ground-cyan": "#17717a",
  "--ansi-ground-white": "#d6dbe4",
  "--ansi-ground-text-black": "#000000",
} as CSSProperties;
