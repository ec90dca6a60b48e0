import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { jobConditionLook, syncLook } from "@/components/jobs/job-condition";
import { runStateLook } from "@/components/runs/run-state-badge";
import { cn } from "@/components/ui/cn";
import { RowLink } from "@/components/ui/row-link";
import { Shape, toneText } from "@/components/ui/shape";
import { LengthText, TimeText } from "@/components/ui/time-text";
import type { RunState } from "@/lib/domain/run";
import type { Overview } from "@/lib/jobs/get-overview";
import { paths } from "@/lib/paths";

/** The groups of what went wrong by itself, worst first. */
const groups: { state: RunState; title: string }[] = [
  { state: "failed", title: "Failed" },
  { state: "lost", title: "Lost" },
  { state: "missed", title: "Missed" },
];

type NeedsYouProps = Pick<Overview, "failed" | "failingCount" | "late" | "lateCount" | "outOfSync" | "refusedCount">;

/** What needs somebody, worst first: what fails, was lost or missed and has not recovered, what is late, what AWS does not follow. */
export function NeedsYou({ failed, failingCount, late, lateCount, outOfSync, refusedCount }: NeedsYouProps) {
  const open = failed.filter((entry) => !entry.recovered);
  const refused = outOfSync.filter(({ sync }) => sync === "refused" || sync === "trying-again");
  if (open.length === 0 && late.length === 0 && refused.length === 0)
    return (
      <p className="flex items-center gap-2.5 px-4 py-5 text-ink-2">
        <Check aria-hidden className="size-4 shrink-0 text-good" strokeWidth={2} />
        Nothing needs you: no job is failing or late, and AWS has what was saved.
      </p>
    );
  return (
    <div>
      {groups.map(({ state, title }) => (
        <Group key={state} title={title} count={open.filter(({ last }) => last.state === state).length}>
          {open
            .filter(({ last }) => last.state === state)
            .map((entry) => (
              <FailedLine key={entry.job.id} {...entry} />
            ))}
        </Group>
      ))}
      <More of={failingCount - open.length} href={paths.jobs({ state: "failing" })} words={["more fails", "more fail"]} />
      <Group title="Late" count={late.length}>
        {late.map((entry) => (
          <LateLine key={entry.job.id} {...entry} />
        ))}
      </Group>
      <More of={lateCount - late.length} href={paths.jobs({ state: "late" })} words={["more is late", "more are late"]} />
      <Group title="Not as saved in AWS" count={refused.length}>
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
      </Group>
      <More
        of={refusedCount - refused.length}
        href={paths.jobs({ state: "out-of-sync" })}
        words={["more is refused", "more are refused"]}
      />
    </div>
  );
}

const plainLink = "rounded-sm underline decoration-line-strong underline-offset-2 hover:decoration-ink";

/** How many there are beyond those that are shown, and where they stand. */
function More({ of, href, words: [one, several] }: { of: number; href: string; words: readonly [one: string, several: string] }) {
  if (of <= 0) return null;
  return (
    <p className="border-line border-b px-4 py-2 text-ink-2 text-sm last:border-b-0">
      <RowLink href={href} className={plainLink}>
        {`${of.toLocaleString("en-US")} ${of === 1 ? one : several}`}
      </RowLink>
    </p>
  );
}

function Group({ title, count, children }: { title: string; count: number; children: ReactNode }) {
  if (count === 0) return null;
  return (
    <section aria-label={title} className="border-line border-b last:border-b-0">
      <h3 className="eyebrow px-4 pt-3 pb-0.5">{title}</h3>
      <ul>{children}</ul>
    </section>
  );
}

function FailedLine({ job, failures, last }: Overview["failed"][number]) {
  const { shape, tone, word } = runStateLook[last.state];
  return (
    <Line
      mark={<Shape shape={shape} tone={tone} className="mt-0.5" />}
      title={<RowLink href={paths.job(job.slug)}>{job.name}</RowLink>}
      aside={<TimeText at={last.stoppedAt ?? last.dueAt} />}
      action={<RowLink href={paths.run(job.slug, last.id)}>Read why</RowLink>}
    >
      <span className={cn("font-medium", toneText[tone])}>{timesWords(word, failures)}</span>
      {last.headline ? ` · ${last.headline}` : ""}
    </Line>
  );
}

function LateLine({ job, expectedAt, expectBy }: Overview["late"][number]) {
  const { shape, tone } = jobConditionLook.late;
  return (
    <Line
      mark={<Shape shape={shape} tone={tone} className="mt-0.5" />}
      title={<RowLink href={paths.job(job.slug)}>{job.name}</RowLink>}
      aside={
        <>
          due <TimeText at={expectedAt} form="short" timeZone={job.timeZone} />
        </>
      }
      action={<RowLink href={paths.job(job.slug)}>See the job</RowLink>}
    >
      <span className={cn("font-medium", toneText[tone])}>
        Late by <LengthText from={expectedAt} />
      </span>
      {" · AWS may still start it until "}
      <TimeText at={expectBy} form="short" timeZone={job.timeZone} />
    </Line>
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
