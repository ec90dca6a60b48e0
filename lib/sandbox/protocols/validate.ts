import { AwsError, type ServiceName, type Violation } from "../service";
import { mapValueOf, memberOf } from "./json";
import { type Model, type ShapeRef, shapeOf } from "./model";

/** Everything in a request that breaks the published model: missing members, lengths, ranges, patterns, value sets. */
export function violationsOf(model: Model, ref: ShapeRef, input: unknown): Violation[] {
  const found: Violation[] = [];
  check(model, ref, input, "", "", found);
  return found;
}

/** AWS's words for broken constraints: `1 validation error detected: Value 'x' at 'name' failed to satisfy constraint: ...`. */
export function sentenceOf(violations: Violation[]): string {
  const parts = violations.map(({ value, path, constraint }) => {
    const shown = value === undefined ? "null" : `'${printed(value)}'`;
    return `Value ${shown} at '${path}' failed to satisfy constraint: ${constraint}`;
  });
  return `${violations.length} validation error${violations.length === 1 ? "" : "s"} detected: ${parts.join("; ")}`;
}

/** The error that a service answers for broken constraints, where it has no words of its own. */
export function defaultFault(service: ServiceName, violations: Violation[]): AwsError {
  const missing = violations.find((violation) => violation.kind === "required");
  if (service === "sqs") {
    // SQS has two names for each error, one by JSON and an older one by query.
    if (!missing)
      return new AwsError("InvalidParameterValueException", sentenceOf(violations), 400, { queryCode: "InvalidParameterValue" });
    const sentence = `The request must contain the parameter ${missing.member}.`;
    return new AwsError("MissingRequiredParameterException", sentence, 400, { queryCode: "MissingParameter" });
  }
  return new AwsError(codeOf[service], sentenceOf(violations));
}

const codeOf: Record<Exclude<ServiceName, "sqs">, string> = {
  scheduler: "ValidationException",
  ecs: "InvalidParameterException",
  logs: "InvalidParameterException",
  events: "ValidationException",
  secrets: "ValidationException",
  ssm: "ValidationException",
  iam: "ValidationError",
  sts: "ValidationError",
};

function check(model: Model, ref: ShapeRef, value: unknown, path: string, member: string, found: Violation[]): void {
  const shape = shapeOf(model, ref);
  const report = (kind: Violation["kind"], constraint: string) => found.push({ path, member, value, kind, constraint });
  switch (shape.type) {
    case "structure": {
      const source = value as Record<string, unknown>;
      for (const [name, memberRef] of Object.entries(shape.members ?? {})) {
        const inner = path ? `${path}.${lowerFirst(name)}` : lowerFirst(name);
        const item = source[name];
        if (item === undefined || item === null) {
          if (shape.required?.includes(name))
            found.push({ path: inner, member: name, value: undefined, kind: "required", constraint: "Member must not be null" });
        } else check(model, memberRef, item, inner, name, found);
      }
      return;
    }
    case "list": {
      const items = value as unknown[];
      checkLength(items.length, shape.min, shape.max, report);
      items.forEach((item, index) => {
        check(model, memberOf(shape), item, `${path}.${index + 1}.member`, member, found);
      });
      return;
    }
    case "map": {
      const entries = Object.entries(value as Record<string, unknown>);
      checkLength(entries.length, shape.min, shape.max, report);
      for (const [key, item] of entries) {
        if (shape.key) check(model, shape.key, key, `${path}.${key}.key`, member, found);
        check(model, mapValueOf(shape), item, `${path}.${key}.member`, member, found);
      }
      return;
    }
    case "string": {
      const text = value as string;
      checkLength(text.length, shape.min, shape.max, report);
      if (shape.enum && !shape.enum.includes(text)) report("enum", `Member must satisfy enum value set: [${shape.enum.join(", ")}]`);
      if (shape.pattern && !patternOf(shape.pattern).test(text))
        report("pattern", `Member must satisfy regular expression pattern: ${shape.pattern}`);
      return;
    }
    case "blob":
      checkLength((value as Uint8Array).byteLength, shape.min, shape.max, report);
      return;
    case "integer":
    case "long":
    case "float":
    case "double": {
      const number = value as number;
      if (shape.min !== undefined && number < shape.min) report("min", `Member must have value greater than or equal to ${shape.min}`);
      if (shape.max !== undefined && number > shape.max) report("max", `Member must have value less than or equal to ${shape.max}`);
      return;
    }
    default:
      return;
  }
}

function checkLength(
  length: number,
  min: number | undefined,
  max: number | undefined,
  report: (kind: Violation["kind"], constraint: string) => void,
): void {
  if (min !== undefined && length < min) report("minLength", `Member must have length greater than or equal to ${min}`);
  if (max !== undefined && length > max) report("maxLength", `Member must have length less than or equal to ${max}`);
}

const patterns = new Map<string, RegExp>();

/** AWS matches the whole text, whether or not the model's pattern has anchors. Only patterns with \p need the u flag; others break under it. */
function patternOf(source: string): RegExp {
  let pattern = patterns.get(source);
  if (!pattern) {
    pattern = new RegExp(`^(?:${source})$`, source.includes("\\p{") ? "u" : "");
    patterns.set(source, pattern);
  }
  return pattern;
}

function printed(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printed).join(", ")}]`;
  if (value instanceof Uint8Array) return `java.nio.HeapByteBuffer[pos=0 lim=${value.byteLength} cap=${value.byteLength}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}=${printed(item)}`)
      .join(", ")}}`;
  return String(value);
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
