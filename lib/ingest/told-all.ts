import { writeLook } from "@/lib/db/looks";
import type { Deps } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";

type Told = {
  deps: Deps;
  environment: Environment;
  source: "events" | "dead-letters";
  url: string;
  /** When the look began that found nothing more. */
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
