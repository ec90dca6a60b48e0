import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { Shape, toneText } from "@/components/ui/shape";
import { TimeText } from "@/components/ui/time-text";
import type { Job, SyncState } from "@/lib/domain/job";
import { syncLook } from "./job-condition";

/** How far AWS follows what was saved: three steps, each with the moment at which it was seen. */
export function SyncLine({ job, sync }: { job: Job; sync: SyncState }) {
  const applied = job.appliedGeneration >= job.generation;
  const verified = job.observedGeneration >= job.generation;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5">
      <span className={cn("inline-flex items-center gap-1.5 font-medium", toneText[syncLook[sync].tone])}>
        <Shape {...syncLook[sync]} />
        {syncLook[sync].word}
      </span>
      <ol className="flex flex-wrap items-center gap-x-2 gap-y-1 text-xs">
        <Step name="Saved" done at={job.savedAt} aside={`by ${job.savedBy}`} first />
        <Step name="Applied" done={applied} at={applied ? job.appliedAt : null} />
        <Step name="Verified" done={verified} at={verified ? job.observedAt : null} />
      </ol>
    </div>
  );
}

type StepProps = { name: string; done: boolean; at: Date | null; aside?: ReactNode; first?: boolean };

function Step({ name, done, at, aside, first = false }: StepProps) {
  return (
    <li className="flex items-center gap-2">
      {first ? null : <span aria-hidden className={cn("h-px w-5", done ? "bg-ink-3" : "bg-line-strong")} />}
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
          <TimeText at={at} /> {aside}
        </span>
      ) : null}
    </li>
  );
}
