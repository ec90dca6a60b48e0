import type { RunState } from "@/lib/domain/run";
import type { Overview } from "@/lib/jobs/get-overview";

/** A quarter of an hour: how many runs succeeded, went wrong (failed, missed or lost), or did neither. */
export type RibbonColumn = { at: number; good: number; bad: number; other: number };

const quarterMs = 15 * 60 * 1000;
const quarters = 96;
const goneWrong: ReadonlySet<RunState> = new Set(["failed", "missed", "lost"]);

/** The last 24 hours as 96 columns, the one that is going on last; quarters without runs are empty columns. */
export function ribbonColumns(counts: Overview["lastDay"], now: number): RibbonColumn[] {
  const last = Math.floor(now / quarterMs) * quarterMs;
  const columns = Array.from({ length: quarters }, (_, index) => {
    return { at: last - (quarters - 1 - index) * quarterMs, good: 0, bad: 0, other: 0 };
  });
  for (const { at, state, count } of counts) {
    const column = columns[quarters - 1 - (last - at.getTime()) / quarterMs];
    if (column) column[state === "succeeded" ? "good" : goneWrong.has(state) ? "bad" : "other"] += count;
  }
  return columns;
}

/** "214 succeeded, 3 failed, missed or lost, 1 stopped, skipped or going on"; "no runs" for none. */
export function ribbonWords({ good, bad, other }: Omit<RibbonColumn, "at">): string {
  const number = (count: number) => count.toLocaleString("en-US");
  const words = [
    good > 0 ? `${number(good)} succeeded` : null,
    bad > 0 ? `${number(bad)} failed, missed or lost` : null,
    other > 0 ? `${number(other)} stopped, skipped or going on` : null,
  ].filter((part) => part !== null);
  return words.length > 0 ? words.join("; ") : "no runs";
}

/** All columns together. */
export function ribbonSum(columns: readonly RibbonColumn[]): Omit<RibbonColumn, "at"> {
  return columns.reduce((sum, { good, bad, other }) => ({ good: sum.good + good, bad: sum.bad + bad, other: sum.other + other }), {
    good: 0,
    bad: 0,
    other: 0,
  });
}

/** Full hours at which the ribbon is marked, six hours apart, none of them close to its ends; `share` counts from the left. */
export function ribbonTicks(columns: readonly RibbonColumn[], now: number): { at: number; share: number }[] {
  const hourMs = 4 * quarterMs;
  const fullHour = Math.floor(now / hourMs) * hourMs;
  const from = columns[0]?.at ?? now;
  return [18, 12, 6].map((hours) => {
    const at = fullHour - hours * hourMs;
    return { at, share: (at - from) / (columns.length * quarterMs) };
  });
}
