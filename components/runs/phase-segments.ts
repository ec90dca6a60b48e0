import type { Run } from "@/lib/domain/run";

export type PhaseName = "waiting" | "provisioning" | "pulling" | "starting" | "running" | "stopping";

/** One stretch of a run's life; `to` null: it has not ended. Epoch milliseconds. */
export type PhaseSegment = { name: PhaseName; from: number; to: number | null };

/**
 * The stretches that ECS told of, in their order. A moment that was not reported joins its stretch to the one before:
 * nothing is invented. (ECS API, Task: createdAt, pullStartedAt, pullStoppedAt, startedAt, stoppingAt, executionStoppedAt, stoppedAt.)
 */
export function phaseSegments(run: Pick<Run, "dueAt" | "phases" | "state" | "stoppedAt">, ended: boolean): PhaseSegment[] {
  const { phases } = run;
  const at = (moment: string | undefined) => (moment ? Date.parse(moment) : null);
  const created = at(phases.createdAt);
  // A start that was given up has no task, but it was waited for until then. Of a lost task nobody knows the end.
  const end = at(phases.stoppedAt) ?? at(phases.executionStoppedAt) ?? (created === null ? (run.stoppedAt?.getTime() ?? null) : null);
  const marks: [PhaseName, number | null][] = [
    ["waiting", run.dueAt.getTime()],
    ["provisioning", created],
    ["pulling", at(phases.pullStartedAt)],
    ["starting", at(phases.pullStoppedAt)],
    ["running", at(phases.startedAt)],
    ["stopping", at(phases.executionStoppedAt) ?? at(phases.stoppingAt)],
  ];
  const known = marks.flatMap(([name, from]) => (from === null ? [] : [{ name, from }]));
  const segments = known.map(({ name, from }, index) => ({ name, from, to: known[index + 1]?.from ?? (ended ? (end ?? from) : null) }));
  // A task that AWS started a little before its moment, and stretches under a tenth of a second, would only be noise.
  return segments
    .map((segment) => ({ ...segment, to: segment.to === null ? null : Math.max(segment.to, segment.from) }))
    .filter((segment) => segment.to === null || segment.to - segment.from >= 100);
}

/**
 * How wide each stretch is drawn, in shares of 1: by its length, but none so narrow that it cannot be seen.
 * `now` ends what has not ended.
 */
export function segmentShares(segments: readonly PhaseSegment[], now: number, least = 0.04): number[] {
  const lengths = segments.map((segment) => Math.max(0, (segment.to ?? now) - segment.from));
  const whole = lengths.reduce((sum, length) => sum + length, 0);
  if (whole === 0) return segments.map(() => 1 / segments.length);
  const raised = lengths.map((length) => Math.max(length / whole, least));
  const sum = raised.reduce((total, share) => total + share, 0);
  return raised.map((share) => share / sum);
}
