/**
 * The answers that do not end by themselves. Next's server waits for every open answer before it exits, so somebody has
 * to end them when the process is asked to go: it hung for good on one open log before.
 */
const kept = globalThis as typeof globalThis & { belfryOpenStreams?: Set<() => void> };
kept.belfryOpenStreams ??= new Set();
const closers = kept.belfryOpenStreams;

/** Remembers how to end an answer; gives back how to forget it. */
export function trackStream(close: () => void): () => void {
  closers.add(close);
  return () => closers.delete(close);
}

/** Ends them all, each with a word to its reader. */
export function closeOpenStreams(): void {
  for (const close of [...closers]) close();
}
