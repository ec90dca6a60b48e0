import { AwsError } from "../service";
import { type Model, type Shape, type ShapeRef, shapeOf } from "./model";

/** Reads a JSON value as the model says: dates become Date, blobs Uint8Array, unknown members are dropped as AWS drops them. Throws SerializationException. */
export function readJson(model: Model, ref: ShapeRef, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  const shape = shapeOf(model, ref);
  switch (shape.type) {
    case "structure": {
      const source = objectOf(value);
      const result: Record<string, unknown> = {};
      for (const [name, member] of Object.entries(shape.members ?? {})) {
        const read = readJson(model, member, source[member.locationName ?? name]);
        if (read !== undefined) result[name] = read;
      }
      return result;
    }
    case "list": {
      if (!Array.isArray(value)) throw mismatch(value, "a list");
      const member = memberOf(shape);
      return value.map((item) => readJson(model, member, item)).filter((item) => item !== undefined);
    }
    case "map": {
      const valueRef = mapValueOf(shape);
      const result: Record<string, unknown> = {};
      for (const [key, item] of Object.entries(objectOf(value))) {
        const read = readJson(model, valueRef, item);
        if (read !== undefined) result[key] = read;
      }
      return result;
    }
    case "string":
      if (typeof value !== "string") throw mismatch(value, "a String");
      return value;
    case "integer":
    case "long":
      if (typeof value !== "number") throw mismatch(value, shape.type === "long" ? "a Long" : "an Integer");
      return Math.trunc(value);
    case "float":
    case "double":
      if (typeof value !== "number") throw mismatch(value, "a Double");
      return value;
    case "boolean":
      if (typeof value !== "boolean") throw mismatch(value, "a Boolean");
      return value;
    case "blob":
      if (typeof value !== "string") throw mismatch(value, "a ByteBuffer");
      return new Uint8Array(Buffer.from(value, "base64"));
    case "timestamp":
      return readTimestamp(value);
  }
}

/** Writes a value as the model says: only modelled members, dates as epoch seconds with a fraction, blobs as base64. */
export function writeJson(model: Model, ref: ShapeRef, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  const shape = shapeOf(model, ref);
  switch (shape.type) {
    case "structure": {
      const source = value as Record<string, unknown>;
      const result: Record<string, unknown> = {};
      for (const [name, member] of Object.entries(shape.members ?? {})) {
        const written = writeJson(model, member, source[name]);
        if (written !== undefined) result[member.locationName ?? name] = written;
      }
      return result;
    }
    case "list": {
      const member = memberOf(shape);
      return (value as unknown[]).map((item) => writeJson(model, member, item));
    }
    case "map": {
      const valueRef = mapValueOf(shape);
      return Object.fromEntries(
        Object.entries(value as Record<string, unknown>).map(([key, item]) => [key, writeJson(model, valueRef, item)]),
      );
    }
    case "blob":
      return Buffer.from(value as Uint8Array).toString("base64");
    case "timestamp":
      return (value as Date).getTime() / 1000;
    default:
      return value;
  }
}

/** The error that AWS answers for a body it cannot read at all or whose types are wrong. */
export function serializationError(message: string): AwsError {
  return new AwsError("SerializationException", message);
}

/** Reads a moment: epoch seconds with a fraction, or ISO 8601 text. Throws SerializationException. */
export function readTimestamp(value: unknown): Date {
  const seconds =
    typeof value === "number" ? value : typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
  const date = seconds === undefined ? new Date(typeof value === "string" ? value : Number.NaN) : new Date(Math.round(seconds * 1000));
  if (Number.isNaN(date.getTime())) throw mismatch(value, "a Timestamp");
  return date;
}

/** What the items of a list are. */
export function memberOf(shape: Shape): ShapeRef {
  if (!shape.member) throw new Error("The model has a list without a member.");
  return shape.member;
}

/** What the values of a map are. */
export function mapValueOf(shape: Shape): ShapeRef {
  if (!shape.value) throw new Error("The model has a map without a value.");
  return shape.value;
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw mismatch(value, "a structure or map");
  return value as Record<string, unknown>;
}

function mismatch(value: unknown, wanted: string): AwsError {
  const kind = Array.isArray(value)
    ? "START_ARRAY"
    : typeof value === "object"
      ? "START_OBJECT"
      : typeof value === "string"
        ? "STRING_VALUE"
        : typeof value === "number"
          ? "NUMBER_VALUE"
          : `${String(value).toUpperCase()}_VALUE`;
  return serializationError(`${kind} can not be converted to ${wanted}`);
}
