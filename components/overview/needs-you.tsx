import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { syncLook } from "@/components/jobs/job-condition";
import { runStateLook } from "@/components/runs/run-state-badge";
import { cn } from "@/components/ui/cn";
import { RowLink } from "@/components/ui/row-link";
import { Shape, toneText } from "@/components/ui/shape";
import { TimeText } from "@/components/ui/time-text";
import type { Overview } from "@/lib/jobs/get-overview";
import { paths } from "@/lib/paths";

/** What needs somebody, worst first: what fails and has not recovered, what AWS does not follow. */
export function NeedsYou({ failed, outOfSync }: Pick<Overview, "failed" | "outOfSync">) {
  const open = failed.filter((entry) => !entry.recovered);
  const refused = outOfSync.filter(({ sync }) => sync === "refused" || sync === "trying-again");
  if (open.length === 0 && refused.length === 0)
    return (
      <p className="flex items-center gap-2.5 px-4 py-5 text-ink-2">
        <Check aria-hidden className="size-4 shrink-0 text-good" strokeWidth={2} />
        Nothing needs you: no job is failing, and AWS has what was saved.
      </p>
    );
  return (
    <ul>
      {open.map(({ job, failures, last }) => (
        <Line
          key={job.id}
          mark={<Shape {...runStateLook[last.state]} className="mt-0.5" />}
          title={<RowLink href={paths.job(job.slug)}>{job.name}</RowLink>}
          aside={<TimeText at={last.stoppedAt ?? last.dueAt} />}
          action={<RowLink href={paths.run(job.slug, last.id)}>Read why</RowLink>}
        >
          <span className={cn("font-medium", toneText[runStateLook[last.state].tone])}>
            {timesWords(runStateLook[last.state].word, failures)}
          </span>
          {last.headline ? ` · ${last.headline}` : ""}
        </Line>
      ))}
      {refused.map(({ id, slug, name, savedAt, syncError, sync }) => (
        <Line
          key={id}
          mark={<Shape {...syncLook[sync]} className="mt-0.5" />}
          title={<RowLink href={paths.job(slug)}>{name}</RowLink>}
          aside={<TimeText at={syncError?.at ?? savedAt} />}
          action={<RowLink href={paths.job(slug)}>See the job</RowLink>}
        >
          <span className={cn("font-medium", toneText[syncLook[sync].tone])}>{syncLook[sync].word}</span>
          {syncError ? ` · ${syncError.sentence}` : ""}
        </Line>
      ))}
    </ul>
  );
}

const timesWords = (word: string, failures: number): string => (failures === 1 ? word : `${word}, ${failures} bad runs in 24 h`);

type LineProps = { mark: ReactNode; title: ReactNode; aside: ReactNode; action: ReactNode; children: ReactNode };

function Line({ mark, title, aside, action, children }: LineProps) {
  return (
    <li className="flex gap-2.5 border-line border-b px-4 py-2.5 last:border-b-0">
      {mark}
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline justify-between gap-3">
          <span className="min-w-0 break-words font-medium text-ink text-sm [&_a:hover]:underline [&_a:hover]:underline-offset-2 [&_a]:rounded-sm">
            {title}
          </span>
          <span className="shrink-0 text-ink-3 text-xs">{aside}</span>
        </div>
        <div className="flex items-baseline justify-between gap-3">
          <p className="min-w-0 break-words text-ink-2 text-sm">{children}</p>
          <span className="shrink-0 text-ink-2 text-xs [&_a:hover]:text-ink [&_a]:rounded-sm [&_a]:underline [&_a]:decoration-line-strong [&_a]:underline-offset-2">
            {action}
          </span>
        </div>
      </div>
    </li>
  );
}
