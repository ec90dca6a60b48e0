import type { Outcome } from "@/components/shell/outcome";
import { requireActor } from "@/lib/auth/require-actor";
import { asOurs } from "@/lib/db/as-ours";
import type { Actor } from "@/lib/domain/actor";
import { BelfryError } from "@/lib/domain/errors";

/** How a server action calls a verb: our words come back as sentences, so that the form can keep what was typed. */
export async function act<Value>(verb: (actor: Actor) => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { ok: true, value: await verb(await requireActor()) };
  } catch (error) {
    const ours = error instanceof BelfryError ? error : asOurs(error);
    if (ours instanceof BelfryError) return { ok: false, word: ours.word, sentence: ours.sentence, faults: ours.faults };
    console.error(error);
    return {
      ok: false,
      word: "unavailable",
      sentence: "Belfry could not do this: the reason is in the web server's log. Nothing was changed.",
      faults: [],
    };
  }
}
