"use client";

import { type MouseEvent, memo } from "react";
import { cn } from "@/components/ui/cn";
import { looksLikeError } from "@/lib/domain/log-text";
import { visibleText } from "@/lib/domain/plain-line";
import { AnsiLine } from "./ansi-line";
import type { ToldLine } from "./log-pages";
import { type LogTimes, lineTime } from "./log-view";

type LiveLogLineProps = {
  n: number;
  /** Not there while it is on its way. */
  line: ToldLine | undefined;
  digits: number;
  wrap: boolean;
  times: LogTimes;
  /** Epoch milliseconds that relative times count from. */
  start: number;
  pattern: RegExp | null;
  /** Errors are looked for: lines that look like one are marked. */
  showsErrors: boolean;
  /** The container's name and colour where several are merged. */
  containerName: string | undefined;
  containerColour: string | undefined;
  containerWidth: number;
  isMarked: boolean;
  isHit: boolean;
  download: string;
  onMark: (line: number, extend: boolean) => void;
};

/** One line of a log: its number, which is a link, its moment, whose it is, and its words. */
export const LiveLogLine = memo(function LiveLogLine(props: LiveLogLineProps) {
  const { n, line, digits, wrap, times, start, pattern, showsErrors, isMarked, isHit, download, onMark } = props;
  const { containerName, containerColour, containerWidth } = props;
  const isError = showsErrors && line !== undefined && looksLikeError(line.text);
  return (
    <div
      data-line={n}
      data-loaded={line !== undefined}
      className={cn(
        "group flex min-w-full gap-2 pr-4 leading-5 hover:bg-hover/60 sm:gap-3",
        wrap && line ? "w-full" : "h-5 w-max",
        isMarked && "bg-brass-wash hover:bg-brass-wash",
        isHit && "bg-busy-wash hover:bg-busy-wash",
      )}
    >
      <LineNumber n={n} digits={digits} isMarked={isMarked} isHit={isHit} isError={isError} onMark={onMark} />
      {line === undefined ? (
        <span className="flex items-center" aria-hidden>
          <span className="h-2 rounded-sm bg-hover" style={{ width: `${12 + ((n * 7) % 28)}ch` }} />
        </span>
      ) : (
        <>
          {times !== "off" && (
            <span
              className={cn("shrink-0 select-none text-ink-3 tabular-nums", times === "relative" && "min-w-[9ch] text-right")}
              title={`${new Date(line.at).toISOString()} · ${new Date(line.at).toLocaleString("en-GB", { timeZoneName: "short" })}`}
            >
              {lineTime(line.at, times, start)}
            </span>
          )}
          {containerName && (
            <span
              title={visibleText(containerName)}
              className="shrink-0 select-none truncate max-sm:max-w-[8ch]"
              style={{ color: containerColour, width: `${containerWidth}ch` }}
            >
              {visibleText(containerName)}
            </span>
          )}
          <span
            className={cn(
              "[unicode-bidi:isolate]",
              wrap ? "min-w-0 whitespace-pre-wrap break-words [overflow-wrap:anywhere]" : "whitespace-pre",
            )}
          >
            <AnsiLine text={line.text} pattern={pattern} />
            {line.cut !== undefined && (
              <>
                {" "}
                <a href={download} download className="select-none text-ink-3 underline decoration-line-strong hover:text-ink">
                  … {(line.cut - line.text.length).toLocaleString("en")} characters more: download the log
                </a>
              </>
            )}
          </span>
        </>
      )}
    </div>
  );
});

type LineNumberProps = {
  n: number;
  digits: number;
  isMarked: boolean;
  isHit: boolean;
  isError: boolean;
  onMark: (line: number, extend: boolean) => void;
};

function LineNumber({ n, digits, isMarked, isHit, isError, onMark }: LineNumberProps) {
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
      aria-current={isMarked || undefined}
      style={{ width: `${digits}ch` }}
      className={cn(
        "sticky left-0 box-content shrink-0 select-none bg-sunken pl-2 text-right text-ink-3 sm:pl-4 hover:text-ink group-hover:text-ink-2",
        isError && "border-bad border-l-2 pl-1.5 text-bad sm:pl-3.5",
        isMarked && "bg-brass-wash text-brass-ink",
        isHit && "bg-busy-wash text-ink",
      )}
    >
      {n}
    </a>
  );
}
