import cronstrue from "cronstrue";
import type { Schedule } from "./schedule";

/** A schedule in words: "At 09:00, Monday through Friday", "Every 5 minutes", "Once, on Saturday, 21 November 2026 at 09:30". */
export function describeSchedule(schedule: Schedule): string {
  switch (schedule.kind) {
    case "cron":
      return cronstrue.toString(schedule.expression.slice("cron(".length, -1), {
        dayOfWeekStartIndexZero: false,
        use24HourTimeFormat: true,
      });
    case "rate":
      return schedule.value === 1 ? `Every ${schedule.unit}` : `Every ${schedule.value.toLocaleString("en-US")} ${schedule.unit}s`;
    case "at":
      return `Once, on ${formatDay(schedule.local)} at ${schedule.local.slice(11).replace(/:00$/, "")}`;
  }
}

const dayFormat = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", weekday: "long", day: "numeric", month: "long", year: "numeric" });

function formatDay(local: string): string {
  return dayFormat.format(new Date(`${local}Z`));
}
