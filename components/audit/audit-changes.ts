import { visibleText } from "@/lib/domain/plain-line";

/** What the worker and the keeping of rows change by themselves: no news to a reader of the audit. */
const quiet =
  /^(id|environmentId|jobId|generation|savedAt|savedBy|createdAt|applied|observed|taskDefinitionArn|sync|retryAt|removedAt|expect)/;

/** The differences between two states of a thing, "field: before → after" each; values are shortened. */
export function auditChanges(before: unknown, after: unknown): string[] {
  const [from, to] = [flatten(before), flatten(after)];
  return [...new Set([...from.keys(), ...to.keys()])].flatMap((field) => {
    if (quiet.test(field)) return [];
    const [old, now] = [from.get(field), to.get(field)];
    if (old === now) return [];
    if (old === undefined) return [`${field}: ${shorten(now ?? "")}`];
    return [now === undefined ? `${field}: ${shorten(old)}, taken away` : `${field}: ${shorten(old)} → ${shorten(now)}`];
  });
}

/** Every value under its dotted path; null and empty things are as if they were not there. */
function flatten(value: unknown, path = "", into = new Map<string, string>()): Map<string, string> {
  if (value === null || value === undefined || value === "") return into;
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) {
    if (value.length > 0) into.set(path, value.join(" "));
  } else if (typeof value === "object") {
    for (const [key, item] of Object.entries(value)) flatten(item, path === "" ? key : `${path}.${key}`, into);
  } else into.set(path, String(value));
  return into;
}

const shorten = (text: string): string => visibleText(text.length > 80 ? `${text.slice(0, 79)}…` : text);
