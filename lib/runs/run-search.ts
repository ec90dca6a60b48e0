import { type Fault, Invalid } from "@/lib/domain/errors";
import { type RunState, runStates } from "@/lib/domain/run";
import { momentsOf } from "@/lib/schedule/time-zone";

/** What a list of runs may be narrowed by, as it stands in an address. */
export type RunSearch = { job?: string; state?: string; from?: string; to?: string; text?: string };

/** The same, understood: `from` is a run's earliest moment, `until` the one before which it was due. */
export type RunWanted = { slug?: string; state?: RunState; from?: Date; until?: Date; text?: string };

/** The names of a search, in the order of an address. */
export const runSearchNames = ["job", "state", "from", "to", "text"] as const satisfies readonly (keyof RunSearch)[];

/**
 * Reads a search. Days count by the clocks of `timeZone` and "to" is included; a moment (ISO 8601 with its offset) is taken
 * as it is, "to" excluded. What cannot be read is left out and has a sentence in `faults`.
 */
export function readRunSearch(search: RunSearch, timeZone: string): { wanted: RunWanted; faults: Fault[] } {
  const faults: Fault[] = [];
  const state = runStates.find((candidate) => candidate === search.state);
  if (search.state && !state)
    faults.push({ field: "state", sentence: `${quote(search.state)} is no state of a run: choose one of ${runStates.join(", ")}.` });
  const from = boundary("from", search.from, timeZone, faults);
  const until = boundary("to", search.to, timeZone, faults);
  if (from && until && from >= until)
    faults.push({ field: "to", sentence: "The last day lies before the first one: give them the other way round." });
  const text = search.text?.trim();
  if (text && !/[\p{L}\p{N}]/u.test(text))
    faults.push({ field: "text", sentence: `${quote(text)} has no letter and no digit in it: search for a word or the beginning of one.` });
  return { wanted: { slug: search.job || undefined, state, from, until, text: text || undefined }, faults };
}

/** As readRunSearch, but throws Invalid where something cannot be read. */
export function readWholeRunSearch(search: RunSearch, timeZone: string): RunWanted {
  const { wanted, faults } = readRunSearch(search, timeZone);
  if (faults.length > 0) throw new Invalid(faults);
  return wanted;
}

const quote = (text: string): string => `“${text.length > 40 ? `${text.slice(0, 40)}…` : text}”`;

const dayMs = 86_400_000;

function boundary(field: "from" | "to", value: string | undefined, timeZone: string, faults: Fault[]): Date | undefined {
  if (!value) return undefined;
  const at = /^\d{4}-\d{2}-\d{2}$/.test(value)
    ? beginOfDay(value, timeZone, field === "to" ? 1 : 0)
    : /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(value)
      ? new Date(value)
      : null;
  if (at && !Number.isNaN(at.getTime())) return at;
  faults.push({
    field,
    sentence: `${quote(value)} is no day: write it as 2026-11-21, or as a moment with its offset such as 2026-11-21T10:00:00Z.`,
  });
  return undefined;
}

/** The first moment of a day, or of one some days later, by a zone's clocks; where they leave midnight out, the first one after it. */
function beginOfDay(day: string, timeZone: string, daysLater: number): Date | null {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return null;
  const local = midnight + daysLater * dayMs;
  for (const skippedMs of [0, 1_800_000, 3_600_000, 7_200_000]) {
    const [at] = momentsOf(timeZone, local + skippedMs);
    if (at !== undefined) return new Date(at);
  }
  return new Date(local);
}
