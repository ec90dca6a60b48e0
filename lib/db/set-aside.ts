import { newId } from "@/lib/domain/ids";
import type { Db } from "./client";
import { readTimeCursor, writeTimeCursor } from "./page-cursor";
import { boundedLimit, toDocument } from "./row";

/** A message of a queue that could not become a part of the history, kept whole for people to look at. */
export type SetAside = {
  id: string;
  environmentId: string;
  queue: "events" | "dead-letters";
  messageId: string;
  body: string;
  attributes: Record<string, string>;
  /** Why, a sentence. */
  reason: string;
  setAsideAt: Date;
};

/** Keeps messages aside; one that is kept already (it came again) is left as it is. */
export async function setAside(db: Db, messages: Omit<SetAside, "id">[]): Promise<void> {
  if (messages.length === 0) return;
  const rows = messages.map((message) => ({
    id: newId(message.setAsideAt),
    environment_id: message.environmentId,
    queue: message.queue,
    message_id: message.messageId,
    body: message.body,
    attributes: message.attributes,
    reason: message.reason,
    set_aside_at: message.setAsideAt,
  }));
  await db.$executeRaw`
    insert into set_aside_message (id, environment_id, queue, message_id, body, attributes, reason, set_aside_at)
    select * from jsonb_to_recordset(${toDocument(rows)}::jsonb) as m(
      id uuid, environment_id text, queue text, message_id text, body text, attributes jsonb, reason text, set_aside_at timestamptz)
    on conflict (environment_id, queue, message_id) do nothing`;
}

/** So much of a body is given to a list; a message may have a megabyte. */
const shownCharacters = 10_000;

/** `bodyLength` in characters: a list gives the body's first 10,000. */
export type SetAsideRow = SetAside & { bodyLength: number };

/** One page of what was set aside, the latest first, 50 at most, and how many there are. Throws Invalid for a cursor that is not ours. */
export async function listSetAside(
  db: Db,
  { cursor, limit: wanted }: { cursor?: string; limit: number },
): Promise<{ rows: SetAsideRow[]; nextCursor: string | null; total: number }> {
  const limit = boundedLimit(wanted, 50);
  const { at, id } = cursor ? readTimeCursor(cursor) : { at: null, id: null };
  const [found, total] = await Promise.all([
    db.$queryRaw<SetAsideRow[]>`
      select id::text as id, environment_id as "environmentId", queue, message_id as "messageId", left(body, ${shownCharacters}) as body,
        length(body) as "bodyLength", attributes, reason, set_aside_at as "setAsideAt"
      from set_aside_message
      where ${at}::timestamptz is null or (set_aside_at, id) < (${at}::timestamptz, ${id}::uuid)
      order by set_aside_at desc, id desc limit ${limit + 1}`,
    db.setAsideMessage.count(),
  ]);
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, nextCursor: found.length > limit && last ? writeTimeCursor(last.setAsideAt, last.id) : null, total };
}

/** Throws a message away that somebody has looked at; gives its reason back, or null when it is gone already. */
export async function deleteSetAside(db: Db, id: string): Promise<Pick<SetAside, "queue" | "messageId" | "reason"> | null> {
  const [row] = await db.$queryRaw<Pick<SetAside, "queue" | "messageId" | "reason">[]>`
    delete from set_aside_message where id::text = ${id} returning queue, message_id as "messageId", reason`;
  return row ?? null;
}
