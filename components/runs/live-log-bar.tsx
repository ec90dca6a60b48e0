"use client";

import { ArrowDownToLine, Check, ChevronDown, ChevronUp, CircleAlert, Clock, Copy, Download, Search, WrapText } from "lucide-react";
import { type ComponentProps, type KeyboardEvent, type RefObject, useState } from "react";
import { cn } from "@/components/ui/cn";
import { type LogTimes, type LogView, logTimes } from "./log-view";
import type { LogSearching } from "./use-log-search";

type LiveLogBarProps = {
  sentence: string;
  tone: "live" | "busy" | "rest" | "trouble";
  view: LogView;
  onView: (change: Partial<LogView>) => void;
  search: LogSearching;
  searchBox: RefObject<HTMLInputElement | null>;
  onStep: (direction: 1 | -1) => void;
  onLeaveSearch: () => void;
  following: boolean;
  onFollow: (following: boolean) => void;
  /** Whether lines are still expected: then the end is "live". */
  moving: boolean;
  /** No line is there and none will come: there is nothing to do with them. */
  isNothing: boolean;
  /** Puts words on the clipboard; says whether it could. */
  copy: () => Promise<boolean>;
  copies: string;
  download: string;
};

const timesSaid = { off: "off", relative: "since the start", local: "local", utc: "UTC" } as const;
const timesShort = { off: "", relative: "+0", local: "local", utc: "UTC" } as const;
const nextTimes = (times: LogTimes): LogTimes => logTimes[(logTimes.indexOf(times) + 1) % logTimes.length] ?? "off";

/** The bar above the lines: how the log stands, search, and how to look at it. */
export function LiveLogBar(props: LiveLogBarProps) {
  const { sentence, tone, view, onView, search, following, onFollow, moving, isNothing, copy, copies, download } = props;
  const next = nextTimes(view.times);
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1.5 border-line border-b px-3 py-1.5">
      <p className="flex min-w-0 items-center gap-2 text-ink text-sm max-sm:basis-full sm:mr-auto">
        <span
          aria-hidden
          className={cn(
            "size-2 shrink-0 rounded-full",
            { live: "animate-breathe bg-good", busy: "animate-breathe bg-busy", rest: "bg-ink-3", trouble: "bg-warn" }[tone],
          )}
        />
        <span className="truncate">{sentence}</span>
      </p>
      {!isNothing && (
        <>
          <SearchField {...props} />
          <div className="flex items-center gap-0.5 max-sm:w-full max-sm:justify-between">
            <Toggle name="Go to the first error" on={search.sought === "errors"} onClick={() => search.seek("errors")}>
              <CircleAlert aria-hidden />
            </Toggle>
            <Toggle name={moving ? "Follow the log" : "Stay at the end"} on={following} onClick={() => onFollow(!following)}>
              <ArrowDownToLine aria-hidden />
            </Toggle>
            <Toggle name="Wrap long lines" on={view.wrap} onClick={() => onView({ wrap: !view.wrap })}>
              <WrapText aria-hidden />
            </Toggle>
            <BarButton
              aria-label={`Times: ${timesSaid[view.times]}. Change to ${timesSaid[next]}`}
              title={`Times: ${timesSaid[view.times]}`}
              onClick={() => onView({ times: next })}
              className={cn("w-auto min-w-7 gap-1 px-1.5", view.times !== "off" && on)}
            >
              <Clock aria-hidden />
              {view.times !== "off" && <span className="text-xs">{timesShort[view.times]}</span>}
            </BarButton>
            <CopyButton copy={copy} name={copies} />
            <a
              href={download}
              download
              aria-label="Download the whole log"
              title="Download the whole log"
              className={cn(barButton, "size-7")}
            >
              <Download aria-hidden />
            </a>
          </div>
        </>
      )}
    </div>
  );
}

function SearchField({ search, searchBox, onStep, onLeaveSearch }: LiveLogBarProps) {
  const { sought, hits } = search;
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Enter") onStep(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") {
      search.seek(null);
      onLeaveSearch();
    } else return;
    event.preventDefault();
  }
  const steps = sought === null ? "max-sm:hidden" : undefined;
  const words = sought === null || sought === "errors" ? "" : sought.words;
  return (
    <div className="flex min-w-0 items-center gap-0.5 max-sm:flex-1">
      <div className="flex h-7 min-w-0 items-center gap-1.5 rounded-md border border-line-strong bg-ground px-2 focus-within:border-brass-line max-sm:flex-1">
        <Search aria-hidden className="size-3.5 shrink-0 text-ink-3" strokeWidth={1.5} />
        <input
          ref={searchBox}
          type="search"
          aria-label="Search the log"
          aria-keyshortcuts="/"
          title="Search the whole log (/)"
          placeholder={sought === "errors" ? "Errors" : "Search"}
          maxLength={200}
          value={words}
          onChange={(event) => search.seek(event.target.value === "" ? null : { words: event.target.value })}
          onKeyDown={onKeyDown}
          className="w-full min-w-0 bg-transparent text-ink text-sm outline-none sm:w-40 [&::-webkit-search-cancel-button]:hidden"
        />
        <FoundCount search={search} />
      </div>
      <BarButton
        aria-label="Previous hit"
        title="Previous hit (Shift+Enter, N)"
        disabled={hits.length === 0}
        className={steps}
        onClick={() => onStep(-1)}
      >
        <ChevronUp aria-hidden />
      </BarButton>
      <BarButton aria-label="Next hit" title="Next hit (Enter, n)" disabled={hits.length === 0} className={steps} onClick={() => onStep(1)}>
        <ChevronDown aria-hidden />
      </BarButton>
    </div>
  );
}

/** How many lines hold what is looked for, and at which of them somebody is. */
function FoundCount({ search }: { search: LogSearching }) {
  const { sought, hits, total, current, answered, failed, isWhole } = search;
  if (sought === null) return <span role="status" className="sr-only" />;
  const place = current === null ? -1 : hits.indexOf(current);
  const number = (value: number) => value.toLocaleString("en");
  const words = failed
    ? "no answer"
    : !answered
      ? "…"
      : total === 0
        ? isWhole
          ? "none"
          : "…"
        : `${place >= 0 ? `${number(place + 1)}/` : ""}${number(total)}${isWhole ? "" : " …"}`;
  return (
    <span
      role="status"
      className="shrink-0 whitespace-nowrap text-ink-3 text-xs tabular-nums"
      title={total > hits.length ? `The first ${number(hits.length)} can be stepped through` : undefined}
    >
      {words}
      {answered && !failed && (
        <span className="sr-only">
          {sought === "errors" ? (total === 1 ? " error" : " errors") : total === 1 ? " line" : " lines"} found
          {current !== null && `, at line ${number(current)}`}
        </span>
      )}
    </span>
  );
}

function CopyButton({ copy, name }: { copy: () => Promise<boolean>; name: string }) {
  const [copied, setCopied] = useState(false);
  const [isBusy, setBusy] = useState(false);
  async function press() {
    setBusy(true);
    const done = await copy();
    setBusy(false);
    if (!done) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  }
  return (
    <BarButton aria-label={copied ? "Copied" : name} title={name} onClick={press} disabled={isBusy}>
      {copied ? <Check aria-hidden className="text-good" /> : <Copy aria-hidden />}
    </BarButton>
  );
}

const on = "bg-hover text-ink";
const barButton =
  "inline-flex shrink-0 items-center justify-center rounded-md text-ink-3 transition-colors duration-120 hover:bg-hover hover:text-ink disabled:opacity-50 disabled:hover:bg-transparent [&_svg]:size-4 [&_svg]:stroke-[1.5]";

function BarButton({ className, ...rest }: ComponentProps<"button">) {
  return <button type="button" className={cn(barButton, "h-7 w-7", className)} {...rest} />;
}

function Toggle({ name, on: pressed, ...rest }: ComponentProps<"button"> & { name: string; on: boolean }) {
  return <BarButton aria-label={name} title={name} aria-pressed={pressed} className={cn(pressed && on)} {...rest} />;
}
