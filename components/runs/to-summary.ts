import type { Run, RunSummary } from "@/lib/domain/run";

/** As much of a run as a strip shows. */
export function toSummary({ id, state, trigger, dueAt, startedAt, stoppedAt, exitCode, cause }: Run): RunSummary {
  return { id, state, trigger, dueAt, startedAt, stoppedAt, exitCode, headline: cause?.headline ?? null };
}
