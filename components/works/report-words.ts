/**
 * "kept 980, failed 3 (AWS asks for fewer changes)": what a round tells of itself, counts and all, without what is nothing. Of
 * several sentences the first stands for all.
 */
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
  if (Array.isArray(value)) {
    const sentence = sentenceOf(value[0]);
    return value.length === 0 ? null : `${value.length.toLocaleString("en-US")}${sentence ? ` (${sentence})` : ""}`;
  }
  if (typeof value === "number") return value === 0 ? null : value.toLocaleString("en-US");
  if (typeof value === "string") return value === "" ? null : value;
  return value === true ? "" : null;
}

const longestSentence = 200;

/** What the first of them says; names alone say nothing that is not seen elsewhere. */
function sentenceOf(first: unknown): string | null {
  const said = typeof first === "object" && first !== null && "sentence" in first ? first.sentence : first;
  if (typeof said !== "string" || !/\s/.test(said.trim())) return null;
  const line = (said.trim().split("\n")[0] ?? "").replace(/[.:]$/, "");
  return line.length > longestSentence ? `${line.slice(0, longestSentence)} …` : line;
}

/** "repairedJobs" → "repaired jobs". */
const spaced = (name: string): string => name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
