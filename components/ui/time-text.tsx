"use client";

import { cn } from "./cn";
import { formatClock, formatCountdown, formatDistance, formatFull, formatLength, formatShort } from "./moments";
import { useMomentWords } from "./viewer-clock";

const forms = {
  /** "3 min ago" */
  distance: formatDistance,
  /** "in 04:05" */
  countdown: formatCountdown,
  /** "Fri 10:04" */
  short: formatShort,
  /** "10:04:12" */
  clock: (at: number, _now: number, zone: string) => formatClock(at, zone),
  /** "Sat 21 Nov 2026, 10:04:12" */
  full: (at: number, _now: number, zone: string) => formatFull(at, zone),
} satisfies Record<string, (at: number, now: number, zone: string) => string>;

type TimeTextProps = {
  at: Date | string | number;
  form?: keyof typeof forms;
  /** The zone of the thing itself (a job's), told beside the viewer's and UTC when the pointer rests here. */
  timeZone?: string;
  className?: string;
};

/** A moment in the viewer's zone; resting on it tells it in every zone that matters. */
export function TimeText({ at, form = "distance", timeZone, className }: TimeTextProps) {
  const moment = new Date(at).getTime();
  const words = useMomentWords((now, zone) => forms[form](moment, now, zone), form !== "clock" && form !== "full");
  return (
    <time
      dateTime={new Date(moment).toISOString()}
      data-moment={moment}
      data-zone={timeZone}
      className={cn("whitespace-nowrap", className)}
    >
      {words}
    </time>
  );
}

type LengthTextProps = { from: Date | string | number; to?: Date | string | number | null; className?: string };

/** How long something took, or has taken so far. */
export function LengthText({ from, to, className }: LengthTextProps) {
  const start = new Date(from).getTime();
  const end = to == null ? null : new Date(to).getTime();
  const words = useMomentWords((now) => formatLength(end === null ? Math.floor((now - start) / 1000) * 1000 : end - start), end === null);
  return <span className={cn("whitespace-nowrap tabular-nums", className)}>{words}</span>;
}
