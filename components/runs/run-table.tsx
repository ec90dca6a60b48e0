import { RowLink } from "@/components/ui/row-link";
import { Cell, Head, HeadRow, Row, Table } from "@/components/ui/table";
import { LengthText, TimeText } from "@/components/ui/time-text";
import { isEnded } from "@/lib/domain/run";
import { paths } from "@/lib/paths";
import type { RunRow } from "@/lib/runs/list-runs";
import { RunStateBadge } from "./run-state-badge";
import { RunTriggerWords } from "./run-trigger";

type RunTableProps = { rows: readonly RunRow[]; timeZone?: string; label: string };

/** Runs, newest first: state, when, how long, and why. */
export function RunTable({ rows, timeZone, label }: RunTableProps) {
  return (
    <Table label={label}>
      <HeadRow>
        <Head>State</Head>
        <Head>Due</Head>
        <Head className="text-right max-sm:hidden">Took</Head>
        <Head>Result</Head>
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
            <Cell className="whitespace-nowrap">
              <TimeText at={run.dueAt} form="short" timeZone={timeZone} className="text-ink" />{" "}
              <TimeText at={run.dueAt} timeZone={timeZone} className="text-ink-3 text-xs max-sm:hidden" />
            </Cell>
            <Cell className="whitespace-nowrap text-right max-sm:hidden">
              {run.startedAt && (run.stoppedAt || !isEnded(run)) ? <LengthText from={run.startedAt} to={run.stoppedAt} /> : null}
            </Cell>
            <Cell className="w-full max-w-0">
              <span className="block truncate" title={run.cause?.headline}>
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

function resultWords(run: RunRow["run"]): string {
  if (run.cause) return run.cause.headline;
  if (run.launchError) return run.launchError.sentence;
  if (!isEnded(run) && run.stopRequestedAt) return `Being stopped for ${run.stopRequestedBy ?? "somebody"}`;
  return run.exitCode === null ? "" : `Exit code ${run.exitCode}`;
}
