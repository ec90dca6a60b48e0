/** How moments are written for people. Pure: the clock and the zone are arguments. */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** "12 s", "3 min", "1 h 20 min", "2 d 4 h": a length in milliseconds, two units at most. */
export function formatLength(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${Math.floor(ms / 100) / 10} s`;
  if (ms < minute) return `${Math.floor(ms / 1000)} s`;
  if (ms < hour) return twoUnits(ms, minute, "min", 1000, "s", ms < 10 * minute);
  if (ms < day) return twoUnits(ms, hour, "h", minute, "min", true);
  return twoUnits(ms, day, "d", hour, "h", ms < 14 * day);
}

function twoUnits(ms: number, big: number, bigName: string, small: number, smallName: string, withSmall: boolean): string {
  const rest = Math.floor((ms % big) / small);
  return `${Math.floor(ms / big)} ${bigName}${withSmall && rest > 0 ? ` ${rest} ${smallName}` : ""}`;
}

/** "just now", "3 min ago", "in 2 h 10 min": where a moment stands against now; both in epoch milliseconds. */
export function formatDistance(at: number, now: number): string {
  const ahead = at - now;
  if (Math.abs(ahead) < 1000) return ahead > 0 ? "in 1 s" : "just now";
  if (ahead > 0) return `in ${formatCoarse(ahead)}`;
  return -ahead < 5000 ? "just now" : `${formatCoarse(-ahead, false)} ago`;
}

/** "in 04:05", "in 2 h 10 min": a countdown that shows seconds when they matter; "now" when it is over. */
export function formatCountdown(at: number, now: number): string {
  const ahead = at - now;
  if (ahead <= 0) return "now";
  if (ahead < hour) return `in ${pad(Math.floor(ahead / minute))}:${pad(Math.floor((ahead % minute) / 1000))}`;
  return `in ${formatCoarse(ahead)}`;
}

/** One unit; with `exact` two of them, for the next hours, where they help to plan. */
function formatCoarse(ms: number, exact = true): string {
  if (ms < minute) return `${Math.floor(ms / 1000)} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  if (ms < day) return twoUnits(ms, hour, "h", minute, "min", exact && ms < 6 * hour);
  return `${Math.floor(ms / day)} d`;
}

const pad = (value: number): string => String(value).padStart(2, "0");

type Parts = Record<"year" | "month" | "day" | "weekday" | "hour" | "minute" | "second" | "timeZoneName", string>;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The parts of moments told lately: a list asks for the same ones every second, and for "now" in each of its lines. */
const told = new Map<string, Parts>();
const mostTold = 1000;

function partsOf(at: number, timeZone: string): Parts {
  const key = `${at} ${timeZone}`;
  const before = told.get(key);
  if (before) return before;
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map((part) => [part.type, part.value]),
  ) as Parts;
  if (told.size >= mostTold) for (const oldest of told.keys()) if (told.delete(oldest)) break;
  told.set(key, parts);
  return parts;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone,
      year: "numeric",
      month: "short",
      day: "numeric",
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
      timeZoneName: "longOffset",
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** "+01:00", "+00:00": the zone's distance from UTC at that moment. */
export function formatOffset(at: number, timeZone: string): string {
  const offset = partsOf(at, timeZone).timeZoneName.replace("GMT", "");
  return offset === "" ? "+00:00" : offset;
}

/** "Sat 21 Nov 2026, 10:04:12". */
export function formatFull(at: number, timeZone: string): string {
  const parts = partsOf(at, timeZone);
  return `${parts.weekday} ${parts.day} ${parts.month} ${parts.year}, ${parts.hour}:${parts.minute}:${parts.second}`;
}

/** "10:04:12". */
export function formatClock(at: number, timeZone: string): string {
  const parts = partsOf(at, timeZone);
  return `${parts.hour}:${parts.minute}:${parts.second}`;
}

/** "10:04" on the day of now, "Fri 10:04" within a week, "21 Nov 10:04" within the year, else with the year. */
export function formatShort(at: number, now: number, timeZone: string): string {
  const parts = partsOf(at, timeZone);
  const today = partsOf(now, timeZone);
  const time = `${parts.hour}:${parts.minute}`;
  if (parts.day === today.day && parts.month === today.month && parts.year === today.year) return time;
  if (Math.abs(at - now) < 6 * day) return `${parts.weekday} ${time}`;
  if (parts.year === today.year) return `${parts.day} ${parts.month} ${time}`;
  return `${parts.day} ${parts.month} ${parts.year}`;
}
