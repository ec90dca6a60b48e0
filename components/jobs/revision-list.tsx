import { TimeText } from "@/components/ui/time-text";
import type { JobPage } from "@/lib/jobs/get-job";

/** Who saved which form of the job, newest first. */
export function RevisionList({ revisions }: { revisions: JobPage["revisions"] }) {
  return (
    <ol className="flex flex-col gap-2 text-sm">
      {revisions.map(({ generation, action, changedAt, changedBy }) => (
        <li key={generation} className="flex items-baseline gap-2">
          <span className="mono w-7 shrink-0 text-ink-3">{generation}</span>
          <span className="min-w-0 flex-1 break-words text-ink-2">
            <span className="text-ink first-letter:uppercase">{action}</span> by {changedBy}
          </span>
          <TimeText at={changedAt} className="text-ink-3 text-xs" />
        </li>
      ))}
    </ol>
  );
}
