import { formatLength } from "@/components/ui/moments";
import { RowLink } from "@/components/ui/row-link";
import type { RunSummary } from "@/lib/domain/run";
import { paths } from "@/lib/paths";
import { runStateLook } from "./run-state-badge";
import { StripMark, toStripRun } from "./run-strip";
import { stripBars } from "./strip-geometry";

/** A job's last runs as bars that lead to their pages; the newest stands at the right. */
export function HistoryStrip({ slug, runs, now, count = 72 }: { slug: string; runs: readonly RunSummary[]; now: number; count?: number }) {
  const size = { count, barWidth: 9, gap: 3, height: 56 };
  const byId = new Map(runs.map((run) => [run.id, run]));
  const bars = stripBars(
    runs.map((run) => toStripRun(run, now)),
    size,
  );
  const empty = Math.max(0, count - bars.length);
  return (
    <nav aria-label="Last runs, oldest first" className="overflow-hidden">
      <ol dir="ltr" className="flex justify-end gap-[3px]" style={{ height: size.height }}>
        {Array.from({ length: empty }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: empty places have no other name
          <li key={index} aria-hidden className="flex w-[9px] shrink-0 items-end">
            <span className="block h-[3px] w-full rounded-[1px] bg-line" />
          </li>
        ))}
        {bars.map((bar) => {
          const run = byId.get(bar.id);
          const length = run ? toStripRun(run, now).lengthMs : null;
          const words = `${runStateLook[bar.state].word}${length === null ? "" : `, ${formatLength(length)}`}${run?.headline ? `: ${run.headline}` : ""}`;
          return (
            <li key={bar.id} className="w-[9px] shrink-0">
              <RowLink
                href={paths.run(slug, bar.id)}
                // The table below has the same links: who goes by keyboard need not pass them all twice.
                tabIndex={-1}
                aria-label={words}
                data-moment={run?.dueAt.getTime()}
                className="block h-full rounded-[2px] hover:bg-hover focus-visible:outline-offset-0"
              >
                <svg
                  aria-hidden="true"
                  width={size.barWidth}
                  height={size.height}
                  viewBox={`0 0 ${size.barWidth} ${size.height}`}
                  className="block"
                >
                  <StripMark {...bar} x={0} />
                </svg>
              </RowLink>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
