import type { World } from "../service";

/** Who waits for a message, per world. Not state: a wait ends with its request. */
const waiting = new WeakMap<World, Set<() => void>>();

const receiversOf = (world: World): Set<() => void> => {
  const known = waiting.get(world) ?? new Set<() => void>();
  waiting.set(world, known);
  return known;
};

/** Lets every waiting receive look again. */
export function wakeReceivers(world: World): void {
  for (const wake of [...receiversOf(world)]) wake();
}

/**
 * Looks again and again until `look` finds something. Ends without it after `waitMs` of real time, when the caller has
 * gone or the sandbox leaves (`signal`).
 */
export async function waitFor<Found>(
  world: World,
  look: () => Found | null,
  { waitMs, signal }: { waitMs: number; signal: AbortSignal },
): Promise<Found | null> {
  const endsAt = Date.now() + waitMs;
  for (;;) {
    // Whoever has gone must not take a message with him.
    if (signal.aborted) return null;
    const found = look();
    const leftMs = endsAt - Date.now();
    if (found !== null || leftMs <= 0) return found;
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        receiversOf(world).delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, leftMs);
      receiversOf(world).add(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
  }
}
