import type { EventFilter } from "./events/publish";
import type { FaultOrder, OrderedFault } from "./faults";
import type { Settings } from "./service";
import type { RecentCall } from "./world";

export type SandboxControl = ReturnType<typeof sandboxControl>;

/** A client for the sandbox's control endpoint, for tests. Each function throws the sandbox's sentence where it refuses. */
export function sandboxControl(endpoint: string) {
  const ask = async <Result>(method: string, path: string, body?: object): Promise<Result> => {
    const response = await fetch(new URL(`/_sandbox/${path}`, endpoint), {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {}),
    });
    const answer = (await response.json()) as Result & { message?: string };
    if (!response.ok) throw new Error(answer.message ?? `The sandbox answered ${response.status}.`);
    return answer;
  };
  return {
    health: () => ask<{ status: string; accountId: string; now: string }>("GET", "health"),
    /** Forgets everything: state, faults, counts, a moved clock, changed settings. */
    reset: () => ask<object>("POST", "reset"),
    settings: () => ask<Settings>("GET", "settings"),
    changeSettings: (change: Partial<Settings>) => ask<Settings>("PUT", "settings", change),
    /** Fires a schedule now, whatever its state. */
    fire: (schedule: { scheduleName: string; groupName?: string; region?: string }) =>
      ask<{ executionId: string }>("POST", "fire", schedule),
    /** Pushes another image under a name and tag; `like` names the program that it behaves like from now on. */
    pushImage: (push: { image: string; like?: string; region?: string }) => ask<{ digest: string }>("POST", "images", push),
    now: async () => new Date((await ask<{ now: string }>("GET", "clock")).now),
    advanceClock: (advanceSeconds: number) => ask<{ now: string }>("POST", "clock", { advanceSeconds }),
    setClock: (at: Date) => ask<{ now: string }>("POST", "clock", { set: at.toISOString() }),
    resetClock: () => ask<{ now: string }>("POST", "clock", { reset: true }),
    orderFault: (order: Omit<FaultOrder, "times"> & { times?: number }) => ask<OrderedFault>("POST", "faults", order),
    faults: async () => (await ask<{ faults: OrderedFault[] }>("GET", "faults")).faults,
    forgetFaults: () => ask<object>("DELETE", "faults"),
    /** Calls over the wire since they were last forgotten, by `service.operation`. */
    calls: async () => (await ask<{ calls: Record<string, number> }>("GET", "calls")).calls,
    /** Calls from service to service, as of the Scheduler to ECS. */
    insideCalls: async () => (await ask<{ insideCalls: Record<string, number> }>("GET", "calls")).insideCalls,
    /** The latest calls over the wire, at least 1,000 if there were so many, the newest last, each with when it arrived. */
    recentCalls: async () => (await ask<{ recentCalls: RecentCall[] }>("GET", "recent-calls")).recentCalls,
    forgetCalls: () => ask<object>("DELETE", "calls"),
    /** Delivers recent events again, each once, at once; answers how many. */
    redeliverEvents: async (filter: EventFilter & { region?: string } = {}) =>
      (await ask<{ delivered: number }>("POST", "events", filter)).delivered,
  };
}
