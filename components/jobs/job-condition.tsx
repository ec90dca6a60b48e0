import { cn } from "@/components/ui/cn";
import { Shape, type ShapeName, type Tone, toneText } from "@/components/ui/shape";
import type { SyncState } from "@/lib/domain/job";
import type { RunState } from "@/lib/domain/run";

/** What a job's mark tells in a list: the first of these that holds. */
export type JobCondition = "refused" | "paused" | "running" | "late" | "failing" | "missed" | "lost" | "good" | "new";

export const jobConditionLook: Record<JobCondition, { word: string; shape: ShapeName; tone: Tone }> = {
  refused: { word: "AWS refuses it", shape: "slash", tone: "bad" },
  paused: { word: "Paused", shape: "bars", tone: "still" },
  running: { word: "Running", shape: "quarter", tone: "busy" },
  late: { word: "Late", shape: "clock", tone: "warn" },
  failing: { word: "Failing", shape: "cross", tone: "bad" },
  missed: { word: "Missed its last run", shape: "triangle", tone: "warn" },
  lost: { word: "Lost its last run", shape: "question", tone: "odd" },
  good: { word: "Good", shape: "disc", tone: "good" },
  new: { word: "Never ran", shape: "ring", tone: "still" },
};

const ofRun: Record<RunState, JobCondition> = {
  requested: "running",
  starting: "running",
  running: "running",
  succeeded: "good",
  failed: "failing",
  stopped: "good",
  skipped: "good",
  missed: "missed",
  lost: "lost",
};

type Judged = { sync: SyncState; pausedAt: Date | null; lateSince: Date | null };

/** The condition of a job: whether one of its runs goes on or has not come, and how it ended last. */
export function jobConditionOf({ sync, pausedAt, lateSince }: Judged, running: boolean, last: { state: RunState } | null): JobCondition {
  if (sync === "refused") return "refused";
  if (pausedAt) return "paused";
  if (running) return "running";
  if (lateSince) return "late";
  return last ? ofRun[last.state] : "new";
}

/** A job's mark; the word is read aloud, or shown beside it. */
export function JobMark({ condition, withWord = false, className }: { condition: JobCondition; withWord?: boolean; className?: string }) {
  const { word, shape, tone } = jobConditionLook[condition];
  if (!withWord)
    return (
      <span title={word} className={cn("inline-flex", className)}>
        <Shape shape={shape} tone={tone} label={word} />
      </span>
    );
  return (
    <span className={cn("inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-sm", toneText[tone], className)}>
      <Shape shape={shape} tone={tone} />
      {word}
    </span>
  );
}

export const syncLook: Record<SyncState, { word: string; tone: Tone; shape: ShapeName }> = {
  saved: { word: "Applying", tone: "busy", shape: "dashes" },
  applied: { word: "Verifying", tone: "busy", shape: "quarter" },
  verified: { word: "In sync", tone: "good", shape: "disc" },
  refused: { word: "Refused by AWS", tone: "bad", shape: "slash" },
  "trying-again": { word: "Trying again", tone: "warn", shape: "clock" },
  removing: { word: "Being removed", tone: "busy", shape: "dashes" },
  removed: { word: "Removed", tone: "still", shape: "square" },
};

/** Whether the page should look again soon: somebody is at work on the job. */
export function isSettled(sync: SyncState): boolean {
  return sync === "verified" || sync === "refused" || sync === "removed";
}
