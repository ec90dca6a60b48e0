import { type Actor, type Right, requireMay } from "@/lib/domain/actor";
import { BelfryError } from "@/lib/domain/errors";

/** Why this person may not, in the words that the verb would use; null for who may. */
export function reasonNotTo(actor: Actor, right: Right): string | null {
  try {
    requireMay(actor, right);
    return null;
  } catch (error) {
    if (error instanceof BelfryError) return error.sentence;
    throw error;
  }
}
