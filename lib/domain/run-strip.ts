import type { RunState } from "./run";

/** One letter for each state; a new state does not compile until it has one. */
export const stripLetters: Record<RunState, string> = {
  requested: "q",
  starting: "a",
  running: "r",
  succeeded: "s",
  failed: "f",
  stopped: "x",
  skipped: "k",
  missed: "m",
  lost: "l",
};

/** As much of a run as a bar shows; null where the run never began. */
export type StripEntry = { state: RunState; seconds: number | null };

const states = new Map(Object.entries(stripLetters).map(([state, letter]) => [letter, state as RunState]));

/**
 * Reads the last runs of a job from their short form, newest first: parted by blanks, each a letter for its state and the
 * seconds that it took ("s41.3"), or "@" and the epoch second of its start while it goes on ("r@1763719200"), or nothing
 * where it never began ("m"). What is none of these is left out.
 */
export function readStrip(text: string, now: Date): StripEntry[] {
  return text.split(" ").flatMap((entry): StripEntry[] => {
    const state = states.get(entry.slice(0, 1));
    if (!state) return [];
    const since = entry.startsWith("@", 1);
    const number = entry.slice(since ? 2 : 1);
    if (!/^\d+(\.\d+)?$/.test(number)) return [{ state, seconds: null }];
    return [{ state, seconds: since ? Math.max(0, now.getTime() / 1000 - Number(number)) : Number(number) }];
  });
}
