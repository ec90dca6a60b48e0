/** "kept 980, changed 3": what a round tells of itself, counts and all, without what is nothing. */
export function reportWords(report: unknown): string {
  if (typeof report !== "object" || report === null) return "";
  return Object.entries(report)
    .flatMap(([name, value]) => {
      const told = tell(value);
      return told === null ? [] : [value === true ? spaced(name) : `${spaced(name)} ${told}`];
    })
    .join(", ");
}

function tell(value: unknown): string | null {
  if (Array.isArray(value)) return value.length === 0 ? null : value.length.toLocaleString("en-US");
  if (typeof value === "number") return value === 0 ? null : value.toLocaleString("en-US");
  if (typeof value === "string") return value === "" ? null : value;
  return value === true ? "" : null;
}

/** "repairedJobs" → "repaired jobs". */
const spaced = (name: string): string => name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
