"use client";

import { cn } from "@/components/ui/cn";
import { formatLength } from "@/components/ui/moments";
import { useNow } from "@/components/ui/viewer-clock";
import { type PhaseName, type PhaseSegment, segmentShares } from "./phase-segments";

const look: Record<PhaseName, { word: string; bar: string }> = {
  waiting: { word: "Waiting", bar: "bg-line-strong" },
  provisioning: { word: "Provisioning", bar: "bg-busy/35" },
  pulling: { word: "Pulling the image", bar: "bg-busy/55" },
  starting: { word: "Starting", bar: "bg-busy/75" },
  running: { word: "Running", bar: "bg-busy" },
  stopping: { word: "Stopping", bar: "bg-still/60" },
};

type PhaseLineProps = {
  segments: readonly PhaseSegment[];
  /** The colour of the running stretch once the run has ended. */
  outcome: "good" | "bad" | "still" | "odd" | null;
};

const outcomeBar = { good: "bg-good", bad: "bg-bad", still: "bg-still", odd: "bg-odd" };

/** A run's life as one line: how long each phase took; "now" is brass while it goes on. */
export function PhaseLine({ segments, outcome }: PhaseLineProps) {
  const open = segments.at(-1)?.to === null;
  const clock = useNow(open);
  const shares = segmentShares(segments, clock);
  if (segments.length === 0) return null;
  return (
    <div>
      <div className="relative flex h-2 gap-px overflow-hidden rounded-full" aria-hidden>
        {segments.map(({ name, from }, index) => (
          <span
            key={`${name}-${from}`}
            style={{ flexGrow: shares[index], flexBasis: 0 }}
            className={cn(
              "h-full transition-[flex-grow] duration-160",
              name === "running" && outcome ? outcomeBar[outcome] : look[name].bar,
            )}
          />
        ))}
        {open ? <span className="w-1 shrink-0 bg-brass-line" /> : null}
      </div>
      <dl className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-xs">
        {segments.map(({ name, from, to }) => (
          <div key={`${name}-${from}`} className="flex items-center gap-1.5">
            <span
              aria-hidden
              className={cn("size-2 rounded-[2px]", name === "running" && outcome ? outcomeBar[outcome] : look[name].bar)}
            />
            <dt className="text-ink-3">{look[name].word}</dt>
            <dd className="text-ink tabular-nums">
              {to === null ? (
                <span className="text-brass-ink">{formatLength(Math.floor((clock - from) / 1000) * 1000)}</span>
              ) : (
                formatLength(to - from)
              )}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
