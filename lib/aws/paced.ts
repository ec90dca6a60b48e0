import { setTimeout as pause } from "node:timers/promises";
import { buckets } from "./buckets";
import { HeldBack, isThrottled, Unanswered, wordsOf } from "./errors";
import { Pace } from "./pace";

/** What of the SDK's clients this needs; each of them has it. */
type Paceable = {
  middlewareStack: {
    add(
      // biome-ignore lint/suspicious/noExplicitAny: the SDK types the stack of each client by all of its commands
      middleware: any,
      options: { step: "finalizeRequest"; priority: "low"; name: string },
    ): void;
  };
};

type Next = (args: unknown) => Promise<unknown>;

/** The words with which AWS threw a call back last, by bucket, and how fast each bucket is called. */
export class Paces {
  private readonly paces = new Map<string, { pace: Pace; words: { code: string; message: string } }>();

  /**
   * Makes every call of these clients wait for its turn. A call that AWS throttles, and one whose turn is too far, throws
   * HeldBack, one that it does not answer Unanswered, and the SDK does not try them again: whoever asked knows what else
   * there is to do meanwhile.
   */
  watch<Client extends Paceable>(client: Client): Client {
    const paced = (next: Next, context: { clientName?: string; commandName?: string }) => async (args: unknown) => {
      const bucket = buckets[`${context.clientName} ${context.commandName}`];
      if (!bucket) return next(args);
      const known = this.paces.get(bucket.name) ?? { pace: new Pace(bucket), words: { code: "", message: "" } };
      this.paces.set(bucket.name, known);
      const turn = known.pace.take(performance.now());
      if ("againInMs" in turn) throw new HeldBack(known.words, turn.againInMs);
      if (turn.waitMs > 0) await pause(turn.waitMs);
      try {
        return await next(args);
      } catch (error) {
        if (isUnanswered(error)) throw new Unanswered();
        if (!isThrottled(error)) throw error;
        known.words = wordsOf(error);
        known.pace.throttled(performance.now());
        throw new HeldBack(known.words, 0);
      }
    };
    client.middlewareStack.add(paced, { step: "finalizeRequest", priority: "low", name: "paced" });
    return client;
  }
}

/** Patience is over. The SDK gives a connection that broke the same name, and tries that again at once: AWS ends idle ones. */
function isUnanswered(error: unknown): boolean {
  return (
    error instanceof Error && error.name === "TimeoutError" && !["ECONNRESET", "EPIPE"].includes(String((error as { code?: unknown }).code))
  );
}
