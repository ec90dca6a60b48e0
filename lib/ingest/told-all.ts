import { writeLook } from "@/lib/db/looks";
import type { Deps } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";

type Told = {
  deps: Deps;
  environment: Environment;
  source: "events" | "dead-letters";
  url: string;
  /** When the look began that found nothing more; of a queue that is never empty, when the oldest of what it gave was sent. */
  at: Date;
};

/**
 * Notes that a queue had told all at a moment. An answer without messages does not say so by itself: SQS may have some in
 * another worker's hands, or in those of one that was killed, and they come again later.
 */
export async function noteToldAll({ deps, environment, source, url, at }: Told): Promise<boolean> {
  const { messages, retentionSeconds } = await deps.aws(environment).queue.depth(url);
  if (messages > 0) return false;
  await writeLook(deps.db, { environmentId: environment.id, source, lookedAt: at, memorySeconds: retentionSeconds });
  return true;
}

/** SQS hands out in about the order of sending; what a killed worker had in its hands comes again within some visibility times. */
const disorderMs = 5 * 60_000;

/** The same for a queue that is never empty: what was sent well before the messages that it gives now was told. */
export async function noteToldBefore({ deps, environment, source, url, at }: Told): Promise<void> {
  const { retentionSeconds } = await deps.aws(environment).queue.depth(url);
  const lookedAt = new Date(at.getTime() - disorderMs);
  await writeLook(deps.db, { environmentId: environment.id, source, lookedAt, memorySeconds: retentionSeconds });
}
