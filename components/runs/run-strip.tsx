import type { RunState, RunSummary } from "@/lib/domain/run";
import type { StripEntry } from "@/lib/domain/run-strip";
import { describeStrip, type StripBar, type StripRun, stripBars, stripWidth } from "./strip-geometry";

const fill: Record<RunState, string> = {
  requested: "var(--busy)",
  starting: "var(--busy)",
  running: "var(--busy)",
  succeeded: "var(--good)",
  failed: "var(--bad)",
  stopped: "var(--still)",
  skipped: "var(--still)",
  missed: "var(--warn)",
  lost: "var(--odd)",
};

/** What a strip needs of a run; a run still going is as long as it has been. */
export function toStripRun(run: RunSummary, now: number): StripRun {
  const from = run.startedAt?.getTime();
  return { id: run.id, state: run.state, lengthMs: from === undefined ? null : Math.max(0, (run.stoppedAt?.getTime() ?? now) - from) };
}

const size = { count: 15, barWidth: 5, gap: 2, height: 20 };
const width = stripWidth(size);

/** The last fifteen runs of a job as bars, drawn on the server: height is duration, colour and form are the state. */
export function RunStrip({ runs }: { runs: readonly StripEntry[] }) {
  const bars = stripBars(
    runs.map(({ state, seconds }, index) => ({ id: String(index), state, lengthMs: seconds === null ? null : seconds * 1000 })),
    size,
  );
  const words = `Last runs, newest right: ${describeStrip(runs.map((run) => run.state))}`;
  return (
    <svg role="img" aria-label={words} width={width} height={size.height} viewBox={`0 0 ${width} ${size.height}`} className="block">
      <title>{words}</title>
      <path d={`M0 ${size.height - 0.5}H${width}`} stroke="var(--line)" strokeWidth="1" />
      <Boxes boxes={bars.filter(({ state }) => state === "succeeded")} colour={fill.succeeded} opacity="0.72" />
      <Boxes boxes={bars.filter(({ state }) => state === "failed").flatMap(failedParts)} colour={fill.failed} />
      {bars
        .filter(({ state }) => state !== "succeeded" && state !== "failed")
        .map((bar) => (
          <StripMark key={bar.id} {...bar} />
        ))}
    </svg>
  );
}

type Box = Pick<StripBar, "x" | "y" | "width" | "height">;

/** Boxes as one path: most of a list's bars are of two states, and each would be an element. Its stroke rounds the corners. */
function Boxes({ boxes, colour, opacity }: { boxes: readonly Box[]; colour: string; opacity?: string }) {
  if (boxes.length === 0) return null;
  const path = boxes.map(({ x, y, width, height }) => `M${x + 0.5} ${y + 0.5}h${width - 1}v${height - 1}h-${width - 1}z`).join("");
  return <path d={path} fill={colour} stroke={colour} strokeLinejoin="round" opacity={opacity} />;
}

/** What failed wears a cap. */
function failedParts({ x, y, width, height }: Box): [body: Box, cap: Box] {
  return [
    { x, y: Math.min(y + 3.5, y + height - 2), width, height: Math.max(height - 3.5, 2) },
    { x, y: y - 0.5, width, height: 2.5 },
  ];
}

/** One run of a strip. What never ran is outlined, what was stopped is cut short by a gap, what failed wears a cap. */
export function StripMark({ state, x, y, width, height }: StripBar) {
  const colour = fill[state];
  switch (state) {
    case "succeeded":
      return <rect x={x} y={y} width={width} height={height} rx="1" fill={colour} opacity="0.72" />;
    case "failed":
      return <Boxes boxes={failedParts({ x, y, width, height })} colour={colour} />;
    case "running":
    case "starting":
    case "requested":
      return (
        <rect x={x + 0.75} y={y + 0.75} width={width - 1.5} height={height - 1.5} rx="1" fill="none" stroke={colour} strokeWidth="1.5" />
      );
    case "stopped":
      return <rect x={x} y={y} width={width} height={height} rx="1" fill={colour} opacity="0.6" />;
    case "skipped":
      return <rect x={x} y={y + height - 2} width={width} height="2" rx="1" fill={colour} />;
    case "missed":
      return (
        <path
          d={`M${x + width / 2} ${y + 0.8} L${x + width - 0.5} ${y + height - 1} H${x + 0.5} Z`}
          fill="none"
          stroke={colour}
          strokeWidth="1.3"
          strokeLinejoin="round"
        />
      );
    case "lost":
      return (
        <rect
          x={x + 0.75}
          y={y + 0.75}
          width={width - 1.5}
          height={height - 1.5}
          rx="1"
          fill="none"
          stroke={colour}
          strokeWidth="1.3"
          strokeDasharray="2 1.6"
        />
      );
  }
}
