"use client";

import { ArrowDownToLine, Check, ChevronDown, ChevronUp, Clock, Copy, Download, Search, WrapText } from "lucide-react";
import { type ComponentProps, type KeyboardEvent, type RefObject, useState } from "react";
import { cn } from "@/components/ui/cn";
import { paths } from "@/lib/paths";
import type { LogView } from "./log-view";
import type { LogSearching } from "./use-log-search";

type LiveLogBarProps = {
  runId: string;
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
  words: () => string;
  copies: string;
};

const nextTimes = { off: "local", local: "utc", utc: "off" } as const;
const timesSaid = { off: "off", local: "local", utc: "UTC" } as const;

/** The bar above the lines: how the log stands, search, and how to look at it. */
export function LiveLogBar(props: LiveLogBarProps) {
  const { runId, sentence, tone, view, onView, following, onFollow, words, copies } = props;
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
      <SearchField {...props} />
      <div className="flex items-center gap-0.5">
        <Toggle name="Follow the log" on={following} onClick={() => onFollow(!following)}>
          <ArrowDownToLine aria-hidden />
        </Toggle>
        <Toggle name="Wrap long lines" on={view.wrap} onClick={() => onView({ wrap: !view.wrap })}>
          <WrapText aria-hidden />
        </Toggle>
        <BarButton
          aria-label={`Times: ${timesSaid[view.times]}. Change to ${timesSaid[nextTimes[view.times]]}`}
          title={`Times: ${timesSaid[view.times]}`}
          onClick={() => onView({ times: nextTimes[view.times] })}
          className={cn("w-auto gap-1 px-1.5", view.times !== "off" && on)}
        >
          <Clock aria-hidden />
          {view.times !== "off" && <span className="text-xs">{timesSaid[view.times]}</span>}
        </BarButton>
        <CopyButton words={words} name={copies} />
        <a
          href={paths.api.runLogDownload(runId)}
          download
          aria-label="Download the whole log"
          title="Download the whole log"
          className={cn(barButton, "size-7")}
        >
          <Download aria-hidden />
        </a>
      </div>
    </div>
  );
}

function SearchField({ search, searchBox, onStep, onLeaveSearch }: LiveLogBarProps) {
  const { query, hits, current } = search;
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Enter") onStep(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") {
      search.setQuery("");
      onLeaveSearch();
    } else return;
    event.preventDefault();
  }
  const place = current === null ? -1 : hits.indexOf(current);
  const steps = query === "" ? "max-sm:hidden" : undefined;
  return (
    <div className="flex min-w-0 items-center gap-0.5 max-sm:flex-1">
      <div className="flex h-7 min-w-0 items-center max-sm:flex-1 gap-1.5 rounded-md border border-line-strong bg-ground px-2 focus-within:border-brass-line">
        <Search aria-hidden className="size-3.5 shrink-0 text-ink-3" strokeWidth={1.5} />
        <input
          ref={searchBox}
          type="search"
          aria-label="Search the log"
          placeholder="Search"
          value={query}
          onChange={(event) => search.setQuery(event.target.value)}
          onKeyDown={onKeyDown}
          className="w-full min-w-0 bg-transparent text-ink text-sm outline-none sm:w-40 [&::-webkit-search-cancel-button]:hidden"
        />
        <span role="status" className="shrink-0 text-ink-3 text-xs tabular-nums">
          {query !== "" &&
            (hits.length === 0 ? "none" : `${place >= 0 ? `${(place + 1).toLocaleString("en")}/` : ""}${hits.length.toLocaleString("en")}`)}
          {query !== "" && <span className="sr-only"> {hits.length === 1 ? "line" : "lines"} found</span>}
        </span>
      </div>
      <BarButton
        aria-label="Previous hit"
        title="Previous hit (Shift+Enter)"
        disabled={hits.length === 0}
        className={steps}
        onClick={() => onStep(-1)}
      >
        <ChevronUp aria-hidden />
      </BarButton>
      <BarButton aria-label="Next hit" title="Next hit (Enter)" disabled={hits.length === 0} className={steps} onClick={() => onStep(1)}>
        <ChevronDown aria-hidden />
      </BarButton>
    </div>
  );
}

function CopyButton({ words, name }: { words: () => string; name: string }) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    try {
      await navigator.clipboard.writeText(words());
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    } catch {
      // the browser has no clipboard for us: the text can still be selected, or downloaded
    }
  }
  return (
    <BarButton aria-label={copied ? "Copied" : name} title={name} onClick={copy}>
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
