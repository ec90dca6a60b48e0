import { expect, test } from "vitest";
import { describeSchedule } from "./describe";
import { parseExpression } from "./parse";

test.each([
  ["cron(* * * * ? *)", "Every minute"],
  ["cron(*/15 * * * ? *)", "Every 15 minutes"],
  ["cron(0/15 * * * ? *)", "Every 15 minutes"],
  ["cron(0-59/10 0-23/2 ? * * *)", "Every 10 minutes, every 2 hours"],
  ["cron(0 * * * ? *)", "Every hour"],
  ["cron(0 9 * * ? *)", "Every day at 09:00"],
  ["cron(0 2,14 * * ? *)", "Every day at 02:00 and 14:00"],
  ["cron(30 2,8,14 ? * 1-7 *)", "Every day at 02:30, 08:30 and 14:30"],
  ["cron(0 9 * * ? 2026-2027)", "At 09:00, 2026 through 2027"],
  ["cron(0 18 ? * MON-FRI *)", "At 18:00, Monday through Friday"],
  ["cron(0 18 ? * 2-6 *)", "At 18:00, Monday through Friday"],
  ["cron(30-30 13-13 ? * 2,4,6 *)", "At 13:30, only on Monday, Wednesday, and Friday"],
  ["cron(0-15/1 8-8 ? * 7 *)", "Every minute between 08:00 and 08:15, only on Saturday"],
  ["cron(0/5 8-17 ? * MON-FRI *)", "Every 5 minutes, between 08:00 and 17:59, Monday through Friday"],
  ["cron(0 8 1 * ? *)", "At 08:00, on day 1 of the month"],
  ["cron(0 9 L * ? *)", "At 09:00, on the last day of the month"],
  ["cron(0 9 LW * ? *)", "At 09:00, on the last weekday of the month"],
  ["cron(0 9 15W * ? *)", "At 09:00, on the weekday nearest day 15 of the month"],
  ["cron(15 10 ? * 6L 2026-2027)", "At 10:15, on the last Friday of the month, 2026 through 2027"],
  ["cron(0 9 ? * 3#2 *)", "At 09:00, on the second Tuesday of the month"],
  ["cron(0 0 29 2 ? *)", "At 00:00, on day 29 of the month, only in February"],
  ["cron(0 0,12 1,15 JAN,JUL ? *)", "At 00:00 and 12:00, on day 1 and 15 of the month, only in January and July"],
  ["rate(1 minute)", "Every minute"],
  ["rate(5 minutes)", "Every 5 minutes"],
  ["rate(1 day)", "Every day"],
  ["rate(1000 hours)", "Every 1,000 hours"],
  ["at(2026-11-21T09:30:00)", "Once, on Saturday 21 November 2026 at 09:30"],
  ["at(2026-11-21T09:30:05)", "Once, on Saturday 21 November 2026 at 09:30:05"],
])("%s reads: %s", (expression, words) => {
  const parsed = parseExpression(expression);
  expect(parsed.ok && describeSchedule(parsed.schedule)).toBe(words);
});
