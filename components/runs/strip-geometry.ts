import type { RunState } from "@/lib/domain/run";

/** As much of a run as its bar needs; lengths in milliseconds. */
export type StripRun = { id: string; state: RunState; lengthMs: number | null };

/** A bar in the strip's own units; `y` counts from the top. */
export type StripBar = { id: string; state: RunState; x: number; y: number; width: number; height: number };

export type StripSize = { count: number; barWidth: number; gap: number; height: number };

/** Runs that never had a length (missed, skipped, not started yet) stand at this share of the height, so that they are seen. */
const lowest = 0.28;

/** From the lowest bar to the full height lies at least this factor: runs of about the same length look about the same. */
const leastSpread = Math.log(4);

/**
 * Lays the runs out oldest first, the newest at the right edge, whatever their number: rows of a list stay aligned.
 * A bar's height falls with the logarithm of what its run lacks to the longest shown, so that one long run does not
 * flatten the others.
 */
export function stripBars(newestFirst: readonly StripRun[], { count, barWidth, gap, height }: StripSize): StripBar[] {
  const shown = newestFirst.slice(0, count);
  const logs = shown.flatMap((run) => (run.lengthMs === null ? [] : [Math.log1p(run.lengthMs)]));
  const least = Math.min(...logs);
  const most = Math.max(...logs);
  return shown
    .map((run, index) => {
      const share = run.lengthMs === null ? 0 : 1 - (most - Math.log1p(run.lengthMs)) / Math.max(most - least, leastSpread);
      const barHeight = Math.round(height * (lowest + (1 - lowest) * share));
      return {
        id: run.id,
        state: run.state,
        x: (count - 1 - index) * (barWidth + gap),
        y: height - barHeight,
        width: barWidth,
        height: barHeight,
      };
    })
    .reverse();
}

/** The whole width of a strip with room for `count` bars. */
export function stripWidth({ count, barWidth, gap }: Pick<StripSize, "count" | "barWidth" | "gap">): number {
  return count * barWidth + (count - 1) * gap;
}

/** "12 succeeded, 2 failed": the strip in words, for who cannot see it. */
export function describeStrip(states: readonly RunState[]): string {
  if (states.length === 0) return "No runs yet";
  const counts = new Map<RunState, number>();
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
}
