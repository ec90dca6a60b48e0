import { Cell, Head, HeadRow, Row, Table } from "@/components/ui/table";
import { TimeText } from "@/components/ui/time-text";
import type { RevisionWithEarlier } from "@/lib/jobs/list-revisions";
import { revisionChanges } from "./revision-changes";

/** Every saved form of a job beside what it changed. */
export function RevisionTable({ revisions }: { revisions: readonly RevisionWithEarlier[] }) {
  return (
    <Table label="Revisions">
      <HeadRow>
        <Head className="w-14">No.</Head>
        <Head>When</Head>
        <Head>Who</Head>
        <Head>What changed</Head>
      </HeadRow>
      <tbody>
        {revisions.map((revision) => {
          const changes = revision.earlier ? revisionChanges(revision.earlier, revision.document) : [];
          return (
            <Row key={revision.generation}>
              <Cell className="mono">{revision.generation}</Cell>
              <Cell className="whitespace-nowrap">
                <TimeText at={revision.changedAt} form="short" className="text-ink" />{" "}
                <TimeText at={revision.changedAt} className="text-ink-3 text-xs max-sm:hidden" />
              </Cell>
              <Cell className="whitespace-nowrap">{revision.changedBy}</Cell>
              <Cell className="w-full py-2">
                <span className="text-ink first-letter:uppercase">{revision.action}</span>
                {changes.length > 0 ? (
                  <ul className="mt-0.5 flex flex-col gap-0.5 text-ink-2 text-xs">
                    {changes.map((change) => (
                      <li key={change} className="break-all">
                        {change}
                      </li>
                    ))}
                  </ul>
                ) : null}
              </Cell>
            </Row>
          );
        })}
      </tbody>
    </Table>
  );
}
