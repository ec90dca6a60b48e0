"use client";

import { RunStateBadge } from "@/components/runs/run-state-badge";
import { cn } from "@/components/ui/cn";
import { formatLength } from "@/components/ui/moments";
import { RowLink } from "@/components/ui/row-link";
import { LengthText, TimeText } from "@/components/ui/time-text";
import { useNow } from "@/components/ui/viewer-clock";
import type { Overview } from "@/lib/jobs/get-overview";
import { paths } from "@/lib/paths";

/** What is going on, each against the time that its job usually takes. */
export function RunningNowList({ running, runningCount }: Pick<Overview, "running" | "runningCount">) {
  if (running.length === 0) return <p className="px-4 py-4 text-ink-2 text-sm">Nothing is running at this moment.</p>;
  return (
    <ul>
      {running.map((entry) => (
        <RunningLine key={entry.run.id} {...entry} />
      ))}
      {runningCount > running.length ? (
        <li className="px-4 py-2 text-sm">
          <RowLink
            href={paths.runs({ state: "running" })}
            className="rounded-sm text-ink-2 underline decoration-line-strong underline-offset-2 hover:decoration-ink"
          >
            {`${(runningCount - running.length).toLocaleString("en-US")} more`}
          </RowLink>
        </li>
      ) : null}
    </ul>
  );
}

function RunningLine({ run, job, usualSeconds }: Overview["running"][number]) {
  const clock = useNow();
  const length = run.startedAt ? clock - run.startedAt.getTime() : 0;
  const share = usualSeconds && run.startedAt ? length / (usualSeconds * 1000) : null;
  const over = share !== null && share > 1.5;
  return (
    <li className="border-line border-b px-4 py-2.5 last:border-b-0">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="flex min-w-0 items-baseline gap-3">
          <RowLink href={paths.run(job.slug, run.id)} className="min-w-0 truncate rounded-sm font-medium text-ink text-sm">
            {job.name}
          </RowLink>
          <RunStateBadge state={run.state} className="self-center text-xs" />
        </span>
        <span className="text-ink-3 text-xs">
          {run.startedAt ? (
            <>
              <LengthText from={run.startedAt} className={over ? "font-medium text-warn" : "text-ink"} />
              {usualSeconds ? ` of usually ${formatLength(usualSeconds * 1000)}` : ""}
            </>
          ) : (
            <>
              due <TimeText at={run.dueAt} />
            </>
          )}
        </span>
      </div>
      <div aria-hidden className="relative mt-1.5 h-1 overflow-hidden rounded-full bg-hover">
        <span
          className={cn("absolute inset-y-0 left-0 rounded-full", over ? "bg-warn" : "bg-busy", share === null && "animate-breathe")}
          style={{ width: `${share === null ? 12 : Math.min(100, Math.max(2, share * 100))}%` }}
        />
      </div>
    </li>
  );
}
