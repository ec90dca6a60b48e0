/** A moment at which a zone's clocks jump. Offsets in minutes east of UTC; local moments as "2026-03-29T02:00:00". */
export type ClockChange = { at: Date; offsetBefore: number; offsetAfter: number; localBefore: string; localAfter: string };

const minuteMs = 60_000;
const dayMs = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a DateTimeFormat costs a thousand times what using it costs. Throws RangeError for an unknown zone. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** Milliseconds east of UTC at a moment given in epoch milliseconds. */
function offsetMs(timeZone: string, at: number): number {
  if (timeZone === "UTC") return 0;
  const numbers = formatOf(timeZone).format(at).match(/\d+/g);
  const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = (numbers ?? []).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

/** Minutes east of UTC at that moment; a fraction only where a zone once had seconds (Monrovia until 1972). Throws RangeError for an unknown zone. */
export function offsetMinutes(timeZone: string, at: Date): number {
  return offsetMs(timeZone, at.getTime()) / minuteMs;
}

/** What the zone's clocks show at a moment, as milliseconds as if it were UTC. */
export function localOf(timeZone: string, at: number): number {
  return at + offsetMs(timeZone, at);
}

/**
 * The moments at which the zone's clocks show `local`, earliest first: none in a gap, two in an overlap.
 * Looks a day to both sides, because no zone has two changes so near to each other.
 */
export function momentsOf(timeZone: string, local: number): number[] {
  const before = offsetMs(timeZone, local - dayMs);
  const after = offsetMs(timeZone, local + dayMs);
  const candidates = before === after ? [local - before] : [local - before, local - after];
  return candidates.filter((at) => localOf(timeZone, at) === local).sort((a, b) => a - b);
}

/**
 * Every change of the zone's offset with `from` < change <= `to`, ascending.
 * Looks at each day's offset and halves the day in which it differs until the second is found.
 */
export function clockChanges(timeZone: string, from: Date, to: Date): ClockChange[] {
  const changes: ClockChange[] = [];
  const end = to.getTime();
  let start = from.getTime();
  let before = offsetMs(timeZone, start);
  while (start < end) {
    const next = Math.min(start + dayMs, end);
    const after = offsetMs(timeZone, next);
    if (after !== before) {
      changes.push(changeBetween(timeZone, start, next));
      before = after;
    }
    start = next;
  }
  return changes;
}

function changeBetween(timeZone: string, from: number, to: number): ClockChange {
  const before = offsetMs(timeZone, from);
  let [low, high] = [Math.floor(from / 1000), Math.ceil(to / 1000)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(timeZone, middle * 1000) === before) low = middle;
    else high = middle;
  }
  const at = high * 1000;
  const after = offsetMs(timeZone, at);
  return {
    at: new Date(at),
    offsetBefore: before / minuteMs,
    offsetAfter: after / minuteMs,
    localBefore: formatLocal(at + before),
    localAfter: formatLocal(at + after),
  };
}

/** "2026-03-29T02:30:00" for a local moment in milliseconds as if it were UTC. */
export function formatLocal(local: number): string {
  return new Date(local).toISOString().slice(0, 19);
}

/** "+01:00", "-00:44:30". */
export function formatOffset(minutes: number): string {
  const seconds = Math.round(Math.abs(minutes) * 60);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (parts[2] === 0) parts.pop();
  return `${minutes < 0 ? "-" : "+"}${parts.map((part) => String(part).padStart(2, "0")).join(":")}`;
}

/** Each English keeps the abbreviations of its own part of the world; what none of them has is a plain offset. */
const namingLocales = ["en-US", "en-GB", "en-AU", "en-IN"];
const nameFormats = new Map<string, Intl.DateTimeFormat>();
const names = new Map<string, string>();

/** The zone's short name at that moment: "CEST", "EST", "GMT+5:45". */
export function zoneNameOf(timeZone: string, at: Date): string {
  const key = `${timeZone} ${offsetMs(timeZone, at.getTime())} ${at.getUTCFullYear()}`;
  let name = names.get(key);
  if (name === undefined) {
    const speaking = namingLocales.find((locale) => !/^GMT[+-]/.test(shortName(locale, timeZone, at)));
    name = shortName(speaking ?? "en-US", timeZone, at);
    names.set(key, name);
  }
  return name;
}

function shortName(locale: string, timeZone: string, at: Date): string {
  const key = `${locale} ${timeZone}`;
  let format = nameFormats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "short" });
    nameFormats.set(key, format);
  }
  return format.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? timeZone;
}

/** Names of the IANA database that have no "/" in them; engines know further words of their own (PST, IST), which AWS does not. */
const plainNames = new Set(
  (
    "UTC GMT UCT Universal Zulu Greenwich GMT0 GMT+0 GMT-0 EST MST HST EST5EDT CST6CDT MST7MDT PST8PDT CET MET EET WET Cuba Egypt Eire GB " +
    "GB-Eire Hongkong Iceland Iran Israel Jamaica Japan Kwajalein Libya NZ NZ-CHAT Navajo PRC Poland Portugal ROC ROK Singapore Turkey W-SU"
  ).split(" "),
);

/** Whether the name stands in the IANA database, in its own capitals: Europe/Berlin, not europe/berlin, +01:00 or PST. */
export function isTimeZone(name: string): boolean {
  if (!name.includes("/")) return plainNames.has(name);
  if (name.startsWith("SystemV/") || !name.split("/").every((part) => /^[A-Z][A-Za-z0-9_+-]*$/.test(part))) return false;
  try {
    const resolved = formatOf(name).resolvedOptions().timeZone;
    return resolved === name || resolved.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}

/** Names that engines still list by their former spelling (IANA "backward" file). */
const renamed: Record<string, string> = {
  "Africa/Asmera": "Africa/Asmara",
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "America/Catamarca": "America/Argentina/Catamarca",
  "America/Coral_Harbour": "America/Atikokan",
  "America/Cordoba": "America/Argentina/Cordoba",
  "America/Godthab": "America/Nuuk",
  "America/Indianapolis": "America/Indiana/Indianapolis",
  "America/Jujuy": "America/Argentina/Jujuy",
  "America/Louisville": "America/Kentucky/Louisville",
  "America/Mendoza": "America/Argentina/Mendoza",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
  "Pacific/Enderbury": "Pacific/Kanton",
  "Pacific/Ponape": "Pacific/Pohnpei",
  "Pacific/Truk": "Pacific/Chuuk",
};

/** The zones to choose from: UTC first, then by name, under their present names. */
export function timeZones(): string[] {
  const names = Intl.supportedValuesOf("timeZone").map((name) => renamed[name] ?? name);
  return ["UTC", ...[...new Set(names)].filter((name) => name !== "UTC").sort()];
}
