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
  return value === null || value === undefined ? Prisma.DbNull : (value as Prisma.InputJsonValue);
}

/** Rows as one document, for `jsonb_to_recordset`: one statement writes them all, whatever their number. */
export function toDocument(rows: readonly object[]): string {
  return JSON.stringify(rows);
}

/** How many rows a list gives at most, whatever was asked for. */
export function boundedLimit(limit: number | undefined, standard: number, most: number): number {
  if (limit === undefined || !Number.isFinite(limit)) return standard;
  return Math.min(Math.max(1, Math.floor(limit)), most);
}
