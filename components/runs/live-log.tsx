"use client";

import { useSearchParams } from "next/navigation";
import { type CSSProperties, useCallback, useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { cn } from "@/components/ui/cn";
import type { RunState } from "@/lib/domain/run";
import { LiveLogBar } from "./live-log-bar";
import { LiveLogContainers } from "./live-log-containers";
import { LiveLogLine } from "./live-log-line";
import { LiveLogScreen, type Reveal } from "./live-log-screen";
import { type ContainerChoice, logAddresses, merged, type Sought } from "./log-addresses";
import { isMoving, logSentence } from "./log-sentence";
import { type LogView, useLogView, useMarkedLines } from "./log-view";
import { logWords, mostCopied } from "./log-words";
import { useLiveLog } from "./use-live-log";
import { useLogSearch } from "./use-log-search";

type LiveLogProps = {
  runId: string;
  /** The run's state when the page was made. */
  initialState: RunState;
  /** Whether the run had ended then: its log is read, not followed. The page may say so later, when it looks again. */
  ended: boolean;
  /** The names of the run's own containers, the job's own first. */
  containers: string[];
  /** Epoch milliseconds; null as long as nothing has started. */
  startedAt: number | null;
  className?: string;
};

/** A run's log, as it is written: a terminal, dark in both themes. Which containers' lines it shows stands in the address. */
export function LiveLog({ className, ...props }: LiveLogProps) {
  const { containers } = props;
  const asked = useSearchParams().get("container");
  const container = asked === merged || containers.slice(1).includes(asked ?? "") ? asked : null;
  const [view, setView] = useLogView();
  const [sought, setSought] = useState<Sought | null>(null);

  function choose(next: ContainerChoice) {
    const address = new URL(window.location.href);
    // A line's number belongs to the lines that were chosen.
    address.hash = "";
    if (next === null) address.searchParams.delete("container");
    else address.searchParams.set("container", next);
    window.history.replaceState(null, "", address);
  }

  return (
    <section
      aria-label="Log"
      style={palette}
      className={cn(
        "dark flex min-h-64 flex-col overflow-hidden rounded-md border border-line bg-sunken text-ink",
        className ?? "h-[max(20rem,calc(100dvh-14rem))]",
        // Where there is nothing to read, what says so needs no window.
        "has-[[data-nothing]]:h-auto has-[[data-nothing]]:min-h-0",
      )}
    >
      {containers.length > 1 && <LiveLogContainers names={containers} value={container} onChange={choose} />}
      <ChosenLog key={container ?? ""} {...props} container={container} view={view} onView={setView} sought={sought} onSought={setSought} />
    </section>
  );
}

type ChosenLogProps = Omit<LiveLogProps, "className"> & {
  container: ContainerChoice;
  view: LogView;
  onView: (change: Partial<LogView>) => void;
  sought: Sought | null;
  onSought: (sought: Sought | null) => void;
};

const number = (value: number) => value.toLocaleString("en");

function ChosenLog({ runId, initialState, ended, containers, startedAt, container, view, onView, sought, onSought }: ChosenLogProps) {
  const [addresses] = useState(() => logAddresses(runId, container));
  const { follower, first, last, bytes, note, connection, state: told } = useLiveLog(addresses);
  const { pages } = follower;
  const state = told ?? (initialState === "requested" || initialState === "starting" ? "waiting" : null);
  const moving = isMoving({ state, connection });
  // A finished log is read from its beginning, a running one at its end; what a failed one says last is why somebody comes.
  const [wasEnded] = useState(ended);
  const [following, setFollowing] = useState(!wasEnded || initialState === "failed");
  const [leftAt, setLeftAt] = useState(0);
  const [reveal, setReveal] = useState<Reveal | null>(null);
  /** The line of the address, as long as the log does not reach so far. */
  const [linked, setLinked] = useState<number | null>(null);
  const topLine = useRef(1);
  const searchBox = useRef<HTMLInputElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const search = useLogSearch(addresses, last, sought, onSought, show);
  const [marked, mark] = useMarkedLines(({ from }) => setLinked(from));

  function follow(next: boolean) {
    if (next === following) return;
    if (!next) setLeftAt(last);
    setFollowing(next);
  }
  function show(line: number) {
    follow(false);
    setReveal({ line });
  }

  // The line of the address is shown as soon as the log has it.
  useEffect(() => {
    if (linked === null || last < linked) return;
    setLinked(null);
    setLeftAt(last);
    setFollowing(false);
    setReveal({ line: linked });
    panel.current?.scrollIntoView({ block: "nearest" });
  }, [linked, last]);

  useKeys({
    "/": () => {
      searchBox.current?.focus();
      searchBox.current?.select();
    },
    l: () => {
      panel.current?.scrollIntoView({ block: "nearest" });
      lines()?.focus();
    },
    n: sought && (() => search.step(1, topLine.current)),
    N: sought && (() => search.step(-1, topLine.current)),
  });
  const lines = () => panel.current?.querySelector<HTMLElement>("[role=log]");

  async function copy(): Promise<boolean> {
    const [from, to] = marked ? [Math.max(marked.from, first), Math.min(marked.to, last)] : [first, last];
    if (to < from) return false;
    const isTooMuch = marked === null && bytes > mostCopied.characters;
    try {
      const reading = new AbortController();
      const copied = isTooMuch ? null : await logWords(from, to, (a, b) => follower.read(a, b, reading.signal));
      if (copied === null) {
        toast.error(`That is too much for the clipboard: ${number(to - from + 1)} lines.`, {
          action: { label: "Download the log", onClick: () => window.location.assign(addresses.download) },
        });
        return false;
      }
      await navigator.clipboard.writeText(copied.text);
      if (copied.cut > 0)
        toast(`${copied.cut === 1 ? "One line is" : `${number(copied.cut)} lines are`} longer than what was copied: the download has all.`);
      return true;
    } catch {
      toast.error("The lines could not be copied. Select them and copy them by hand, or download the log.");
      return false;
    }
  }

  const onLook = useCallback((from: number, to: number) => follower.want(from, to), [follower]);
  const sentence = logSentence({ state, connection, last, ended: wasEnded });
  const trouble = connection === "reconnecting" || connection === "signed-out" || connection === "refused";
  const isNothing = last === 0 && connection === "closed";
  const notes = [
    last > 0 && note,
    linked !== null && last > 0 && !moving && `There is no line ${number(linked)}: the log ends with line ${number(last)}.`,
  ].filter(Boolean);
  // Line numbers do not grow wider with every power of ten while a log is written.
  const digits = Math.max(4, String(last).length);
  const start = startedAt ?? pages.line(first)?.at ?? pages.line(topLine.current)?.at ?? 0;
  const namesWidth = Math.min(16, Math.max(...containers.map((name) => name.length)));

  function renderLine(n: number) {
    const line = pages.line(n);
    const name = line?.container;
    return (
      <LiveLogLine
        key={n}
        n={n}
        line={line}
        digits={digits}
        wrap={view.wrap}
        times={view.times}
        start={start}
        pattern={search.pattern}
        showsErrors={sought === "errors"}
        containerName={name}
        containerColour={name === undefined ? undefined : colourOf(containers.indexOf(name))}
        containerWidth={namesWidth}
        isMarked={marked !== null && n >= marked.from && n <= marked.to}
        isHit={n === search.current}
        download={addresses.download}
        onMark={mark}
      />
    );
  }

  return (
    <div ref={panel} className="flex min-h-0 flex-1 flex-col">
      <LiveLogBar
        sentence={sentence}
        tone={trouble ? "trouble" : state === "live" ? "live" : moving ? "busy" : "rest"}
        view={view}
        onView={onView}
        search={search}
        searchBox={searchBox}
        onStep={(direction) => search.step(direction, topLine.current)}
        onLeaveSearch={() => lines()?.focus()}
        following={following}
        onFollow={follow}
        moving={moving}
        isNothing={isNothing}
        copy={copy}
        copies={marked ? "Copy the marked lines" : "Copy the log"}
        download={addresses.download}
      />
      {notes.length > 0 && <p className="border-line border-b bg-warn-wash px-3 py-1.5 text-warn text-xs">{notes.join(" ")}</p>}
      {last === 0 ? (
        <div
          role="log"
          aria-label="Log lines"
          aria-live="off"
          data-nothing={isNothing || undefined}
          className="flex flex-1 items-center justify-center px-6 py-10 outline-offset-[-2px]"
        >
          <p className="max-w-[52ch] text-center text-ink-2 text-sm">{note ?? (moving || told === null ? `${sentence} …` : sentence)}</p>
        </div>
      ) : (
        <LiveLogScreen
          first={first}
          last={last}
          view={view}
          reveal={reveal}
          following={following}
          onFollow={follow}
          newCount={moving ? last - Math.min(leftAt, last) : null}
          topLine={topLine}
          onLook={onLook}
          renderLine={renderLine}
        />
      )}
      <p role="status" className="sr-only">
        Log: {sentence}
        {note && `. ${note}`}
      </p>
    </div>
  );
}

/** Keys for the whole page, where nobody types; null for a key that means nothing now. */
function useKeys(keys: Record<string, (() => void) | null>): void {
  const now = useRef(keys);
  useEffect(() => {
    now.current = keys;
  });
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if ((event.target as HTMLElement).closest("input, textarea, select, [contenteditable=true], [role=dialog], [role=menu]")) return;
      const act = now.current[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

const containerColours = ["cyan", "magenta", "yellow", "green", "blue", "bright-red", "bright-white", "bright-cyan"];
const colourOf = (index: number) => `var(--ansi-${containerColours[Math.max(0, index) % containerColours.length]})`;

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
