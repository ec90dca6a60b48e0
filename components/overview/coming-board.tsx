import { ScheduleWords } from "@/components/jobs/schedule-words";
import { RowLink } from "@/components/ui/row-link";
import { TimeText } from "@/components/ui/time-text";
import type { Overview } from "@/lib/jobs/get-overview";
import { paths } from "@/lib/paths";

/** The next moments over all jobs, as on a departure board: time, job, how long till then. */
export function ComingBoard({ coming }: Pick<Overview, "coming">) {
  if (coming.length === 0) return <p className="px-4 py-4 text-ink-2 text-sm">No job is due by its schedule.</p>;
  return (
    <ol>
      {coming.map(({ at, job }) => (
        <li
          key={`${job.id} ${at.toISOString()}`}
          className="grid h-10 grid-cols-[72px_minmax(0,1fr)_auto] items-center gap-3 border-line border-b px-4 text-sm last:border-b-0 sm:grid-cols-[72px_minmax(0,1.4fr)_minmax(0,1fr)_72px]"
        >
          <TimeText at={at} form="short" timeZone={job.timeZone} className="font-medium text-ink" />
          <RowLink href={paths.job(job.slug)} className="truncate rounded-sm text-ink">
            {job.name}
          </RowLink>
          <span className="truncate text-ink-3 text-xs max-sm:hidden">
            <ScheduleWords expression={job.expression} timeZone={job.timeZone} />
          </span>
          <TimeText at={at} form="countdown" timeZone={job.timeZone} className="text-right text-ink-2 text-xs" />
        </li>
      ))}
    </ol>
  );
}
