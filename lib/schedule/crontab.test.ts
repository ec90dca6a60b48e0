import { expect, test } from "vitest";
import { fromCrontab } from "./crontab";

test.each([
  ["* * * * *", "cron(* * * * ? *)"],
  ["*/15 * * * *", "cron(*/15 * * * ? *)"],
  ["0 9 * * 1-5", "cron(0 9 ? * MON-FRI *)"],
  ["0 9 * * MON-FRI", "cron(0 9 ? * MON-FRI *)"],
  ["0 9 * * mon,wed,fri", "cron(0 9 ? * MON,WED,FRI *)"],
  ["0 9 * * 0", "cron(0 9 ? * SUN *)"],
  ["0 9 * * 7", "cron(0 9 ? * SUN *)"],
  ["0 9 * * 0,7", "cron(0 9 ? * SUN *)"],
  ["0 9 * * 6,0", "cron(0 9 ? * SUN,SAT *)"],
  ["0 9 * * 5-7", "cron(0 9 ? * SUN,FRI,SAT *)"],
  ["0 9 * * 0-6", "cron(0 9 * * ? *)"],
  ["0 9 * * 1-7", "cron(0 9 * * ? *)"],
  ["0 9 * * */2", "cron(0 9 ? * SUN,TUE,THU,SAT *)"],
  ["0 9 * * 1-5/2", "cron(0 9 ? * MON,WED,FRI *)"],
  ["0 9 * * SUN-TUE", "cron(0 9 ? * SUN-TUE *)"],
  ["0 0 1 * *", "cron(0 0 1 * ? *)"],
  ["0 0 1,15 * *", "cron(0 0 1,15 * ? *)"],
  ["0 0 */2 * *", "cron(0 0 */2 * ? *)"],
  ["0 0 1 jan,jul *", "cron(0 0 1 JAN,JUL ? *)"],
  ["5-59/10 08-18 * * *", "cron(5-59/10 8-18 * * ? *)"],
  ["0 0 10 11 *", "cron(0 0 10 11 ? *)"],
  ["@yearly", "cron(0 0 1 1 ? *)"],
  ["@annually", "cron(0 0 1 1 ? *)"],
  ["@monthly", "cron(0 0 1 * ? *)"],
  ["@weekly", "cron(0 0 ? * SUN *)"],
  ["@daily", "cron(0 0 * * ? *)"],
  ["@midnight", "cron(0 0 * * ? *)"],
  ["@Hourly", "cron(0 * * * ? *)"],
])("%s becomes %s", (line, expression) => {
  expect(fromCrontab(line)).toEqual({ ok: true, expression, warnings: [] });
});

test.each([
  ["0 0 1 * 1", "day-of-week", "either of them", "two jobs: cron(0 0 1 * ? *) and cron(0 0 ? * MON *)"],
  ["0 0 */2 * 5", "day-of-week", "either of them", "two jobs"],
  ["0 5 * * * /usr/bin/backup --all", "expression", "/usr/bin/backup --all", "the job's command"],
  ["0 5 * * * root run", "expression", "root run", "Keep 0 5 * * *"],
  ["0 5 * * * date +%s", "expression", "%", "the job's command"],
  ["@reboot", "expression", "@reboot", "@daily"],
  ["@daily /usr/bin/backup", "expression", "/usr/bin/backup", "Keep @daily"],
  ["@every 5m", "expression", "@every", "rate(5 minutes)"],
  ["@fortnightly", "expression", "@fortnightly", "@weekly"],
  ["0 9 * *", "expression", "4 fields", "0 9 * * 1-5"],
  ["0", "expression", "1 field:", "0 9 * * 1-5"],
  ["60 9 * * *", "minutes", "60", "Write 0"],
  ["0 24 * * *", "hours", "24", "Write 0"],
  ["0 9 0 * *", "day-of-month", "0", "1 to 31"],
  ["0 9 * 13 *", "month", "13", "1 to 12"],
  ["0 9 * * 8", "day-of-week", "8", "0 to 7"],
  ["0 9 * * FRI-MON", "day-of-week", "FRI-MON", "FRI,SAT,SUN,MON"],
  ["0 9 * * FRI-SUN", "day-of-week", "FRI-SUN", "FRI,SAT,SUN"],
  ["0 22-2 * * *", "hours", "22-2", "22,23,0,1,2"],
  ["5/10 * * * *", "minutes", "5/10", "5-59/10"],
  ["0 9 * * 1/2", "day-of-week", "1/2", "1-6/2"],
  ["0 9 L * *", "day-of-month", "L", "cron(0 9 L * ? *)"],
  ["0 9 15W * *", "day-of-month", "15W", "six fields"],
  ["0 9 * * 5L", "day-of-week", "5L", "six fields"],
  ["0 9 * * 1#2", "day-of-week", "1#2", "six fields"],
  ["0 9 ? * 1", "day-of-month", "?", "six fields"],
  ["H 9 * * *", "minutes", "H", "Jenkins"],
])("%s is refused in words", (line, field, words, wayOut) => {
  const translated = fromCrontab(line);
  expect(translated).toMatchObject({ ok: false, fault: { field } });
  const sentence = translated.ok ? "" : translated.fault.sentence;
  expect(sentence).toContain(words);
  expect(sentence).toContain(wayOut);
});
