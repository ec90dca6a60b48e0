import { ArrowRight } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { Fold } from "@/components/ui/fold";
import { Shape, type Tone } from "@/components/ui/shape";
import { Verbatim } from "@/components/ui/verbatim";
import type { Cause, RunState } from "@/lib/domain/run";
import { runStateLook } from "./run-state-badge";

const edge: Record<Tone, string> = {
  good: "border-l-good",
  bad: "border-l-bad",
  busy: "border-l-busy",
  still: "border-l-still",
  warn: "border-l-warn",
  odd: "border-l-odd",
};

/** Why a run ended as it did: the sentence, what shows it, and what to do next. AWS's own words lie folded below. */
export function FailureCard({ state, cause, actions }: { state: RunState; cause: Cause; actions?: ReactNode }) {
  const { shape, tone } = runStateLook[state];
  return (
    <section aria-label="Why it ended" className={cn("rounded-lg border border-line border-l-2 bg-surface p-4", edge[tone])}>
      <div className="flex gap-2.5">
        <Shape shape={shape} tone={tone} className="mt-1" />
        <div className="min-w-0 flex-1">
          <h2 className="break-words font-medium text-base text-ink">{cause.headline}</h2>
          {cause.evidence.length > 0 ? (
            <ul className="mt-0.5 flex flex-wrap gap-x-4 text-ink-2 text-sm">
              {cause.evidence.map((fact) => (
                <li key={fact} className="min-w-0 break-words">
                  {fact}
                </li>
              ))}
            </ul>
          ) : null}
          <p className="mt-2 flex gap-2 text-ink text-sm">
            <ArrowRight aria-hidden className="mt-0.5 size-4 shrink-0 text-brass-ink" strokeWidth={1.5} />
            <span className="min-w-0 break-words">
              <span className="font-medium">Next step: </span>
              {cause.nextStep}
            </span>
          </p>
          {actions ? <div className="mt-3 flex flex-wrap gap-2 pl-6">{actions}</div> : null}
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
