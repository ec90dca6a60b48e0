import { cn } from "@/components/ui/cn";
import { formatLength } from "@/components/ui/moments";
import { Shape, toneText } from "@/components/ui/shape";
import { Cell, Head, HeadRow, Row, Table } from "@/components/ui/table";
import { TimeText } from "@/components/ui/time-text";
import type { Works } from "@/lib/environments/list-works";
import { reportWords } from "./report-words";

type RoundTableProps = { rounds: Works["rounds"]; environmentNames: ReadonlyMap<string, string> };

/** The last outcome of each round that the worker goes. */
export function RoundTable({ rounds, environmentNames }: RoundTableProps) {
  return (
    <Table label="Rounds">
      <HeadRow>
        <Head>Round</Head>
        <Head className="max-md:hidden">Environment</Head>
        <Head>Ended</Head>
        <Head className="text-right max-sm:hidden">Took</Head>
        <Head>Outcome</Head>
      </HeadRow>
      <tbody>
        {rounds.map(({ round, environmentId, startedAt, endedAt, report, error }) => (
          <Row key={`${round} ${environmentId}`}>
            <Cell className="whitespace-nowrap font-medium text-ink">{round.replaceAll("-", " ")}</Cell>
            <Cell className="whitespace-nowrap max-md:hidden">{environmentNames.get(environmentId) ?? ""}</Cell>
            <Cell className="whitespace-nowrap">
              <TimeText at={endedAt} />
            </Cell>
            <Cell className="whitespace-nowrap text-right max-sm:hidden">{formatLength(endedAt.getTime() - startedAt.getTime())}</Cell>
            <Cell className="w-full py-2">
              <span className="flex gap-1.5">
                <Shape
                  shape={error ? "cross" : "disc"}
                  tone={error ? "bad" : "good"}
                  label={error ? "Failed" : "Went well"}
                  className="mt-0.5"
                />
                <span className={cn("min-w-0 break-words", error && toneText.bad)}>
                  {error ?? (reportWords(report) || "nothing to do")}
                </span>
              </span>
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}
