import type { ReactNode } from "react";
import { RunStateBadge } from "@/components/runs/run-state-badge";
import { cn } from "@/components/ui/cn";
import { formatLength } from "@/components/ui/moments";
import { RowLink } from "@/components/ui/row-link";
import { toneText } from "@/components/ui/shape";
import { LengthText, TimeText } from "@/components/ui/time-text";
import type { Job, SyncState } from "@/lib/domain/job";
import type { Run } from "@/lib/domain/run";
import { paths } from "@/lib/paths";
import { SyncSteps, SyncWord } from "./sync-line";

type JobFactsProps = {
  job: Job;
  sync: SyncState;
  nextAt: Date | null;
  last: Pick<Run, "id" | "state" | "stoppedAt" | "startedAt" | "dueAt"> | null;
  usualSeconds: number | null;
  lastLookAt: Date | null;
  /** The moment whose run has not come; null where nothing is late. */
  lateSince: Date | null;
};

/** The first questions about a job, answered in one row: when next, how last, how long, and whether AWS follows. */
export function JobFacts({ job, sync, nextAt, last, usualSeconds, lastLookAt, lateSince }: JobFactsProps) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_minmax(0,0.7fr)_minmax(0,2.4fr)]">
      <Cell name="Next run">
        {nextAt ? (
          <>
            <TimeText at={nextAt} form="short" timeZone={job.timeZone} className="font-medium text-ink" />{" "}
            <TimeText at={nextAt} form="countdown" timeZone={job.timeZone} className="text-ink-3" />
          </>
        ) : (
          <span className="text-ink-2">{job.pausedAt ? "None while paused" : "None any more"}</span>
        )}
        {lateSince ? (
          <span className="block text-ink-2">
            <span className={cn("font-medium", toneText.warn)}>
              Late by <LengthText from={lateSince} />
            </span>
            {", due "}
            <TimeText at={lateSince} form="short" timeZone={job.timeZone} />
            {job.expectBy ? (
              <>
                {"; may still start until "}
                <TimeText at={job.expectBy} form="short" timeZone={job.timeZone} />
              </>
            ) : null}
          </span>
        ) : null}
      </Cell>
      <Cell name="Last result">
        {last ? (
          <span className="flex flex-wrap items-center gap-x-2">
            <RowLink href={paths.run(job.slug, last.id)} className="inline-flex rounded-sm">
              <RunStateBadge state={last.state} />
            </RowLink>
            <TimeText at={last.stoppedAt ?? last.startedAt ?? last.dueAt} timeZone={job.timeZone} className="text-ink-3" />
          </span>
        ) : (
          <span className="text-ink-2">No runs yet</span>
        )}
      </Cell>
      <Cell name="Usually takes">
        {usualSeconds === null ? <span className="text-ink-2">Not known yet</span> : formatLength(usualSeconds * 1000)}
      </Cell>
      <Cell name="In AWS" aside={<SyncWord sync={sync} lastLookAt={lastLookAt} />}>
        <SyncSteps job={job} />
      </Cell>
    </dl>
  );
}

function Cell({ name, aside, children }: { name: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <div className="min-w-0 bg-surface px-4 py-2.5 last:max-lg:col-span-2 max-lg:[&:nth-child(3)]:col-span-2">
      <dt className="eyebrow flex items-center gap-3">
        {name}
        {aside}
      </dt>
      <dd className="mt-0.5 text-sm">{children}</dd>
    </div>
  );
}
