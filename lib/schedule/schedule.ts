/** The days of a month that a cron expression names; several parts are taken together. */
export type DayOfMonthPart =
  | { kind: "days"; days: number[] }
  | { kind: "last" }
  | { kind: "last-weekday" }
  | { kind: "nearest-weekday"; day: number };

/** The days of a week that a cron expression names; 1 is Sunday, 7 is Saturday, as AWS counts. */
export type DayOfWeekPart =
  | { kind: "weekdays"; weekdays: number[] }
  | { kind: "last"; weekday: number }
  | { kind: "nth"; weekday: number; nth: number };

/** What the six fields of a cron expression allow; the numbers ascend. `null` in a day field stands for `?`. */
export type CronFields = {
  minutes: number[];
  hours: number[];
  daysOfMonth: DayOfMonthPart[] | null;
  months: number[];
  daysOfWeek: DayOfWeekPart[] | null;
  years: number[];
};

export type RateUnit = "minute" | "hour" | "day";

/** A schedule as EventBridge Scheduler knows it; `expression` is the form to send to AWS. */
export type Schedule =
  | { kind: "cron"; expression: string; fields: CronFields }
  | { kind: "rate"; expression: string; value: number; unit: RateUnit }
  | { kind: "at"; expression: string; local: string };

export type CronField = "minutes" | "hours" | "day-of-month" | "month" | "day-of-week" | "year";

/** What is wrong with an expression. The sentence names the field, the rule and a way out. */
export type ScheduleFault = { field: "expression" | CronField | "rate" | "at"; rule: string; sentence: string };

export type ParsedSchedule =
  | { ok: true; schedule: Schedule; translatedFrom: string | null; warnings: string[] }
  | { ok: false; fault: ScheduleFault };
