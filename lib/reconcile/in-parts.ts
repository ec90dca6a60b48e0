import { setTimeout as pause } from "node:timers/promises";

/** How long nobody waits for an answer while there is something else to do, and since when none has come. */
export class Patience {
  private at = performance.now();

  constructor(readonly ms: number) {}

  noteAnswer(): void {
    this.at = performance.now();
  }

  /** What is left of it, in milliseconds; 0 where it is over. */
  get leftMs(): number {
    return Math.max(0, this.at + this.ms - performance.now());
  }
}

/**
 * Gives outcomes as they come: all in one part, unless some take long. Then what there is when patience is over is a part, and
 * the others come in parts of their own, so that nobody waits for them. No part is empty. The works may not fail.
 */
export async function* inParts<Outcome>(works: Promise<Outcome>[], patience: Patience): AsyncGenerator<Outcome[]> {
  let part: Outcome[] = [];
  patience.noteAnswer();
  const end = Promise.all(
    works.map(async (work) => {
      const outcome = await work;
      part.push(outcome);
      patience.noteAnswer();
    }),
  ).then(() => "end" as const);
  for (let isEnded = false; !isEnded; ) {
    const leaving = new AbortController();
    const idle = pause(patience.leftMs || patience.ms, "idle" as const, { signal: leaving.signal }).catch(() => "idle" as const);
    isEnded = (await Promise.race([end, idle])) === "end";
    leaving.abort();
    if (part.length === 0 || (!isEnded && patience.leftMs > 0)) continue;
    const outcomes = part;
    part = [];
    yield outcomes;
  }
}

/**
 * Waits for something, but not while somebody waits for the next round and patience is over. Null then; what was waited for
 * goes on by itself.
 */
export async function unlessWanted<Outcome>(
  work: Promise<Outcome>,
  wanted: AbortSignal | undefined,
  patience: Patience,
): Promise<Outcome | null> {
  if (!wanted) return work;
  const done = new AbortController();
  const givenUp = async () => {
    if (!wanted.aborted) await new Promise((resolve) => wanted.addEventListener("abort", resolve, { once: true, signal: done.signal }));
    while (patience.leftMs > 0) await pause(patience.leftMs, undefined, { signal: done.signal });
    return null;
  };
  try {
    return await Promise.race([work, givenUp().catch(() => work)]);
  } finally {
    done.abort();
  }
}
