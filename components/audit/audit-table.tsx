import { Fold } from "@/components/ui/fold";
import { RowLink } from "@/components/ui/row-link";
import { Cell, Head, HeadRow, Row, Table } from "@/components/ui/table";
import { TimeText } from "@/components/ui/time-text";
import type { AuditList } from "@/lib/audit/list-audit";
import { paths } from "@/lib/paths";
import { auditChanges } from "./audit-changes";

type AuditRow = AuditList["rows"][number];

const words: Record<string, string> = {
  "job.create": "created",
  "job.save": "changed",
  "job.pause": "paused",
  "job.resume": "resumed",
  "job.delete": "deleted",
  "run.request": "asked for a run of",
  "run.repeat": "ran again a run of",
  "run.stop": "stopped a run of",
  "person.add": "added",
  "person.change": "changed the account of",
  "message.dismiss": "threw away",
};

/** Who changed what, newest first; what exactly lies folded. */
export function AuditTable({ rows }: { rows: readonly AuditRow[] }) {
  return (
    <Table label="Audit">
      <HeadRow>
        <Head>When</Head>
        <Head>Who</Head>
        <Head>What</Head>
      </HeadRow>
      <tbody>
        {rows.map((row) => (
          <AuditLine key={row.id} row={row} />
        ))}
      </tbody>
    </Table>
  );
}

function AuditLine({ row }: { row: AuditRow }) {
  const changes = auditChanges(row.before, row.after);
  const slug = slugOf(row.after) ?? slugOf(row.before);
  return (
    <Row className="align-top">
      <Cell className="whitespace-nowrap py-2">
        <TimeText at={row.at} form="short" className="text-ink" /> <TimeText at={row.at} className="text-ink-3 text-xs max-sm:hidden" />
      </Cell>
      <Cell className="whitespace-nowrap py-2">{row.actorName}</Cell>
      <Cell className="w-full py-2">
        <span className="break-words">
          {words[row.action] ?? row.action}{" "}
          {slug && row.action !== "job.delete" ? (
            <RowLink href={paths.job(slug)} className="rounded-sm font-medium text-ink">
              {row.subjectName}
            </RowLink>
          ) : (
            <span className="font-medium text-ink">{row.subjectName}</span>
          )}
        </span>
        <Changes changes={changes} />
      </Cell>
    </Row>
  );
}

/** So many changes are told at once; more lie folded. */
const toldAtOnce = 2;

function Changes({ changes }: { changes: string[] }) {
  if (changes.length === 0) return null;
  const list = (
    <ul className="mono flex flex-col text-ink-3">
      {changes.map((change) => (
        <li key={change} className="wrap-anywhere">
          {change}
        </li>
      ))}
    </ul>
  );
  return changes.length <= toldAtOnce ? list : <Fold summary={`${changes.length} values`}>{list}</Fold>;
}

function slugOf(document: unknown): string | null {
  const slug = typeof document === "object" && document !== null ? (document as { slug?: unknown }).slug : null;
  return typeof slug === "string" ? slug : null;
}
