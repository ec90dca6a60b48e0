import Link from "next/link";
import { ScheduleWords } from "@/components/jobs/schedule-words";
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
          className="grid grid-cols-[88px_minmax(0,1fr)_auto] items-baseline gap-3 border-line border-b px-4 py-2 last:border-b-0"
        >
          <TimeText at={at} form="short" timeZone={job.timeZone} className="mono text-ink" />
          <span className="min-w-0">
            <Link
              href={paths.job(job.slug)}
              className="block truncate rounded-sm font-medium text-ink text-sm hover:underline hover:underline-offset-2"
            >
              {job.name}
            </Link>
            <span className="block truncate text-ink-3 text-xs">
              <ScheduleWords expression={job.expression} timeZone={job.timeZone} />
            </span>
          </span>
          <TimeText at={at} form="countdown" timeZone={job.timeZone} className="mono text-ink-2" />
        </li>
      ))}
    </ol>
  );
}
