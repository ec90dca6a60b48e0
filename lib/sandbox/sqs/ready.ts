import type { Queue, QueuedMessage } from "./state";

/**
 * Which messages a queue may be able to give, so that a receive does not look through all of them: with ten thousand waiting
 * that would take longer than AWS's whole answer. Made from the messages themselves, by the first who asks.
 */
type Ready = {
  /** Ids in the order in which they came; those before `head` were looked at. */
  ids: string[];
  head: number;
  /** Ids that were looked at: in somebody's hands, delayed, or gone by now. */
  hidden: string[];
};

const readyOf = new WeakMap<Queue, Ready>();
const mostLookedAt = 1000;

/** Has to be told of each message that is put into a queue. */
export function noteNew(queue: Queue, { id }: QueuedMessage): void {
  readyOf.get(queue)?.ids.push(id);
}

/** Up to `count` messages that are visible, which the caller hides or takes away; the ones that came back first. */
export function nextVisible(queue: Queue, count: number, now: number): QueuedMessage[] {
  const ready = readyOf.get(queue) ?? { ids: [...queue.messages.keys()], head: 0, hidden: [] };
  readyOf.set(queue, ready);
  const found: QueuedMessage[] = [];
  const hidden: string[] = [];
  const look = (id: string) => {
    const message = queue.messages.get(id);
    if (!message) return;
    hidden.push(id);
    if (message.visibleAt <= now && found.length < count) found.push(message);
  };
  for (const id of ready.hidden) look(id);
  for (; found.length < count && ready.head < ready.ids.length; ready.head += 1) look(ready.ids[ready.head] ?? "");
  if (ready.head > mostLookedAt) {
    ready.ids.splice(0, ready.head);
    ready.head = 0;
  }
  ready.hidden = hidden;
  return found;
}
