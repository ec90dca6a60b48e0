import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { Shape, toneText } from "@/components/ui/shape";
import { TimeText } from "@/components/ui/time-text";
import type { Job, SyncState } from "@/lib/domain/job";
import { syncLook } from "./job-condition";

/** How AWS stands to what was saved, in a word; where it follows, with the moment of the last look, which may have changed nothing. */
export function SyncWord({ sync, lastLookAt }: { sync: SyncState; lastLookAt: Date | null }) {
  const { word, shape, tone } = syncLook[sync];
  return (
    <span className="inline-flex min-w-0 flex-wrap items-center gap-x-1">
      <Shape shape={shape} tone={tone} className="size-3.5" />
      <span className={cn("font-medium", toneText[tone])}>{word}</span>
      {sync === "verified" && lastLookAt ? (
        <span className="-ml-1 font-normal text-ink-3">
          , seen <TimeText at={lastLookAt} />
        </span>
      ) : null}
    </span>
  );
}

/** How far AWS follows what was saved: three steps, each with the moment at which it was seen. */
export function SyncSteps({ job }: { job: Job }) {
  const applied = job.appliedGeneration >= job.generation;
  const verified = job.observedGeneration >= job.generation;
  return (
    <ol className="flex min-h-5 flex-wrap gap-x-2 gap-y-1 text-xs max-sm:mt-1 max-sm:flex-col sm:items-center">
      <Step name="Saved" done at={job.savedAt} aside={`by ${job.savedBy}`} first />
      <Step name="Applied" done={applied} at={applied ? job.appliedAt : null} />
      <Step name="Verified" done={verified} at={verified ? job.observedAt : null} />
    </ol>
  );
}

type StepProps = { name: string; done: boolean; at: Date | null; aside?: ReactNode; first?: boolean };

function Step({ name, done, at, aside, first = false }: StepProps) {
  return (
    <li className="flex items-center gap-2">
      {first ? null : <span aria-hidden className={cn("h-px w-5 max-sm:hidden", done ? "bg-ink-3" : "bg-line-strong")} />}
      <span
        aria-hidden
        className={cn(
          "flex size-3.5 items-center justify-center rounded-full border",
          done ? "border-ink-3 bg-ink-3 text-surface" : "border-line-strong border-dashed",
        )}
      >
        {done ? <Check className="size-2.5" strokeWidth={3} /> : null}
      </span>
      <span className={done ? "text-ink" : "text-ink-3"}>
        {name}
        {done ? null : <span className="sr-only"> (not yet)</span>}
      </span>
      {at ? (
        <span className="text-ink-3">
          <TimeText at={at} />
          {aside ? <span className="max-[1600px]:hidden"> {aside}</span> : null}
        </span>
      ) : null}
    </li>
  );
}
