import type { Round } from "@/lib/worker/driver";
import { Lifeline } from "./lifeline";
import { openStage, type Scenario, without } from "./stage";

/** A position at which the process died and the state that it came to, where that is not the state of the undisturbed run. */
export type Harm = { death: string; missing: string[]; tooMuch: string[] };

/**
 * Goes a round undisturbed and counts its calls. Then, for each call, lets a process that goes the same round from the same
 * beginning die before and after it, lets fresh processes go the round again, and compares what is in the database and in
 * AWS with what the undisturbed process and the same fresh ones left.
 */
export async function killAnywhere(round: Round, scenario: Scenario): Promise<{ calls: string[]; harms: Harm[] }> {
  const stage = await openStage(round, scenario);
  try {
    const undisturbed = new Lifeline(null);
    const thrown = await stage.live(undisturbed);
    if (thrown) throw thrown;
    const { calls } = undisturbed;
    await scenario.check(stage.ground);
    await stage.finish();
    const wanted = await stage.describe();
    const harms: Harm[] = [];
    for (let at = 1; at <= calls.length; at++)
      for (const kind of ["before", "after"] as const) {
        await stage.anew();
        const life = new Lifeline({ at, kind });
        const error = await stage.live(life);
        if (error) throw error;
        await stage.finish();
        const state = await stage.describe();
        const harm = { missing: without(wanted, state), tooMuch: without(state, wanted) };
        if (harm.missing.length + harm.tooMuch.length > 0) harms.push({ death: `${kind} call ${at}: ${life.calls[at - 1]}`, ...harm });
      }
    return { calls, harms };
  } finally {
    await stage.close();
  }
}
