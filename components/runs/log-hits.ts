/** What is searched for: the words as they are, in any case. Null for nothing. */
export function searchPattern(query: string): RegExp | null {
  return query === "" ? null : new RegExp(query.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"), "gi");
}

/** The index of the hit to go to next from a line, around the ends; -1 where there is none. */
export function nextHit(hits: number[], from: number, step: 1 | -1): number {
  if (hits.length === 0) return -1;
  let low = 0;
  let high = hits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hits[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  // `low` is the first hit at or after the line.
  if (step === -1) return (low - 1 + hits.length) % hits.length;
  const after = hits[low] === from ? low + 1 : low;
  return after % hits.length;
}
