import { cn } from "@/components/ui/cn";
import { Shape, type ShapeName, type Tone, toneText } from "@/components/ui/shape";
import type { RunState } from "@/lib/domain/run";

/** How each state of a run looks and what it is called: a new state does not compile until it is drawn. */
export const runStateLook: Record<RunState, { word: string; shape: ShapeName; tone: Tone }> = {
  requested: { word: "Requested", shape: "ring", tone: "busy" },
  starting: { word: "Starting", shape: "dashes", tone: "busy" },
  running: { word: "Running", shape: "quarter", tone: "busy" },
  succeeded: { word: "Succeeded", shape: "disc", tone: "good" },
  failed: { word: "Failed", shape: "cross", tone: "bad" },
  stopped: { word: "Stopped", shape: "square", tone: "still" },
  skipped: { word: "Skipped", shape: "hop", tone: "still" },
  missed: { word: "Missed", shape: "triangle", tone: "warn" },
  lost: { word: "Lost", shape: "question", tone: "odd" },
};

/** A run's state: mark and word. */
export function RunStateBadge({ state, className }: { state: RunState; className?: string }) {
  const { word, shape, tone } = runStateLook[state];
  return (
    <span className={cn("inline-flex items-center gap-1.5 whitespace-nowrap align-top font-medium", toneText[tone], className)}>
      <Shape shape={shape} tone={tone} />
      {word}
    </span>
  );
}
