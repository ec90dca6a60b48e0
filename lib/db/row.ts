import { Prisma } from "./generated/client";

/** A row of a raw query with the names that the schema gives its columns: due_at becomes dueAt. */
export function fromRaw<Row>(raw: Record<string, unknown>): Row {
  return Object.fromEntries(Object.entries(raw).map(([column, value]) => [camel(column), value])) as Row;
}

const known = new Map<string, string>();

function camel(column: string): string {
  let name = known.get(column);
  if (name === undefined) {
    name = column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    known.set(column, name);
  }
  return name;
}

/** A value for a JSON column that may be empty. */
export function toJson(value: object | null | undefined): Prisma.InputJsonValue | typeof Prisma.DbNull {
  return value === null || value === undefined ? Prisma.DbNull : (JSON.parse(toDocument(value)) as Prisma.InputJsonValue);
}

/** A text that Postgres can keep or compare with: a � stands for NUL and for half a character, which it refuses. */
export function keepable(text: string): string {
  return text.replaceAll("\u0000", "\ufffd").toWellFormed();
}

/**
 * A document for a jsonb parameter: rows for `jsonb_to_recordset`, so that one statement writes them all whatever their
 * number. Logs and AWS's words may carry what Postgres cannot keep.
 */
export function toDocument(value: object): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === "string" ? keepable(part) : part));
}

/** How many rows a list gives at most, whatever was asked for. */
export function boundedLimit(limit: number, most: number): number {
  return Number.isFinite(limit) ? Math.min(Math.max(1, Math.floor(limit)), most) : most;
}
