import { awsSpecs, Faulty, type FieldSpec, type FieldValues, fieldFault, parseValues, shorten } from "./cron-fields";
import type { ScheduleFault } from "./schedule";

type Translated = { ok: true; expression: string; warnings: string[] } | { ok: false; fault: ScheduleFault };

const shortcuts: Record<string, string> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

/** crontab(5): Sunday is 0 and 7. */
const dayOfWeek: FieldSpec = {
  ...awsSpecs.dayOfWeek,
  min: 0,
  max: 7,
  nameBase: 0,
  lastBeforeWrap: 6,
  bounds: "days of the week go in crontab from 0 (Sunday) to 7 (Sunday again), or from SUN to SAT",
};

const awsDays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

function refuse(rule: string, sentence: string): never {
  throw new Faulty({ field: "expression", rule, sentence });
}

/**
 * Translates a line of five crontab fields, or one of @hourly to @yearly, into AWS's cron(...).
 * What AWS cannot say, or what different crons read differently, is refused with the reason.
 */
export function fromCrontab(line: string): Translated {
  try {
    return { ok: true, expression: translate(line.trim()), warnings: [] };
  } catch (error) {
    if (error instanceof Faulty) return { ok: false, fault: error.fault };
    throw error;
  }
}

function translate(line: string): string {
  if (line.startsWith("@")) return translate(expandShortcut(line));
  const parts = line.split(/\s+/);
  if (line.includes("%"))
    refuse(
      "no %",
      "The line has a %: in a crontab it ends the command, and a schedule has no command. Keep the five time fields only, and put the command into the job's command.",
    );
  if (parts.length > 5)
    refuse(
      "five fields",
      `The line goes on after its five time fields with ${shorten(parts.slice(5).join(" "))}: a schedule has no command. Keep ${parts.slice(0, 5).join(" ")}, and put the command into the job's command.`,
    );
  if (parts.length < 5)
    refuse(
      "five fields",
      `The line has ${parts.length} field${parts.length === 1 ? "" : "s"}: a crontab line has five (minute, hour, day of month, month, day of week). Write for example 0 9 * * 1-5.`,
    );
  const [minutes = "", hours = "", dayOfMonth = "", month = "", weekday = ""] = parts;
  const fields = [
    crontabField(awsSpecs.minutes, minutes).text,
    crontabField(awsSpecs.hours, hours).text,
    crontabField(awsSpecs.dayOfMonth, dayOfMonth).text,
    crontabField(awsSpecs.month, month).text,
    weekday === "*" ? "*" : weekdaysText(crontabField(dayOfWeek, weekday).values),
  ];
  const written = (day: string, ofWeek: string) => `cron(${fields[0]} ${fields[1]} ${day} ${fields[3]} ${ofWeek} *)`;
  const [day = "", ofWeek = ""] = [fields[2], fields[4]];
  if (day !== "*" && ofWeek !== "*")
    throw new Faulty(
      fieldFault(
        "day-of-week",
        `${weekday} while the day-of-month field has ${dayOfMonth}`,
        'in a crontab this means "on either of them", which AWS cannot say in one expression',
        `Make two jobs: ${written(day, "?")} and ${written("?", ofWeek)}.`,
      ),
    );
  return ofWeek === "*" ? written(day, "?") : written("?", ofWeek);
}

function expandShortcut(line: string): string {
  const [word = "", ...rest] = line.split(/\s+/);
  const shortcut = shortcuts[word.toLowerCase()];
  if (shortcut && rest.length === 0) return shortcut;
  if (shortcut)
    refuse(
      "no command",
      `The line goes on after ${word} with ${shorten(rest.join(" "))}: a schedule has no command. Keep ${word}, and put the command into the job's command.`,
    );
  if (word.toLowerCase() === "@reboot")
    refuse(
      "no @reboot",
      "@reboot names the start of a machine, and a job has no machine of its own. Write a time, for example @daily, or run the job by hand.",
    );
  if (word.toLowerCase() === "@every")
    refuse("no @every", `${shorten(line)} is not crontab's. Write rate(...) with minutes, hours or days, for example rate(5 minutes).`);
  return refuse(
    "known shortcuts",
    `${shorten(word)} is not a shortcut of crontab. Write one of ${Object.keys(shortcuts).join(", ")}, or five fields such as 0 9 * * 1-5.`,
  );
}

function crontabField(spec: FieldSpec, text: string): FieldValues {
  const read = parseValues(spec, requireCrontab(spec, text));
  const [first] = read.undocumented;
  if (first) throw new Faulty(first);
  return read;
}

/** Refuses what stands in AWS's or Jenkins's dialect but in no crontab, and what crons disagree about. */
function requireCrontab(spec: FieldSpec, text: string): string {
  const { field } = spec;
  for (const item of text.split(",")) {
    if (/[?#]|^\d*[LW]+$|^L-|^[A-Z]{3}L$/i.test(item))
      throw new Faulty(
        fieldFault(
          field,
          item,
          "crontab has no ?, L, W or #",
          "Write the line in AWS's form with six fields, for example cron(0 9 L * ? *).",
        ),
      );
    const [base = "", step] = item.split("/");
    if (step !== undefined && base !== "*" && base !== "" && !base.includes("-"))
      throw new Faulty(
        fieldFault(
          field,
          item,
          "crons disagree about a step after a single value",
          `Write the range in full: ${base}-${field === "day-of-week" ? 6 : spec.max}/${step}.`,
        ),
      );
  }
  return text;
}

/** [0, 1, 2, 7] (crontab's numbers) as AWS's names: "SUN-TUE". */
function weekdaysText(crontabDays: number[]): string {
  const days = [...new Set(crontabDays.map((day) => day % 7))].sort((a, b) => a - b);
  if (days.length === 7) return "*";
  const runs: number[][] = [];
  for (const day of days) {
    const run = runs.at(-1);
    if (run && run.at(-1) === day - 1) run.push(day);
    else runs.push([day]);
  }
  const nameOf = (day: number | undefined) => awsDays[day ?? 0];
  return runs.map((run) => (run.length > 2 ? `${nameOf(run[0])}-${nameOf(run.at(-1))}` : run.map(nameOf).join(","))).join(",");
}
