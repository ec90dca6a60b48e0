import { Fold } from "@/components/ui/fold";
import { RowLink } from "@/components/ui/row-link";
import { TimeText } from "@/components/ui/time-text";
import type { Overview } from "@/lib/jobs/get-overview";
import { paths } from "@/lib/paths";

/** Jobs that failed within the day and have succeeded since: worth knowing, nothing to do. */
export function Recovered({ failed, recoveredCount }: Pick<Overview, "failed" | "recoveredCount">) {
  const recovered = failed.filter((entry) => entry.recovered);
  if (recovered.length === 0) return null;
  return (
    <div className="border-line border-t px-4 py-2.5">
      <Fold
        summary={`${recoveredCount.toLocaleString("en-US")} ${recoveredCount === 1 ? "job" : "jobs"} failed in the last 24 hours and recovered`}
      >
        <ul className="flex flex-col gap-1 pl-4 text-sm">
          {recovered.map(({ job, failures, last }) => (
            <li key={job.id} className="flex flex-wrap items-baseline gap-x-2 text-ink-2">
              <RowLink href={paths.run(job.slug, last.id)} className="rounded-sm text-ink">
                {job.name}
              </RowLink>
              <span className="min-w-0 break-words">{last.headline ?? `failed ${failures === 1 ? "once" : `${failures} times`}`}</span>
              <TimeText at={last.stoppedAt ?? last.dueAt} className="text-ink-3 text-xs" />
            </li>
          ))}
          {recoveredCount > recovered.length ? (
            <li className="text-ink-3 text-xs">{`and ${(recoveredCount - recovered.length).toLocaleString("en-US")} more`}</li>
          ) : null}
        </ul>
      </Fold>
    </div>
  );
}
