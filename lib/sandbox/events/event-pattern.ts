/*
 * EventBridge's pattern language, read strictly (with AWS's words and columns for what it refuses) and matched the way
 * EventBridge does it: event and pattern are flattened into paths, an array's elements are alternatives, and fields that
 * are matched inside the same array must come from the same element.
 */
import { BlockList, isIP } from "node:net";
import { JsonFault, type JsonNode, readJsonNodes } from "./json-tokens";

type Leaf = string | number | boolean | null;
type Matcher = { wants: "absent" } | { wants: "leaf"; test: (value: Leaf) => boolean };
type Condition = { path: string; matchers: Matcher[] };

/** A pattern that was read: each alternative ($or multiplies them) is a list of conditions that must all hold. */
export type EventPattern = Condition[][];

/** Why EventBridge refuses a pattern; the message is the part after "Reason: ". */
export class PatternFault extends Error {}

/** Reads a pattern. Throws PatternFault. */
export function parseEventPattern(text: string): EventPattern {
  const source = (column: number) => `\n at [Source: (String)"${text}"; line: 1, column: ${column}]`;
  try {
    const node = readJsonNodes(text);
    if (node.kind !== "object") throw new JsonFault("Filter is not an object", node.column);
    return readObject(node, "");
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    // A fault inside a list of anything-but is reported by two layers of AWS's reader, each adding the place.
    throw new PatternFault(error.message + source(error.column).repeat(error instanceof NestedFault ? 2 : 1));
  }
}

class NestedFault extends JsonFault {}

// Reading -------------------------------------------------------------------------------------------------------------

function readObject(node: JsonNode & { kind: "object" }, path: string): EventPattern {
  if (node.members.length === 0) throw new JsonFault("Empty objects are not allowed", node.endColumn);
  let alternatives: EventPattern = [[]];
  for (const { name, value } of node.members) {
    const inner = path ? `${path}.${name}` : name;
    let found: EventPattern;
    if (name === "$or" && value.kind === "array" && isOrList(value.items)) found = value.items.flatMap((item) => readObject(item, path));
    else if (value.kind === "object") found = readObject(value, inner);
    else if (value.kind === "array") found = [[{ path: inner, matchers: readMatchers(value) }]];
    else throw new JsonFault(`"${name}" must be an object or an array`, value.column);
    alternatives = alternatives.flatMap((left) => found.map((right) => [...left, ...right]));
  }
  return alternatives;
}

const isOrList = (items: JsonNode[]): items is (JsonNode & { kind: "object" })[] =>
  items.length > 1 && items.every((item) => item.kind === "object");

function readMatchers(list: JsonNode & { kind: "array" }): Matcher[] {
  if (list.items.length === 0) throw new JsonFault("Empty arrays are not allowed", list.endColumn);
  return list.items.map((item) => {
    if (item.kind === "object") return readExpression(item);
    if (item.kind === "array") throw new JsonFault("Match value must be String, number, true, false, or null", item.column);
    return { wants: "leaf", test: (value) => value === item.value };
  });
}

function readExpression(node: JsonNode & { kind: "object" }): Matcher {
  const [member, second] = node.members;
  if (!member) throw new JsonFault("Match expression name not found", node.endColumn);
  const read = expressions[member.name];
  if (!read) throw new JsonFault(`Unrecognized match type ${member.name}`, member.value.column);
  const matcher = read(member.value);
  if (second) throw new JsonFault("Only one key allowed in match expression", second.value.column);
  return matcher;
}

const text = (test: (value: string) => boolean): Matcher => ({
  wants: "leaf",
  test: (value) => typeof value === "string" && test(value),
});

const expressions: Record<string, (node: JsonNode) => Matcher> = {
  prefix: (node) => readEdge("prefix", node),
  suffix: (node) => readEdge("suffix", node),
  "equals-ignore-case": (node) => {
    if (node.kind !== "string") throw new JsonFault("equals-ignore-case match pattern must be a string", node.column);
    const wanted = node.value.toLowerCase();
    return text((value) => value.toLowerCase() === wanted);
  },
  wildcard: (node) => {
    const pattern = readWildcard(node, JsonFault);
    return text((value) => pattern.test(value));
  },
  exists: (node) => {
    if (node.kind !== "literal" || node.value === null)
      throw new JsonFault("exists match pattern must be either true or false.", node.column);
    return node.value ? { wants: "leaf", test: () => true } : { wants: "absent" };
  },
  numeric: readNumeric,
  cidr: readCidr,
  "anything-but": readAnythingBut,
};

function readEdge(name: "prefix" | "suffix", node: JsonNode): Matcher {
  const isAt = (value: string, edge: string) => (name === "prefix" ? value.startsWith(edge) : value.endsWith(edge));
  if (node.kind === "string") return text((value) => isAt(value, node.value));
  const inner = node.kind === "object" ? node.members[0] : undefined;
  if (inner?.name === "equals-ignore-case" && inner.value.kind === "string") {
    const edge = inner.value.value.toLowerCase();
    return text((value) => isAt(value.toLowerCase(), edge));
  }
  throw new JsonFault(`${name} match pattern must be a string`, node.column);
}

function readWildcard(node: JsonNode, Fault: typeof JsonFault): RegExp {
  if (node.kind !== "string") throw new Fault("wildcard match pattern must be a string", node.column);
  let source = "";
  for (let at = 0; at < node.value.length; at += 1) {
    const character = node.value[at] as string;
    if (character === "\\") {
      at += 1;
      const escaped = node.value[at];
      if (escaped !== "*" && escaped !== "\\") throw new Fault(`Invalid escape character at pos ${at - 1}`, node.endColumn);
      source += `\\${escaped}`;
    } else if (character === "*") {
      if (node.value[at + 1] === "*") throw new Fault(`Consecutive wildcard characters at pos ${at}`, node.endColumn);
      source += ".*";
    } else source += character.replace(/[.+?^${}()|[\]/]/, "\\$&");
  }
  return new RegExp(`^${source}$`, "s");
}

const comparisons: Record<string, (value: number, bound: number) => boolean> = {
  "=": (value, bound) => value === bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
};

function readNumeric(node: JsonNode): Matcher {
  if (node.kind !== "array") throw new JsonFault("Value of numeric must be an array.", node.column);
  const { items } = node;
  if (items.length === 0) throw new JsonFault("Invalid member in numeric match: ]", node.endColumn);
  const bounds: { operator: string; bound: number }[] = [];
  for (let at = 0; at < items.length; at += 2) {
    const operator = items[at] as JsonNode;
    if (operator.kind !== "string") throw new JsonFault("Invalid member in numeric match", operator.column);
    const [first] = bounds;
    const isUpper = operator.value.startsWith("<");
    if (!comparisons[operator.value]) throw new JsonFault(`Unrecognized numeric range operator: ${operator.value}`, operator.endColumn);
    // A lower bound may be followed by an upper one and by nothing else.
    if (bounds.length > 1 || (first && !(first.operator.startsWith(">") && isUpper)))
      throw new JsonFault(`Bad numeric range operator: ${operator.value}`, operator.endColumn);
    const bound = items[at + 1];
    if (bound?.kind !== "number") throw new JsonFault(`Value of ${operator.value} must be numeric`, bound?.column ?? node.endColumn);
    if (first && bound.value <= first.bound) throw new JsonFault("Bottom must be less than top", bound.column);
    bounds.push({ operator: operator.value, bound: bound.value });
  }
  return {
    wants: "leaf",
    test: (value) => typeof value === "number" && bounds.every(({ operator, bound }) => comparisons[operator]?.(value, bound) ?? false),
  };
}

function readCidr(node: JsonNode): Matcher {
  // AWS says "prefix" here (recorded).
  if (node.kind !== "string") throw new JsonFault("prefix match pattern must be a string", node.column);
  const parts = node.value.split("/");
  const [address = "", mask = ""] = parts;
  if (parts.length !== 2) throw new PatternFault("Malformed CIDR, one '/' required");
  if (!/^\d+$/.test(mask)) throw new PatternFault("Malformed CIDR, mask bits must be an integer");
  const version = isIP(address);
  if (!version) throw new PatternFault(`Nonstandard IP address: ${address}`);
  if (Number(mask) > (version === 4 ? 32 : 128)) throw new PatternFault("Malformed CIDR, mask bits must not be too large");
  const block = new BlockList();
  block.addSubnet(address, Number(mask), version === 4 ? "ipv4" : "ipv6");
  return text((value) => isIP(value) !== 0 && block.check(value, isIP(value) === 4 ? "ipv4" : "ipv6"));
}

function readAnythingBut(node: JsonNode): Matcher {
  const refuse = (place: JsonNode) => new JsonFault("Value of anything-but must be an array or single string/number value.", place.column);
  const but = (isExcluded: (value: Leaf) => boolean): Matcher => ({ wants: "leaf", test: (value) => !isExcluded(value) });
  if (node.kind === "object") {
    const [member] = node.members;
    if (!member) throw refuse(node);
    const isExcluded = readExclusion(member.name, member.value, refuse);
    return but((value) => typeof value === "string" && isExcluded(value));
  }
  if (node.kind === "array") {
    if (node.items.length === 0) throw new JsonFault("Empty arrays are not allowed", node.endColumn);
    const excluded = node.items.map((item) => {
      if (item.kind !== "string" && item.kind !== "number")
        throw new NestedFault("Inside anything but list, start|null|boolean is not supported.", item.column);
      return item.value;
    });
    if (new Set(excluded.map((value) => typeof value)).size > 1)
      throw new JsonFault("Inside anything but list, either all values are number or string, mixed type is not supported", node.endColumn);
    return but((value) => (excluded as Leaf[]).includes(value));
  }
  if (node.kind === "literal") throw refuse(node);
  return but((value) => value === node.value);
}

function readExclusion(name: string, node: JsonNode, refuse: (place: JsonNode) => JsonFault): (value: string) => boolean {
  const isList = node.kind === "array";
  const values = isList ? node.items : [node];
  const Fault = isList ? NestedFault : JsonFault;
  if (name === "wildcard") {
    const patterns = values.map((value) => readWildcard(value, Fault));
    return (value) => patterns.some((pattern) => pattern.test(value));
  }
  if (name === "prefix" || name === "suffix") {
    if (node.kind === "object") throw refuse(node);
    const edges = values.map((value) => {
      if (value.kind !== "string") throw new Fault("prefix/suffix match pattern must be a string", value.column);
      return value.value;
    });
    return (value) => edges.some((edge) => (name === "prefix" ? value.startsWith(edge) : value.endsWith(edge)));
  }
  if (name === "equals-ignore-case") {
    const wanted = values.map((value) => {
      if (value.kind !== "string")
        throw new Fault("Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.", value.column);
      return value.value.toLowerCase();
    });
    return (value) => wanted.includes(value.toLowerCase());
  }
  throw new JsonFault(`Unsupported anything-but pattern: ${name}`, node.column);
}

// Matching ------------------------------------------------------------------------------------------------------------

/** A value of the event and which element of which array it lies in. */
type Field = { value: Leaf; elements: Map<string, number> };

/** Whether an event (any JSON object) is what the pattern asks for. */
export function isMatch(pattern: EventPattern, event: unknown): boolean {
  const fields = new Map<string, Field[]>();
  flatten(event, "", new Map(), fields);
  return pattern.some((conditions) => holdTogether(conditions, fields, new Map()));
}

function flatten(value: unknown, path: string, elements: Map<string, number>, fields: Map<string, Field[]>): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      // Elements that are plain values are alternatives without a bond to other fields.
      const isPlain = item === null || typeof item !== "object";
      flatten(item, path, isPlain ? elements : new Map(elements).set(path, index), fields);
    });
  } else if (value !== null && typeof value === "object") {
    for (const [name, item] of Object.entries(value)) flatten(item, path ? `${path}.${name}` : name, elements, fields);
  } else {
    const known = fields.get(path) ?? [];
    known.push({ value: value as Leaf, elements });
    fields.set(path, known);
  }
}

function holdTogether(conditions: Condition[], fields: Map<string, Field[]>, chosen: Map<string, number>): boolean {
  const [condition, ...rest] = conditions;
  if (!condition) return true;
  const candidates = fields.get(condition.path) ?? [];
  if (candidates.length === 0 && condition.matchers.some(({ wants }) => wants === "absent")) return holdTogether(rest, fields, chosen);
  return candidates.some(({ value, elements }) => {
    const agrees = [...elements].every(([array, index]) => (chosen.get(array) ?? index) === index);
    const isWanted = condition.matchers.some((matcher) => matcher.wants === "leaf" && matcher.test(value));
    return agrees && isWanted && holdTogether(rest, fields, new Map([...chosen, ...elements]));
  });
}
