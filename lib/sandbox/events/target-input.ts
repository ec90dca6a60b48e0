import type { Target } from "@aws-sdk/client-eventbridge";
import type { BusEvent } from "./state";

/** What a target receives for an event: the whole event, a part of it, a constant, or a filled-in template. */
export function inputOf(target: Target, event: BusEvent, rule: { name: string; arn: string }, now: Date): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(valueAt(event, target.InputPath) ?? {});
  const { InputPathsMap = {}, InputTemplate } = target.InputTransformer ?? {};
  if (InputTemplate === undefined) return JSON.stringify(event);
  const values = new Map<string, unknown>([
    ["aws.events.rule-arn", rule.arn],
    ["aws.events.rule-name", rule.name],
    ["aws.events.event.ingestion-time", now.toISOString()],
    ["aws.events.event.json", event],
    ["aws.events.event", { ...event, detail: undefined }],
  ]);
  for (const [name, path] of Object.entries(InputPathsMap)) values.set(name, valueAt(event, path));
  return fill(InputTemplate, values);
}

/** A JSONPath of names and list positions: `$.detail.containers[0].name`. */
function valueAt(event: BusEvent, path: string): unknown {
  let value: unknown = event;
  for (const [, name, index] of path.replace(/^\$/, "").matchAll(/\.([^.[\]]+)|\[(\d+)\]/g))
    value = (value as Record<string, unknown> | undefined | null)?.[name ?? index ?? ""];
  return value;
}

/** Inside a quoted text a value is put as it is, elsewhere as JSON (EventBridge User Guide, "input transformation"). */
function fill(template: string, values: Map<string, unknown>): string {
  let isQuoted = false;
  return template.replace(/\\.|"|<([^<>\s"]+)>/g, (piece, name: string | undefined) => {
    if (piece === '"') isQuoted = !isQuoted;
    if (name === undefined || !values.has(name)) return piece;
    const value = values.get(name);
    if (!isQuoted) return value === undefined ? "" : JSON.stringify(value);
    const plain = typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
    return JSON.stringify(plain).slice(1, -1);
  });
}
