import { Invalid } from "@/lib/domain/errors";

/** Where a page ends: the sort key of its last row, wrapped so that it fits into an address. */
export function writeCursor(key: readonly [string, string]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** Reads a cursor that `writeCursor` made. Throws Invalid for anything else. */
export function readCursor(cursor: string): [string, string] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(key) && key.length === 2 && key.every((part) => typeof part === "string" && !part.includes("\u0000")))
      return [key[0], key[1]];
  } catch {
    // Not ours: said below.
  }
  return refuse();
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text can be compared with a uuid column; Postgres refuses the whole query otherwise. */
export const isUuid = (text: string): boolean => uuid.test(text);

/** The key of lists in the order of time. */
export function writeTimeCursor(at: Date, id: string): string {
  return writeCursor([at.toISOString(), id]);
}

/** Reads a cursor that `writeTimeCursor` made. Throws Invalid for anything else. */
export function readTimeCursor(cursor: string): { at: Date; id: string } {
  const [moment, id] = readCursor(cursor);
  return isUuid(id) ? { at: readMoment(moment), id } : refuse();
}

/** A moment that stands in a cursor. Throws Invalid for what is none. */
export function readMoment(text: string): Date {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? refuse() : at;
}

const refuse = (): never => {
  throw new Invalid([{ field: "cursor", sentence: "The page mark is not one that Belfry gave: start from the first page." }]);
};
