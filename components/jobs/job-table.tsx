import { Head, HeadRow, Table } from "@/components/ui/table";
import type { JobRow } from "@/lib/jobs/list-jobs";
import { JobLines } from "./job-lines";
import { scheduleWords } from "./schedule-words";

/** One line a job. Narrow screens keep the mark, the name and the last result; the rest moves under the name or away. */
export function JobTable({ rows, now }: { rows: readonly JobRow[]; now: Date }) {
  return (
    <Table label="Jobs">
      <HeadRow>
        <Head>Job</Head>
        <Head className="max-lg:hidden">Schedule</Head>
        <Head className="max-sm:hidden">Next run</Head>
        <Head>Last result</Head>
        <Head className="max-md:hidden">Last runs</Head>
        <Head className="text-right max-xl:hidden">Usually</Head>
      </HeadRow>
      <tbody>
        <JobLines rows={rows.map((row) => ({ ...row, scheduleWords: scheduleWords(row.job.expression) }))} now={now} />
      </tbody>
    </Table>
  );
}
