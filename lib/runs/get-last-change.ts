import { database } from "@/lib/db/client";
import { lastChange } from "@/lib/db/last-change";
import { type Actor, requireMay } from "@/lib/domain/actor";

/** For pages that ask whether they are still true: another word than before says that a run has changed since. */
export async function getLastChange({ actor }: { actor: Actor }): Promise<{ change: string | null }> {
  requireMay(actor, "read");
  return { change: await lastChange(database()) };
}
