/** A moment in a sentence of evidence: "2026-03-01 02:00:07 UTC". */
export function secondsOf(at: Date): string {
  return at
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");
}
