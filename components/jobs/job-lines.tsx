"use client";

import { runStateLook } from "@/components/runs/run-state-badge";
import { RunStrip } from "@/components/runs/run-strip";
import { cn } from "@/components/ui/cn";
import { formatLength } from "@/components/ui/moments";
import { RowLink } from "@/components/ui/row-link";
import { toneText } from "@/components/ui/shape";
import { Cell, Row } from "@/components/ui/table";
import { TimeText } from "@/components/ui/time-text";
import { readStrip } from "@/lib/domain/run-strip";
import type { JobRow } from "@/lib/jobs/list-jobs";
import { paths } from "@/lib/paths";
import { JobMark, jobConditionOf } from "./job-condition";

/** `scheduleWords`: the schedule in words. What puts it into words stays on the server. */
export type JobLineRow = JobRow & { scheduleWords: string };

/**
 * The lines of the job list. They are drawn from the rows on either side: the browser is sent the rows once, not a second
 * time as elements.
 */
export function JobLines({ rows, now }: { rows: readonly JobLineRow[]; now: Date }) {
  return rows.map((row) => <JobLine key={row.job.id} row={row} now={now} />);
}

function JobLine({ row: { job, scheduleWords, nextAt, running, last, strip, usualSeconds }, now }: { row: JobLineRow; now: Date }) {
  const schedule = <span title={`${job.expression}\n${job.timeZone}`}>{scheduleWords}</span>;
  const paused = job.pausedAt !== null;
  return (
    <Row className={cn(paused && "bg-sunken/60")}>
      <Cell className="py-1.5">
        <div className="flex min-w-0 items-center gap-2.5">
          <JobMark condition={jobConditionOf(job, running, last)} />
          <div className="min-w-0">
            <RowLink
              href={paths.job(job.slug)}
              className={cn(
                "block break-words rounded-sm font-medium leading-5 hover:underline hover:underline-offset-2",
                paused ? "text-ink-2" : "text-ink",
              )}
            >
              {job.name}
            </RowLink>
            <span className={cn("block text-ink-3 text-xs", job.application === job.slug && "lg:hidden")}>
              {job.application === job.slug ? null : (
                <>
                  {job.application}
                  <span className="lg:hidden"> · </span>
                </>
              )}
              <span className="lg:hidden">{schedule}</span>
            </span>
          </div>
        </div>
      </Cell>
      <Cell className="max-w-64 max-lg:hidden">
        <span className="line-clamp-2 leading-[18px]">{schedule}</span>
      </Cell>
      <Cell className="whitespace-nowrap max-sm:hidden">
        {nextAt ? (
          <>
            <TimeText at={nextAt} form="short" timeZone={job.timeZone} className="text-ink" />{" "}
            <TimeText at={nextAt} form="countdown" timeZone={job.timeZone} className="text-ink-3 text-xs" />
          </>
        ) : paused ? (
          <PausedWords job={job} />
        ) : (
          <span className="text-ink-3">None any more</span>
        )}
      </Cell>
      <Cell className="whitespace-nowrap">
        {last ? (
          <RowLink href={paths.run(job.slug, last.id)} title={last.headline ?? undefined}>
            <span className={cn("font-medium", toneText[runStateLook[last.state].tone])}>{runStateLook[last.state].word}</span>{" "}
            <span className="text-ink-3 text-xs max-xs:block">
              <TimeText at={last.at} timeZone={job.timeZone} />
            </span>
          </RowLink>
        ) : (
          <span className="text-ink-3">No runs yet</span>
        )}
      </Cell>
      <Cell className="max-md:hidden">
        <RunStrip runs={readStrip(strip, now)} />
      </Cell>
      <Cell className="whitespace-nowrap text-right max-xl:hidden">{usualSeconds === null ? "" : formatLength(usualSeconds * 1000)}</Cell>
    </Row>
  );
}

function PausedWords({ job: { pausedBy, pauseReason } }: { job: Pick<JobRow["job"], "pausedBy" | "pauseReason"> }) {
  const words = pauseReason || (pausedBy ? `by ${pausedBy}` : "");
  return (
    <span
      className="block max-w-44 truncate text-ink-3"
      title={[pauseReason, pausedBy && `Paused by ${pausedBy}`].filter(Boolean).join("\n")}
    >
      Paused{words ? `: ${words}` : ""}
    </span>
  );
}
