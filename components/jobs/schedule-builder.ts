/** A schedule as the simple builder knows it; hours and minutes are by the job's own zone. */
export type SimpleSchedule =
  | { kind: "minutes"; every: number /** Counted from the full hour, or from the moment it is applied. */; from: "hour" | "start" }
  | { kind: "hourly"; every: number; minute: number }
  | { kind: "daily"; time: string }
  | { kind: "weekdays"; time: string }
  | { kind: "weekly"; days: Weekday[]; time: string }
  | { kind: "monthly"; day: number | "last"; time: string }
  | { kind: "once"; date: string; time: string };

export const weekdays = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"] as const;
export type Weekday = (typeof weekdays)[number];

/** The steps at which every hour, or every day, looks like the one before. */
export const evenMinutes = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30];
export const evenHours = [1, 2, 3, 4, 6, 8, 12];

/** The expression that the builder's choices stand for; null while a choice is missing or out of its range. */
export function toExpression(simple: SimpleSchedule): string | null {
  switch (simple.kind) {
    case "minutes": {
      const { every, from } = simple;
      if (!Number.isInteger(every) || every < 1 || every > 1440) return null;
      if (from === "hour" && evenMinutes.includes(every)) return `cron(${every === 1 ? "*" : `0/${every}`} * * * ? *)`;
      return `rate(${every} ${every === 1 ? "minute" : "minutes"})`;
    }
    case "hourly": {
      const { every, minute } = simple;
      if (!evenHours.includes(every) || !Number.isInteger(minute) || minute < 0 || minute > 59) return null;
      return `cron(${minute} ${every === 1 ? "*" : `0/${every}`} * * ? *)`;
    }
    case "daily":
      return atTime(simple.time, "* * ? *");
    case "weekdays":
      return atTime(simple.time, "? * MON-FRI *");
    case "weekly": {
      const days = weekdays.filter((day) => simple.days.includes(day));
      return days.length === 0 ? null : atTime(simple.time, `? * ${days.join(",")} *`);
    }
    case "monthly": {
      const { day } = simple;
      if (day !== "last" && (!Number.isInteger(day) || day < 1 || day > 31)) return null;
      return atTime(simple.time, `${day === "last" ? "L" : day} * ? *`);
    }
    case "once":
      return /^\d{4}-\d{2}-\d{2}$/.test(simple.date) && readTime(simple.time) ? `at(${simple.date}T${simple.time}:00)` : null;
  }
}

/** The builder's choices that stand for an expression; null for one that only the expression field can hold. */
export function fromExpression(expression: string): SimpleSchedule | null {
  const simple = guess(expression.trim());
  // Only what the builder would write itself: so that looking at it there never changes it.
  return simple && toExpression(simple) === expression.trim() ? simple : null;
}

function guess(expression: string): SimpleSchedule | null {
  const rate = /^rate\((\d+) minutes?\)$/.exec(expression);
  if (rate) return { kind: "minutes", every: Number(rate[1]), from: "start" };
  const at = /^at\((\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):00\)$/.exec(expression);
  if (at) return { kind: "once", date: at[1] ?? "", time: at[2] ?? "" };
  const cron = /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)$/.exec(expression);
  if (!cron) return null;
  const [minute = "", hour = "", dayOfMonth = "", month, dayOfWeek = "", year] = cron.slice(1);
  if (month !== "*" || year !== "*") return null;
  if (hour === "*" && (minute === "*" || minute.startsWith("0/")))
    return { kind: "minutes", every: minute === "*" ? 1 : Number(minute.slice(2)), from: "hour" };
  if (!/^\d{1,2}$/.test(minute)) return null;
  if (hour === "*" || hour.startsWith("0/"))
    return { kind: "hourly", every: hour === "*" ? 1 : Number(hour.slice(2)), minute: Number(minute) };
  if (!/^\d{1,2}$/.test(hour)) return null;
  const time = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  if (dayOfMonth === "*" && dayOfWeek === "?") return { kind: "daily", time };
  if (dayOfMonth === "?" && dayOfWeek === "MON-FRI") return { kind: "weekdays", time };
  if (dayOfMonth === "?") return { kind: "weekly", days: weekdays.filter((day) => dayOfWeek.split(",").includes(day)), time };
  if (dayOfWeek === "?") return { kind: "monthly", day: dayOfMonth === "L" ? "last" : Number(dayOfMonth), time };
  return null;
}

function atTime(time: string, days: string): string | null {
  const read = readTime(time);
  return read && `cron(${read.minute} ${read.hour} ${days})`;
}

function readTime(time: string): { hour: number; minute: number } | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time);
  return match && { hour: Number(match[1]), minute: Number(match[2]) };
}

/** The choices to begin with when another kind is taken; the time of day is carried over. */
export function ofKind(kind: SimpleSchedule["kind"], before: SimpleSchedule | null, today: string): SimpleSchedule {
  const time = before && "time" in before && before.time !== "" ? before.time : "06:00";
  switch (kind) {
    case "minutes":
      return { kind, every: 15, from: "hour" };
    case "hourly":
      return { kind, every: 1, minute: 0 };
    case "weekly":
      return { kind, days: ["MON"], time };
    case "monthly":
      return { kind, day: 1, time };
    case "once":
      return { kind, date: today, time };
    default:
      return { kind, time };
  }
}
