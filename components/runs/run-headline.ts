import { formatLength } from "@/components/ui/moments";
import type { Run } from "@/lib/domain/run";

/**
 * A run's ended story in one sentence: "Failed after 12 min: ran out of memory". A run that goes on has none yet: null.
 */
export function runHeadline(
  run: Pick<Run, "state" | "startedAt" | "stoppedAt" | "cause" | "stopRequestedBy" | "launchError">,
): string | null {
  const length = run.startedAt && run.stoppedAt ? formatLength(run.stoppedAt.getTime() - run.startedAt.getTime()) : null;
  const after = length ? ` after ${length}` : "";
  const why = run.cause?.headline ?? run.launchError?.sentence;
  switch (run.state) {
    case "requested":
    case "starting":
    case "running":
      return null;
    case "succeeded":
      return length ? `Succeeded in ${length}` : "Succeeded";
    case "failed":
      return why ? `Failed${after}: ${asClause(why)}` : `Failed${after}`;
    case "stopped":
      if (why) return length ? `${why}, after ${length}` : why;
      return run.stopRequestedBy ? `Stopped by ${run.stopRequestedBy}${after}` : `Stopped${after}`;
    case "skipped":
      return why ?? "Skipped: the run before was still going";
    case "missed":
      return why ? `Missed: ${asClause(why)}` : "Missed: nothing started at its moment";
    case "lost":
      return why ? `Lost: ${asClause(why)}` : "Lost: AWS forgot the task before Belfry saw its end";
  }
}

/** A sentence as the second half of another: its first word small, unless it is a name or an abbreviation; no full stop. */
function asClause(sentence: string): string {
  const open = /^(The|A|An|Ran|Could|Never|Killed|Interrupted|Stopped|Ended|Nothing|Its|No)\b/.test(sentence);
  const text = open ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence;
  return text.replace(/\.$/, "");
}
