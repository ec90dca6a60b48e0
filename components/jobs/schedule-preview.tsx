"use client";

import { Clock, TriangleAlert } from "lucide-react";
import { formatCountdown } from "@/components/ui/moments";
import { TimeText } from "@/components/ui/time-text";
import { useMomentWords } from "@/components/ui/viewer-clock";
import { describeSchedule } from "@/lib/schedule/describe";
import { type PreviewRow, previewRows } from "@/lib/schedule/occurrences";
import type { ParsedSchedule } from "@/lib/schedule/parse";

type SchedulePreviewProps = { parsed: ParsedSchedule; timeZone: string; now: number };

/** What the schedule means: its words, its next ten moments, and where the clocks change among them. */
export function SchedulePreview({ parsed, timeZone, now }: SchedulePreviewProps) {
  if (!parsed.ok)
    return <p className="text-ink-2 text-sm">As soon as the schedule can be read, its words and next ten moments stand here.</p>;
  const rows = rowsOf(parsed, timeZone, now);
  return (
    <div className="flex flex-col gap-3">
      <div>
        <p className="font-medium text-base text-ink">{describeSchedule(parsed.schedule)}</p>
        <p className="text-ink-3 text-xs">
          {parsed.schedule.kind === "rate"
            ? "Counted from the moment it is applied; shown as if that were now"
            : `By the clocks of ${timeZone}`}
        </p>
      </div>
      {parsed.translatedFrom ? (
        <p className="text-ink-2 text-xs">
          <code className="mono">{parsed.translatedFrom}</code> is kept in AWS's form:{" "}
          <code className="mono text-ink">{parsed.schedule.expression}</code>
        </p>
      ) : null}
      {parsed.warnings.map((warning) => (
        <p key={warning} className="flex gap-1.5 text-ink-2 text-xs">
          <TriangleAlert aria-hidden className="mt-px size-3.5 shrink-0 text-warn" strokeWidth={1.5} />
          <span>{warning}</span>
        </p>
      ))}
      {rows.length === 0 ? (
        <p className="text-ink-2 text-sm">No moment comes any more.</p>
      ) : (
        <table className="w-full text-sm" aria-label="Next ten moments">
          <tbody>
            {rows.map((row) => (
              <MomentRow
                key={`${row.kind}-${row.kind === "occurrence" ? row.occurrence.at.getTime() : row.at.getTime()}`}
                row={row}
                timeZone={timeZone}
              />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function rowsOf(parsed: ParsedSchedule & { ok: true }, timeZone: string, now: number): PreviewRow[] {
  try {
    return previewRows(parsed.schedule, timeZone, new Date(now), 10);
  } catch {
    // A zone that this browser does not know: the server will judge it.
    return [];
  }
}

function MomentRow({ row, timeZone }: { row: PreviewRow; timeZone: string }) {
  if (row.kind === "clock-change")
    return (
      <tr>
        <td colSpan={3} className="py-1">
          <div className="flex gap-1.5 rounded-sm bg-warn-wash px-2 py-1.5 text-xs">
            <Clock aria-hidden className="mt-px size-3.5 shrink-0 text-warn" strokeWidth={1.5} />
            <span className="text-ink">
              {formatLocalDay(row.at.getTime(), timeZone)}: {row.sentence}.
              {row.skipped.length > 0
                ? ` No run at ${row.skipped.map((local) => local.slice(11, 16)).join(", ")}: that time does not exist.`
                : ""}
            </span>
          </div>
        </td>
      </tr>
    );
  const { occurrence } = row;
  return (
    <tr className="h-7">
      <td className="mono whitespace-nowrap pr-2 text-ink">
        <span className="inline-block w-8 text-ink-3">{occurrence.weekday}</span>
        {formatLocal(occurrence.local)}
      </td>
      <td className="mono whitespace-nowrap pr-2 text-ink-3">{occurrence.offset}</td>
      <td className="whitespace-nowrap text-right text-ink-3 text-xs">
        <TimeText at={occurrence.at} form="countdown" timeZone={timeZone} />
      </td>
    </tr>
  );
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "2026-03-29T02:30:00" → "29 Mar 02:30", with the year where it is written out anyway. */
function formatLocal(local: string): string {
  const [, year = "", month = "", day = "", time = ""] = /^(\d+)-(\d\d)-(\d\d)T(\d\d:\d\d)/.exec(local) ?? [];
  return `${day} ${months[Number(month) - 1] ?? month} ${year} ${time}`;
}

function formatLocalDay(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(at);
}

/** The preview in one line, for screens that have no room for it. */
export function PreviewSummary({ parsed, timeZone, now }: SchedulePreviewProps) {
  const first = parsed.ok ? rowsOf(parsed, timeZone, now).find((row) => row.kind === "occurrence") : undefined;
  const next = first?.kind === "occurrence" ? first.occurrence.at.getTime() : null;
  const countdown = useMomentWords((clock) => (next === null ? "" : formatCountdown(next, clock)));
  if (!parsed.ok) return <>The schedule cannot be read yet</>;
  return (
    <>
      {describeSchedule(parsed.schedule)}
      {next === null ? ", no moment comes any more" : `, next ${countdown}`}
    </>
  );
}
