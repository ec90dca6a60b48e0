import { Pause, Wrench } from "lucide-react";
import type { ReactNode } from "react";
import { TimeText } from "@/components/ui/time-text";
import type { Job } from "@/lib/domain/job";

/** A repair is told for a day: after that the audit of AWS's side is older news than the job's page should carry. */
const repairShownMs = 24 * 60 * 60 * 1000;

type JobNoticesProps = { job: Job; repairs: { at: Date; sentence: string }[]; repairsOfDay: number; now: Date };

/** What somebody should know before they trust the rest of the page: a pause, and what was put right in AWS. */
export function JobNotices({ job, repairs, repairsOfDay, now }: JobNoticesProps) {
  const fresh = repairs.filter(({ at }) => now.getTime() - at.getTime() < repairShownMs);
  if (!job.pausedAt && fresh.length === 0) return null;
  return (
    <div className="mb-4 flex flex-col gap-2">
      {job.pausedAt ? (
        <Line mark={<Pause aria-hidden className="size-4 text-ink-3" strokeWidth={1.5} />}>
          <span className="font-medium text-ink">Paused</span> <TimeText at={job.pausedAt} timeZone={job.timeZone} />
          {job.pausedBy ? ` by ${job.pausedBy}` : ""}
          {job.pauseReason ? `: ${job.pauseReason}` : ""}. It runs only when somebody asks for it.
        </Line>
      ) : null}
      {fresh.map(({ at, sentence }) => (
        <Line key={`${at.toISOString()} ${sentence}`} mark={<Wrench aria-hidden className="size-4 text-warn" strokeWidth={1.5} />}>
          <span className="font-medium text-ink">Repaired</span> <TimeText at={at} timeZone={job.timeZone} />: {sentence}
        </Line>
      ))}
      {repairsOfDay > fresh.length ? (
        <p className="px-3 text-ink-3 text-xs">{`and ${(repairsOfDay - fresh.length).toLocaleString("en-US")} more repairs in the last 24 hours`}</p>
      ) : null}
    </div>
  );
}

function Line({ mark, children }: { mark: ReactNode; children: ReactNode }) {
  return (
    <p className="flex gap-2 rounded-md border border-line bg-sunken px-3 py-2 text-ink-2 text-sm">
      <span className="mt-0.5 shrink-0">{mark}</span>
      <span className="min-w-0 break-words">{children}</span>
    </p>
  );
}
