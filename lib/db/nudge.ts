import pg from "pg";
import { readAddress } from "./address";
import type { Db } from "./client";

/**
 * What a nudge can be about. A nudge only says "look now": what there is to do stands in the rows, so that a lost one
 * costs the wait until the next round and nothing else.
 */
export const topics = ["reconcile-jobs", "reconcile-runs", "ingest", "run-changed"] as const;
export type Topic = (typeof topics)[number];

/** Tells whoever listens, when the transaction commits. `subject` may name a row; Postgres merges equal ones. */
export async function nudge(tx: Db, topic: Topic, subject = ""): Promise<void> {
  await tx.$executeRaw`select pg_notify(${topic}, ${subject})`;
}

export type Listening = {
  /** Settled once it listens for the first time. */
  ready: Promise<void>;
  close(): Promise<void>;
};

/**
 * Listens on a connection of its own, and makes a new one when that is lost (after 0.1 s, then longer, 5 s at most).
 * Nudges of the time between are gone: after each new connection `onTopic` is called for every topic with an empty
 * subject, which means "look again".
 */
export function listen(
  url: string,
  onTopic: (topic: Topic, subject: string) => void,
  onLost: (error: unknown) => void = () => {},
): Listening {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let failures = 0;
  let heardBefore = false;
  let settle = () => {};
  const ready = new Promise<void>((resolve) => {
    settle = resolve;
  });

  const again = (lost: pg.Client, error: unknown) => {
    if (closed || client !== lost) return;
    client = undefined;
    lost.removeAllListeners("notification");
    lost.end().catch(() => {}); // it is gone already
    onLost(error);
    timer = setTimeout(connect, Math.min(5000, 100 * 2 ** failures++));
  };

  const connect = () => {
    const { connection } = readAddress(url);
    const next = new pg.Client({ ...connection, application_name: "belfry-listen" });
    client = next;
    next.on("error", (error) => again(next, error));
    next.on("end", () => again(next, new Error("The connection was closed.")));
    next.on("notification", ({ channel, payload }) => {
      const topic = topics.find((candidate) => candidate === channel);
      if (topic) onTopic(topic, payload ?? "");
    });
    next
      .connect()
      .then(() => next.query(topics.map((topic) => `listen "${topic}"`).join("; ")))
      .then(() => {
        if (closed || client !== next) return;
        failures = 0;
        if (heardBefore) for (const topic of topics) onTopic(topic, "");
        heardBefore = true;
        settle();
      })
      .catch((error) => again(next, error));
  };

  connect();
  return {
    ready,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      settle();
      await client?.end().catch(() => {});
    },
  };
}
