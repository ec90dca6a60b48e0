import { AwsError, type ServiceName } from "../service";
import type { Answer } from "./answer";
import { mapValueOf, memberOf, readTimestamp } from "./json";
import { exceptionShape, type Model, modelOf, type ShapeRef, shapeOf } from "./model";
import { sqsQueryCode, sqsQueryMessage, sqsQueryNames } from "./sqs-query";

const sqsNamespace = "http://queue.amazonaws.com/doc/2012-11-05/";

/** Reads the parameters of an awsQuery request (`Tags.member.1.Key=...`). Throws MalformedInput for a number that is none. */
export function readQuery(model: Model, operation: string, parameters: URLSearchParams): unknown {
  const input = model.operations[operation]?.input;
  if (!input) return {};
  const values = new Map(parameters);
  return readValue(model, input, values, "") ?? {};
}

/** Writes an awsQuery answer in XML, result wrapper and request id included. */
export function writeQuery(model: Model, operation: string, output: unknown, requestId: string): Answer {
  const shape = model.operations[operation]?.output;
  const wrapper = shape?.resultWrapper ?? `${operation}Result`;
  const inner = shape ? `<${wrapper}>${writeMembers(model, shape, (output ?? {}) as Record<string, unknown>)}</${wrapper}>` : "";
  const body = `<?xml version="1.0"?><${operation}Response xmlns="${namespaceOf(model)}">${inner}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`;
  return { status: 200, headers: { "content-type": "text/xml" }, body };
}

/** Writes an awsQuery error in XML. */
export function writeQueryError(service: ServiceName | undefined, error: AwsError, requestId: string): Answer {
  const model = service && modelOf(service);
  const shape = model && exceptionShape(model, error.code);
  const isSqs = service === "sqs";
  const code = isSqs ? sqsQueryCode(error) : (shape?.error?.code ?? error.code);
  const message = isSqs ? sqsQueryMessage(error) : error.message;
  const type = error.status < 500 ? "Sender" : "Receiver";
  const namespace = model ? ` xmlns="${namespaceOf(model)}"` : "";
  const body = `<?xml version="1.0"?><ErrorResponse${namespace}><Error><Type>${type}</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
  return { status: error.status, headers: { "content-type": "text/xml" }, body };
}

function namespaceOf(model: Model): string {
  return model.metadata.xmlNamespace ?? sqsNamespace;
}

function readValue(model: Model, ref: ShapeRef, values: Map<string, string>, prefix: string): unknown {
  const shape = shapeOf(model, ref);
  switch (shape.type) {
    case "structure": {
      const result: Record<string, unknown> = {};
      for (const [name, member] of Object.entries(shape.members ?? {})) {
        const own = prefix ? `${prefix}.${member.locationName ?? name}` : (member.locationName ?? name);
        let read = readValue(model, member, values, own);
        const alias = sqsQueryNames[member.shape];
        if (read === undefined && alias) read = readValue(model, member, values, prefix ? `${prefix}.${alias.item}` : alias.item);
        if (read !== undefined) result[name] = read;
      }
      return Object.keys(result).length > 0 || values.has(prefix) ? result : undefined;
    }
    case "list": {
      const items = numbered(values, [`${prefix}.member.`, `${prefix}.`]).map((key) => readValue(model, memberOf(shape), values, key));
      // `Name=` alone is how an empty list is written.
      return items.length > 0 ? items.filter((item) => item !== undefined) : values.get(prefix) === "" ? [] : undefined;
    }
    case "map": {
      const names = sqsQueryNames[ref.shape];
      const entries: [string, unknown][] = [];
      for (const key of numbered(values, [`${prefix}.entry.`, `${prefix}.`])) {
        const name = values.get(`${key}.${names?.key ?? "key"}`);
        if (name !== undefined) entries.push([name, readValue(model, mapValueOf(shape), values, `${key}.${names?.value ?? "value"}`)]);
      }
      return entries.length > 0 ? Object.fromEntries(entries) : undefined;
    }
    default:
      return readScalar(shape.type, values.get(prefix), prefix);
  }
}

function readScalar(type: string, text: string | undefined, name: string): unknown {
  if (text === undefined) return undefined;
  switch (type) {
    case "integer":
    case "long":
    case "float":
    case "double": {
      const number = Number(text);
      if (text.trim() === "" || Number.isNaN(number)) throw new AwsError("MalformedInput", `${name}: '${text}' is not a number`);
      return number;
    }
    case "boolean":
      return text === "true";
    case "blob":
      return new Uint8Array(Buffer.from(text, "base64"));
    case "timestamp":
      return readTimestamp(text);
    default:
      return text;
  }
}

/** The keys `<prefix>1`, `<prefix>2`, ... that occur, in the order of their numbers. */
function numbered(values: Map<string, string>, prefixes: string[]): string[] {
  for (const prefix of prefixes) {
    const numbers = new Set<number>();
    for (const key of values.keys()) {
      if (!key.startsWith(prefix)) continue;
      const match = /^(\d+)(?:\.|$)/.exec(key.slice(prefix.length));
      if (match) numbers.add(Number(match[1]));
    }
    if (numbers.size > 0) return [...numbers].sort((left, right) => left - right).map((number) => `${prefix}${number}`);
  }
  return [];
}

function writeMembers(model: Model, ref: ShapeRef, value: Record<string, unknown>): string {
  return Object.entries(shapeOf(model, ref).members ?? {})
    .map(([name, member]) => writeNamed(model, member, member.locationName ?? name, value[name]))
    .join("");
}

function writeNamed(model: Model, ref: ShapeRef, name: string, value: unknown): string {
  if (value === undefined || value === null) return "";
  const shape = shapeOf(model, ref);
  const alias = sqsQueryNames[ref.shape];
  switch (shape.type) {
    case "structure":
      return `<${name}>${writeMembers(model, ref, value as Record<string, unknown>)}</${name}>`;
    case "list": {
      const itemName = alias?.item ?? (shape.flattened ? name : "member");
      const items = (value as unknown[]).map((item) => writeNamed(model, memberOf(shape), itemName, item)).join("");
      return shape.flattened ? items : `<${name}>${items}</${name}>`;
    }
    case "map": {
      const itemName = alias?.item ?? (shape.flattened ? name : "entry");
      const items = Object.entries(value as Record<string, unknown>)
        .map(
          ([key, item]) =>
            `<${itemName}><${alias?.key ?? "key"}>${escapeXml(key)}</${alias?.key ?? "key"}>${writeNamed(model, mapValueOf(shape), alias?.value ?? "value", item)}</${itemName}>`,
        )
        .join("");
      return shape.flattened ? items : `<${name}>${items}</${name}>`;
    }
    case "timestamp":
      return `<${name}>${(value as Date).toISOString().replace(/\.000Z$/, "Z")}</${name}>`;
    case "blob":
      return `<${name}>${Buffer.from(value as Uint8Array).toString("base64")}</${name}>`;
    default:
      return `<${name}>${escapeXml(String(value))}</${name}>`;
  }
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "\r": "&#xD;" };

function escapeXml(text: string): string {
  return (
    text
      .replace(/[&<>"'\r]/g, (character) => entities[character] ?? character)
      // XML 1.0 has no way to write other control characters.
      .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
  );
}
