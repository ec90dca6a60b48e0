import type { QueueMessage } from "@/lib/aws/queue";
import { setAside } from "@/lib/db/set-aside";
import type { Deps } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";
import { toSetAside } from "./dead-letter";
import { recordTask } from "./record-task";
import { parseTaskEvent } from "./task-event";
import { noteToldAll } from "./told-all";

/** What a round of the event queue came to, in messages. */
export type IntakeReport = {
  received: number;
  /** Changed a run. */
  recorded: number;
  /** Told nothing new: older, or told before. */
  known: number;
  /** Of foreign tasks and other kinds. */
  ignored: number;
  /** Could not be read: kept aside for people to look at, and removed. */
  unreadable: number;
  /** Not written; they come again. */
  failed: number;
};

type IntakeRequest = {
  deps: Deps;
  environment: Environment;
  signal?: AbortSignal;
  /** How long the first look waits for a message; SQS takes 20 at most. */
  waitSeconds?: number;
  /** A round that always finds more ends after so many looks, so that it is reported. */
  mostLooks?: number;
};

const readers = 4;

/**
 * Takes events from the queue into the history until the queue is empty. A message is removed only after its row is
 * written: whatever happens between, it comes again, and telling twice changes nothing. One that cannot be read is kept aside
 * whole and holds up nobody. Once the queue is empty, it is noted until when it has told all.
 * Throws when nothing of a look could be written: Postgres is away then, and going on would only wear the messages out.
 */
export async function intake({ deps, environment, signal, waitSeconds = 20, mostLooks = 500 }: IntakeRequest): Promise<IntakeReport> {
  const report: IntakeReport = { received: 0, recorded: 0, known: 0, ignored: 0, unreadable: 0, failed: 0 };
  const { queue } = deps.aws(environment);
  let looks = 0;

  let emptyAt = null as Date | null;

  async function look(wait: number): Promise<number> {
    looks++;
    const at = deps.clock.now();
    const messages = await queue.receive(environment.eventQueueUrl, wait, signal);
    if (messages.length === 0) {
      emptyAt ??= at;
      return 0;
    }
    report.received += messages.length;
    const outcomes = await Promise.allSettled(messages.map((message) => take(deps, environment, message)));
    const done: string[] = [];
    let firstError: unknown;
    outcomes.forEach((outcome, index) => {
      const message = messages[index];
      if (!message) return;
      if (outcome.status === "rejected") {
        report.failed++;
        firstError ??= outcome.reason;
        deps.log.warn({ messageId: message.id, error: String(outcome.reason) }, "An event could not be written; it comes again.");
        return;
      }
      report[outcome.value]++;
      done.push(message.handle);
    });
    await queue.remove(environment.eventQueueUrl, done);
    if (done.length === 0 && firstError !== undefined) throw firstError;
    return messages.length;
  }

  /** Looks until there is nothing, or the round is long enough. */
  async function drain(): Promise<void> {
    while (looks < mostLooks && !signal?.aborted && (await look(0)) > 0);
  }

  try {
    const first = await look(waitSeconds);
    // A full look means that more is waiting; one reader is enough for what trickles in.
    if (first > 0) await Promise.all(Array.from({ length: first === 10 ? readers : 1 }, drain));
    if (emptyAt && report.failed === 0)
      await noteToldAll({ deps, environment, source: "events", url: environment.eventQueueUrl, at: emptyAt });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
  return report;
}

async function take(deps: Deps, environment: Environment, message: QueueMessage): Promise<"recorded" | "known" | "ignored" | "unreadable"> {
  const event = parseTaskEvent(message.body);
  if ("unreadable" in event) {
    deps.log.error({ messageId: message.id, reason: event.unreadable }, "An event cannot be read; it is kept aside.");
    await setAside(deps.db, [toSetAside(environment, "events", message, { reason: event.unreadable, at: deps.clock.now() })]);
    return "unreadable";
  }
  if ("uninteresting" in event) return "ignored";
  const outcome = await recordTask(deps, environment, event.task, {
    source: "event",
    seenAt: event.at ?? message.sentAt ?? deps.clock.now(),
  });
  if ("ignored" in outcome) return "ignored";
  return outcome.changed ? "recorded" : "known";
}
