"use client";

import Link from "next/link";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { EmptyState } from "@/components/ui/empty-state";
import { formatLength } from "@/components/ui/moments";
import { RowLink } from "@/components/ui/row-link";
import { Cell, Head, HeadRow, Row, Table } from "@/components/ui/table";
import { LengthText, TimeText } from "@/components/ui/time-text";
import { isEnded } from "@/lib/domain/run";
import { paths } from "@/lib/paths";
import type { RunRow } from "@/lib/runs/list-runs";
import { startLatenessOf } from "@/lib/schedule/lateness";
import { RunStateBadge } from "./run-state-badge";
import { RunTriggerWords } from "./run-trigger";

type RunTableProps = {
  rows: readonly RunRow[];
  timeZone?: string;
  label: string;
  /** Runs of many jobs: each line names its own. */
  withJob?: boolean;
};

/** Runs, newest first: state, when, how long, and why. Drawn from the rows on either side: they are sent once, as rows. */
export function RunTable({ rows, timeZone, label, withJob = false }: RunTableProps) {
  return (
    <Table label={label}>
      <HeadRow>
        <Head>State</Head>
        {withJob ? <Head>Job</Head> : null}
        <Head>Due</Head>
        <Head className="text-right max-sm:hidden">Took</Head>
        <Head className={cn(withJob && "max-sm:hidden")}>Result</Head>
        <Head className="max-lg:hidden">Started</Head>
      </HeadRow>
      <tbody>
        {rows.map(({ run, job }) => (
          <Row key={run.id}>
            <Cell className="whitespace-nowrap">
              <RowLink href={paths.run(job.slug, run.id)} className="inline-flex rounded-sm align-top">
                <RunStateBadge state={run.state} />
              </RowLink>
            </Cell>
            {withJob ? (
              <Cell className="min-w-32 py-1.5 max-sm:w-full sm:max-w-60">
                <RowLink href={paths.job(job.slug)} className="block break-words text-ink">
                  {job.name}
                </RowLink>
                <span className="line-clamp-2 break-words text-ink-3 text-xs sm:hidden">{resultWords(run)}</span>
              </Cell>
            ) : null}
            <Cell className="whitespace-nowrap">
              <TimeText at={run.dueAt} form="short" timeZone={timeZone} className="text-ink" />{" "}
              <TimeText at={run.dueAt} timeZone={timeZone} className="text-ink-3 text-xs max-sm:hidden" />
              <LateWords late={startLatenessOf(run.scheduledAt, run.createdAt)} />
            </Cell>
            <Cell className="whitespace-nowrap text-right max-sm:hidden">
              {run.startedAt && (run.stoppedAt || !isEnded(run)) ? <LengthText from={run.startedAt} to={run.stoppedAt} /> : null}
            </Cell>
            <Cell className={cn("w-full max-w-0", withJob && "max-sm:hidden")}>
              <span className="block truncate" title={run.headline ?? undefined}>
                {resultWords(run)}
              </span>
            </Cell>
            <Cell className="max-w-56 whitespace-nowrap text-ink-3 max-lg:hidden">
              <RunTriggerWords run={run} />
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}

type NoRunsProps = { sentences: readonly string[]; all: string; filtered: boolean };

/** Where no run is shown: because the search cannot be read, because nothing fits it, or because there is none yet. */
export function NoRuns({ sentences, all, filtered }: NoRunsProps) {
  return (
    <div className="rounded-lg border border-line bg-surface">
      <EmptyState
        title={sentences.length > 0 ? "This cannot be searched for" : filtered ? "No run is like this" : "No runs yet"}
        action={
          filtered ? (
            <Button asChild>
              <Link href={all}>Show all runs</Link>
            </Button>
          ) : null
        }
      >
        {sentences.length > 0
          ? sentences.map((sentence) => (
              <p key={sentence} className="break-words">
                {sentence}
              </p>
            ))
          : filtered
            ? "Take a filter away to see others."
            : "The first one comes at the next moment of a schedule, or when somebody presses Run now."}
      </EmptyState>
    </div>
  );
}

/** How far a search has looked, where there is more to look through than one page may cost. */
export function SearchedTo({ at }: { at: Date }) {
  return (
    <>
      Looked through the runs back to <TimeText at={at} form="full" />; older ones are on the next page
    </>
  );
}

function LateWords({ late }: { late: number | null }) {
  if (late === null) return null;
  return (
    <span className="block text-warn text-xs" title="Its task was made so long after the moment of the schedule">
      {formatLength(late)} late
    </span>
  );
}

function resultWords(run: RunRow["run"]): string {
  if (run.headline) return run.headline;
  if (run.duplicateOfId) return "Started a second time for the same moment";
  if (!isEnded(run) && run.stopRequestedAt) return `Being stopped for ${run.stopRequestedBy ?? "somebody"}`;
  return run.exitCode === null ? "" : `Exit code ${run.exitCode}`;
}
