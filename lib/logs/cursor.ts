/**
 * A place in a log stream: skip so many lines of the page that follows the token; the next line is number `next`.
 * CloudWatch's events have no id, so a place is a token and a count, never a content (Logs API, GetLogEvents).
 */
export type LogPlace = { token: string | null; skip: number; next: number };

export const beginning: LogPlace = { token: null, skip: 0, next: 1 };

/** A place as a text that a browser may keep and hand back: an event's id, a header, a search parameter. */
export function formatCursor({ token, skip, next }: LogPlace): string {
  return `${next}.${skip}.${token ?? ""}`;
}

/** The place that a text names; the beginning where it names none. It comes from outside: a token that AWS does not know is dealt with on reading. */
export function parseCursor(text: string | null | undefined): LogPlace {
  const read = /^(?<next>[1-9]\d{0,11})\.(?<skip>\d{1,12})\.(?<token>[!-~]{0,512})$/.exec(text ?? "")?.groups;
  if (!read) return beginning;
  const place = { token: read.token || null, skip: Number(read.skip), next: Number(read.next) };
  return place.token === null && place.skip >= place.next ? beginning : place;
}

/** The same line, counted from the beginning of the stream: the way on when CloudWatch no longer knows the token (after 24 h). */
export function fromBeginning({ next }: LogPlace): LogPlace {
  return { token: null, skip: next - 1, next };
}
