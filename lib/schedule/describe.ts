import cronstrue from "cronstrue";
import type { Schedule } from "./schedule";

/** A schedule in words: "Every day at 02:00", "At 09:00, Monday through Friday", "Every 5 minutes", "Once, on Saturday 21 November 2026 at 09:30". */
export function describeSchedule(schedule: Schedule): string {
  switch (schedule.kind) {
    case "cron":
      return withDay(
        cronstrue.toString(plainly(schedule.expression.slice("cron(".length, -1)), {
          dayOfWeekStartIndexZero: false,
          use24HourTimeFormat: true,
        }),
      );
    case "rate":
      return schedule.value === 1 ? `Every ${schedule.unit}` : `Every ${schedule.value.toLocaleString("en-US")} ${schedule.unit}s`;
    case "at":
      return `Once, on ${formatDay(schedule.local)} at ${schedule.local.slice(11).replace(/:00$/, "")}`;
  }
}

/** Times alone ("At 02:00", "At 02:00 and 14:00") are meant for each day, and say so. */
function withDay(words: string): string {
  return /^At \d{2}:\d{2}(?:(?:, | and )\d{2}:\d{2})*$/.test(words) ? `Every day at${words.slice("At".length)}` : words;
}

/** Writes what AWS takes in a roundabout way as people would: 8-8 as 8, 0-59/10 as a step over all, a step of 1 as no step. */
function plainly(fields: string): string {
  return fields
    .split(" ")
    .map((field, index) =>
      field
        .split(",")
        .map((item) =>
          item
            .replace(/^(\w+)-\1$/, "$1")
            .replace(/^(.+-.+|\*)\/1$/, "$1")
            .replace(new RegExp(`^${["0-59", "0-23", "1-31", "1-12", "1-7", "1970-2199"][index]}(?=/|$)`), "*"),
        )
        .join(","),
    )
    .join(" ");
}

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = "January February March April May June July August September October November December".split(" ");

/** Spelled out here, because engines differ in their commas and a page must read the same on both sides. */
function formatDay(local: string): string {
  const date = new Date(`${local}Z`);
  return `${weekdays[date.getUTCDay()]} ${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}
