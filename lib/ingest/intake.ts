import type { QueueMessage } from "@/lib/aws/queue";
import { setAside } from "@/lib/db/set-aside";
import type { Deps } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";
import { Unavailable } from "@/lib/domain/errors";
import { toSetAside } from "./dead-letter";
import { inLanes } from "./in-lanes";
import { recordTasks, type Sight } from "./record-task";
import { parseTaskEvent } from "./task-event";
import { noteToldAll, noteToldBefore } from "./told-all";

/** What a round of the event queue came to, in messages. */
export type IntakeReport = {
  received: number;
  /** Changed a run. */
  recorded: number;
  /** Told nothing new: older, or told before. */
  known: number;
  /** Of foreign tasks and other kinds. */
  ignored: number;
  /** Could not be read, or never be written: kept aside for people to look at, and removed. */
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

/** While much waits, so many looks go on side by side, each of so many calls at once: a call gives ten messages at most. */
const readers = 2;
const widestLook = 10;
const mostOfACall = 10;

/** What can never be written must not come for ever: until it is out of the way, the queue counts as not read to its end. */
const mostTries = 10;

type Taken = "recorded" | "known" | "ignored" | "unreadable";

/**
 * Takes events from the queue into the history until the queue is empty. A message is removed only after its row is
 * written: whatever happens between, it comes again, and telling twice changes nothing. One that cannot be read is kept aside
 * whole and holds up nobody. Once the queue is empty, it is noted until when it has told all.
 * Throws when nothing of a look could be written: Postgres is away then, and going on would only wear the messages out.
 */
export async function intake({ deps, environment, signal, waitSeconds = 20, mostLooks = 500 }: IntakeRequest): Promise<IntakeReport> {
  const report: IntakeReport = { received: 0, recorded: 0, known: 0, ignored: 0, unreadable: 0, failed: 0 };
  const { queue } = deps.aws(environment);
  const url = environment.eventQueueUrl;
  let looks = 0;
  let emptyAt = null as Date | null;
  let sentFrom = null as Date | null;

  async function look(waitSeconds: number, calls = 1): Promise<number> {
    looks++;
    const at = deps.clock.now();
    const messages = await receive(calls, () => queue.receive(url, waitSeconds, signal));
    if (messages.length === 0) {
      emptyAt ??= at;
      return 0;
    }
    report.received += messages.length;
    sentFrom = new Date(Math.min(...messages.map(({ sentAt }) => (sentAt ?? at).getTime())));
    const outcomes = await take(deps, environment, messages);
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
    await queue.remove(url, done);
    if (done.length === 0 && firstError !== undefined) throw firstError;
    return messages.length;
  }

  /** Looks until there is nothing, or the round is long enough; wider while each call comes back full. */
  async function drain(first: number): Promise<void> {
    for (let calls = first, found = Number.POSITIVE_INFINITY; found > 0 && looks < mostLooks && !signal?.aborted; ) {
      found = await look(0, calls);
      calls = Math.min(widestLook, Math.max(1, Math.ceil((2 * found) / mostOfACall)));
    }
  }

  try {
    const first = await look(waitSeconds);
    // A full look means that more is waiting; one reader is enough for what trickles in.
    if (first > 0) await Promise.all(Array.from({ length: first === mostOfACall ? readers : 1 }, () => drain(1)));
    if (emptyAt && report.failed === 0) await noteToldAll({ deps, environment, source: "events", url, at: emptyAt });
    else if (looks >= mostLooks && sentFrom && report.failed === 0)
      await noteToldBefore({ deps, environment, source: "events", url, at: sentFrom });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
  return report;
}

/** What several calls give together. Throws where none of them gave anything and one failed. */
async function receive(calls: number, call: () => Promise<QueueMessage[]>): Promise<QueueMessage[]> {
  const answers = await Promise.allSettled(Array.from({ length: calls }, call));
  const messages = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  const failed = answers.find((answer) => answer.status === "rejected");
  if (failed && messages.length === 0) throw failed.reason;
  return messages;
}

/** What became of each message, in their order. */
async function take(deps: Deps, environment: Environment, messages: QueueMessage[]): Promise<PromiseSettledResult<Taken>[]> {
  const outcomes: PromiseSettledResult<Taken>[] = messages.map(() => ({ status: "fulfilled", value: "ignored" }));
  const sights: { n: number; sight: Sight }[] = [];
  const unreadable: { n: number; reason: string }[] = [];
  messages.forEach((message, n) => {
    const event = parseTaskEvent(message.body);
    if ("unreadable" in event) unreadable.push({ n, reason: event.unreadable });
    if (!("task" in event)) return;
    const seenAt = event.at ?? message.sentAt ?? deps.clock.now();
    sights.push({ n, sight: { task: event.task, source: "event", seenAt } });
  });
  const recorded = await recordTasks(
    deps,
    environment,
    sights.map(({ sight }) => sight),
  );
  recorded.forEach((outcome, index) => {
    const n = sights[index]?.n ?? 0;
    const isPoison = outcome.status === "rejected" && !(outcome.reason instanceof Unavailable);
    if (isPoison && (messages[n]?.receiveCount ?? 0) >= mostTries)
      unreadable.push({ n, reason: `It could not be written ${mostTries} times: ${String(outcome.reason).slice(0, 300)}` });
    else if (outcome.status === "rejected") outcomes[n] = outcome;
    else if ("changed" in outcome.value) outcomes[n] = { status: "fulfilled", value: outcome.value.changed ? "recorded" : "known" };
  });
  const aside = await inLanes(unreadable, 4, ({ n, reason }) => keepAside(deps, environment, messages[n] as QueueMessage, reason));
  aside.forEach((outcome, index) => {
    outcomes[unreadable[index]?.n ?? 0] = outcome;
  });
  return outcomes;
}

async function keepAside(deps: Deps, environment: Environment, message: QueueMessage, reason: string): Promise<"unreadable"> {
  deps.log.error({ messageId: message.id, reason }, "An event is no part of the history; it is kept aside.");
  await setAside(deps.db, [toSetAside(environment, "events", message, { reason, at: deps.clock.now() })]);
  return "unreadable";
}
