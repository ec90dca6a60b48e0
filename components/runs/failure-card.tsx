import { ArrowRight, ExternalLink } from "lucide-react";
import { cn } from "@/components/ui/cn";
import { Fold } from "@/components/ui/fold";
import { RowLink } from "@/components/ui/row-link";
import { Shape, type Tone } from "@/components/ui/shape";
import { TimeText } from "@/components/ui/time-text";
import { Verbatim } from "@/components/ui/verbatim";
import type { ConsoleLink } from "@/lib/domain/console-links";
import { visibleText } from "@/lib/domain/plain-line";
import type { Cause, RunState } from "@/lib/domain/run";
import { paths } from "@/lib/paths";
import type { RunComparison } from "@/lib/runs/get-run-comparison";
import { failuresBefore, nothingChanged } from "./failure-card-words";
import { runStateLook } from "./run-state-badge";

const edge: Record<Tone, string> = {
  good: "border-l-good",
  bad: "border-l-bad",
  busy: "border-l-busy",
  still: "border-l-still",
  warn: "border-l-warn",
  odd: "border-l-odd",
};

type FailureCardProps = {
  state: RunState;
  cause: Cause;
  /** The page of AWS's console for this cause. */
  link?: ConsoleLink | null;
  comparison?: RunComparison | null;
  /** The job whose run it is: its address, and its own zone. */
  job?: { slug: string; timeZone: string };
};

/**
 * Why a run ended as it did: the sentence, what shows it, what to do next and where; then whether it is new, and what had
 * changed. AWS's own words lie folded below.
 */
export function FailureCard({ state, cause, link, comparison, job }: FailureCardProps) {
  const { shape, tone } = runStateLook[state];
  return (
    <section aria-label="Why it ended" className={cn("rounded-lg border border-line border-l-2 bg-surface p-4", edge[tone])}>
      <div className="flex gap-2.5">
        <Shape shape={shape} tone={tone} className="mt-1" />
        <div className="min-w-0 flex-1">
          <h2 className="wrap-anywhere font-medium text-base text-ink">{visibleText(cause.headline)}</h2>
          {cause.evidence.length > 0 ? (
            <ul className="mt-0.5 flex flex-wrap gap-x-4 text-ink-2 text-sm">
              {cause.evidence.map((fact) => (
                <li key={fact} className="wrap-anywhere min-w-0">
                  {visibleText(fact)}
                </li>
              ))}
            </ul>
          ) : null}
          <div className="mt-2 flex gap-2 text-ink text-sm">
            <ArrowRight aria-hidden className="mt-0.5 size-4 shrink-0 text-brass-ink" strokeWidth={1.5} />
            <p className="wrap-anywhere min-w-0">
              <span className="font-medium">Next step: </span>
              {cause.nextStep}
              {link ? (
                <>
                  {" "}
                  <a href={link.href} target="_blank" rel="noreferrer" className={linkLook}>
                    {link.label}
                    <ExternalLink aria-hidden className="mb-0.5 ml-1 inline size-3.5 text-ink-3" strokeWidth={1.5} />
                    <span className="sr-only"> (opens AWS's console)</span>
                  </a>
                </>
              ) : null}
            </p>
          </div>
          {comparison && job ? <Before comparison={comparison} job={job} /> : null}
          {cause.awsWords.length > 0 ? (
            <div className="mt-2">
              <Fold summary="AWS's own words">
                <Verbatim text={cause.awsWords.join("\n")} what="AWS's own words" />
              </Fold>
            </div>
          ) : null}
        </div>
      </div>
    </section>
  );
}

const linkLook = "rounded-sm underline decoration-ink-3 underline-offset-2 hover:decoration-ink";

type BeforeProps = { comparison: RunComparison; job: { slug: string; timeZone: string } };

/** Whether earlier runs failed alike, since when, and what changed between the last good run and the first bad one. */
function Before({ comparison, job }: BeforeProps) {
  const { lastGood, firstBad, change } = comparison;
  const { before, since, after } = failuresBefore(comparison);
  return (
    <div className="mt-3 flex flex-col gap-1 border-line border-t pt-2.5 text-ink-2 text-sm">
      <p>
        {before}
        {since ? <RunAt slug={job.slug} run={firstBad} timeZone={job.timeZone} /> : null}
        {after}{" "}
        {lastGood ? (
          <>
            Last good run: <RunAt slug={job.slug} run={lastGood} timeZone={job.timeZone} />.
          </>
        ) : (
          "No run of this job has gone well yet."
        )}
      </p>
      {change && change.changed.length === 0 ? <p className="wrap-anywhere">{nothingChanged(change)}</p> : null}
      {change && change.changed.length > 0 ? (
        <>
          <p>
            <span className="text-ink">Changed between the last good run and the first bad one</span>
            {change.savedBy ? (
              <>
                , saved by {visibleText(change.savedBy.name)} <TimeText at={change.savedBy.at} form="short" timeZone={job.timeZone} />
              </>
            ) : null}
            :
          </p>
          <ul className="flex list-disc flex-col gap-0.5 pl-5 marker:text-ink-3">
            {change.changed.map((sentence) => (
              <li key={sentence} className="wrap-anywhere">
                {visibleText(sentence)}
              </li>
            ))}
          </ul>
          {change.unchanged.length > 0 ? (
            <p className="wrap-anywhere text-ink-3 text-xs">Compared beside it: {change.unchanged.join(", ")}.</p>
          ) : null}
        </>
      ) : null}
    </div>
  );
}

function RunAt({ slug, run, timeZone }: { slug: string; run: { id: string; dueAt: Date }; timeZone: string }) {
  return (
    <RowLink href={paths.run(slug, run.id)} className={linkLook}>
      <TimeText at={run.dueAt} form="full" timeZone={timeZone} />
    </RowLink>
  );
}
