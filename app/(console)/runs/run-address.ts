import { type RunSearch, runSearchNames } from "@/lib/runs/run-search";

/** What the address of a list of runs asks for, word by word; whether it makes sense is judged by who reads it. */
export function readRunAddress(raw: Record<string, string | string[] | undefined>): RunSearch & { cursor?: string } {
  const read: Record<string, string> = {};
  for (const name of [...runSearchNames, "cursor"] as const) {
    const value = raw[name];
    if (typeof value === "string" && value.trim() !== "") read[name] = value.trim().slice(0, 200);
  }
  return read;
}
