import type { AwsError } from "../service";
import { type Answer, errorMembers } from "./answer";
import { parsedBody } from "./aws-json";
import { memberOf, readJson, readTimestamp, serializationError, writeJson } from "./json";
import { type Model, type ShapeRef, shapeOf } from "./model";

/** The operation that a method and path name, with the values of the path's labels. */
export function routeOf(model: Model, method: string, path: string): { operation: string; labels: Record<string, string> } | undefined {
  const segments = path.split("/").filter((segment) => segment !== "");
  for (const [operation, { http }] of Object.entries(model.operations)) {
    if (http.method !== method) continue;
    const pattern = http.requestUri.split("/").filter((segment) => segment !== "");
    if (pattern.length !== segments.length) continue;
    const labels: Record<string, string> = {};
    const fits = pattern.every((part, index) => {
      const segment = segments[index] ?? "";
      if (!part.startsWith("{")) return part === segment;
      labels[part.slice(1, -1)] = decodedSegment(segment);
      return true;
    });
    if (fits) return { operation, labels };
  }
  return undefined;
}

/** Reads a REST-JSON request: members from the path, the query string and the body. Throws SerializationException. */
export function readRestJson(
  model: Model,
  operation: string,
  request: { labels: Record<string, string>; query: URLSearchParams; headers: Record<string, string | undefined>; body: string },
): unknown {
  const input = model.operations[operation]?.input;
  if (!input) return {};
  const shape = shapeOf(model, input);
  const members = Object.entries(shape.members ?? {});
  const inBody = members.some(([, member]) => !member.location);
  const result = inBody ? (readJson(model, input, parsedBody(request.body)) as Record<string, unknown>) : {};
  for (const [name, member] of members) {
    if (!member.location) continue;
    const wireName = member.locationName ?? name;
    delete result[name];
    if (member.location === "uri") result[name] = textValue(model, member, request.labels[wireName]);
    else if (member.location === "header") result[name] = textValue(model, member, request.headers[wireName.toLowerCase()]);
    else if (member.location === "querystring") {
      const memberShape = shapeOf(model, member);
      const values = request.query.getAll(wireName);
      if (memberShape.type === "list") {
        if (values.length > 0) result[name] = values.map((value) => textValue(model, memberOf(memberShape), value));
      } else result[name] = textValue(model, member, values[0]);
    }
    if (result[name] === undefined) delete result[name];
  }
  return result;
}

/** Writes a REST-JSON answer. */
export function writeRestJson(model: Model, operation: string, output: unknown): Answer {
  const described = model.operations[operation];
  const shape = described?.output;
  return {
    status: described?.http.responseCode ?? 200,
    headers: { "content-type": "application/json" },
    body: shape ? JSON.stringify(writeJson(model, shape, output ?? {})) : "",
  };
}

/** Writes a REST-JSON error: the type in `x-amzn-errortype`, the body `{"Message": ...}`. */
export function writeRestJsonError(model: Model | undefined, error: AwsError): Answer {
  return {
    status: error.status,
    headers: { "content-type": "application/json", "x-amzn-errortype": error.code },
    body: JSON.stringify(errorMembers(model, error, "Message")),
  };
}

function textValue(model: Model, ref: ShapeRef, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  const shape = shapeOf(model, ref);
  switch (shape.type) {
    case "integer":
    case "long":
      if (!/^-?\d+$/.test(text)) throw serializationError(`'${text}' can not be converted to an Integer`);
      return Number(text);
    case "boolean":
      return text === "true";
    case "timestamp":
      return readTimestamp(text);
    default:
      return text;
  }
}

/** A percent sign that encodes nothing stays as it is: the pattern of the name then refuses it, as AWS does. */
function decodedSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
