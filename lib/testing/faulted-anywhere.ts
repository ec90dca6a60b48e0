import { type FaultOrder, internalError, throttlingError } from "@/lib/sandbox/faults";
import type { ServiceName } from "@/lib/sandbox/service";
import type { Round } from "@/lib/worker/driver";
import { Lifeline } from "./lifeline";
import { openStage, type Scenario, type Stage, without } from "./stage";

/** What AWS did to which operation, and the state that it came to where that is not the state without it. */
type FaultHarm = { fault: string; missing: string[]; tooMuch: string[] };

type Fault = Omit<FaultOrder, "service" | "operation">;

/** The round waits so long for an answer, and no longer. */
const answerWithinMs = 150;
/** More often than a round calls anything. */
const always = 1000;

/** What AWS does to calls. The SDK gets over some of it by itself, and then the round does not see it. */
const faults: Record<string, (service: ServiceName) => Fault> = {
  throttled: (service) => ({ times: 2, error: throttlingError(service) }),
  "answered with 500": (service) => ({ times: always, error: internalError(service) }),
  denied: (service) => ({
    times: always,
    error: { code: "AccessDeniedException", message: "Belfry is not authorized to do this.", status: service === "scheduler" ? 403 : 400 },
  }),
  "done, and its answer lost": () => ({ times: 1, actFirst: true, dropConnection: true }),
  "done, and its answer lost each time": () => ({ times: always, actFirst: true, dropConnection: true }),
  // It waits as long as somebody waits for it, and is done then.
  "done too late": () => ({ times: always, delayMs: 60_000 }),
};

/** The operations of AWS (`service.Operation`) that a round calls when nothing goes wrong. */
export async function operationsOf(round: Round, scenario: Scenario): Promise<string[]> {
  const stage = await openStage(round, scenario);
  try {
    return await goUndisturbed(stage);
  } finally {
    await stage.close();
  }
}

async function goUndisturbed(stage: Stage): Promise<string[]> {
  const life = new Lifeline(null);
  const thrown = await stage.live(life);
  if (thrown) throw thrown;
  return [...new Set(life.calls.filter((call) => /^[a-z]+\.[A-Z]\w+$/.test(call)))];
}

/**
 * Goes a round undisturbed and notes which operations of AWS it calls. Then, for each of them, lets AWS do each thing to it that
 * AWS does to calls, lets fresh processes go the round again when that is over, and compares
 * what is in the database and in AWS with what the undisturbed round left.
 */
export async function faultAnywhere(round: Round, scenario: Scenario): Promise<FaultHarm[]> {
  const stage = await openStage(round, scenario);
  const { world } = stage.ground;
  try {
    const operations = await goUndisturbed(stage);
    await scenario.check(stage.ground);
    await stage.finish();
    const wanted = await stage.describe();
    const harms: FaultHarm[] = [];
    for (const name of operations) {
      const [service, operation] = name.split(".") as [ServiceName, string];
      for (const [kind, fault] of Object.entries(faults)) {
        await stage.anew();
        world.faults.order({ service, operation, ...fault(service) });
        await stage.live(new Lifeline(null), { answerWithinMs });
        world.faults.clear();
        await stage.finish();
        const ofRefused = kind === "denied" ? scenario.refused?.[name] : undefined;
        if (ofRefused) {
          await ofRefused(stage.ground);
          continue;
        }
        const state = await stage.describe();
        const harm = { missing: without(wanted, state), tooMuch: without(state, wanted) };
        if (harm.missing.length + harm.tooMuch.length > 0) harms.push({ fault: `${name} ${kind}`, ...harm });
      }
    }
    return harms;
  } finally {
    await stage.close();
  }
}
