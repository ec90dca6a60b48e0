import { isEnded, type Run } from "@/lib/domain/run";
import { containersOf } from "./choose-container";
import type { Hold } from "./log-copies";
import type { FillCopy, LogCopy, LogStanding, LogState } from "./log-copy";
import type { LogDeps } from "./log-deps";
import type { StoredLine } from "./log-file";
import { currentRun } from "./watch-run";

type Merging = {
  run: Run;
  deps: LogDeps;
  pollMs: number;
  /** CloudWatch shows a line so long after it was written: for so long a silent container may still have an earlier one. */
  slackMs: number;
  /** Joins the log of one container: it is read from there, so that a stream has one reader. */
  join: (container: string) => Hold;
};

/** One container's log: the lines at hand, and the number of the next one that is not. */
type Part = { name: string; number: number; lines: StoredLine[]; used: number; next: number };
type Source = { part: Part; copy: LogCopy };

const batchCharacters = 256 * 1024;

/**
 * The lines of all containers of a run in the order of their moments. One that CloudWatch shows later than the slack is put
 * in where it comes: numbers never change.
 */
export function fillByMerging({ run: known, deps, pollMs, slackMs, join }: Merging): FillCopy {
  const parts = new Map<string, Part>();
  let run = known;

  return async (merged, signal) => {
    const holds = new Map<string, Hold>();
    try {
      while (!merged.isOver) {
        signal.throwIfAborted();
        run = await currentRun(deps.db, run, pollMs);
        const sources: Source[] = [];
        // Until ECS has told of the containers, only the main one is known.
        for (const name of containersOf(run)) {
          const part = parts.get(name) ?? { name, number: merged.containers.push(name) - 1, lines: [], used: 0, next: 1 };
          parts.set(name, part);
          const hold = holds.get(name) ?? join(name);
          holds.set(name, hold);
          sources.push({ part, copy: hold.copy });
        }
        const seen = sources.map(({ copy }) => copy.version);
        const lines = await takeInOrder(sources, run.containers.length > 0 || isEnded(run) ? slackMs : Number.POSITIVE_INFINITY);
        await merged.add(lines);
        merged.failures = Math.max(...sources.map(({ copy }) => copy.failures));
        if (lines.length > 0) continue;
        const standing = standingOf(sources.map(({ copy }) => copy));
        if (sources.every(isUsedUp)) {
          merged.isRefused = sources.every(({ copy }) => copy.isRefused);
          return merged.end(standing.state, standing.note);
        }
        merged.tell(standing.state, standing.note);
        if (sources.every(({ copy }) => copy.isCaughtUp)) merged.caughtUp(Math.min(...sources.map(({ copy }) => copy.knownUntil)));
        await anyChange(sources, seen, { signal, withinMs: pollMs });
      }
    } finally {
      for (const hold of holds.values()) hold.leave();
    }
  };
}

const isUsedUp = ({ part, copy }: Source) => copy.isOver && part.used === part.lines.length && part.next > copy.file.count;

/** The next lines whose turn it certainly is: no container that is silent now can still have an earlier one. */
async function takeInOrder(sources: Source[], slackMs: number): Promise<StoredLine[]> {
  const taken: StoredLine[] = [];
  for (let characters = 0; characters < batchCharacters; ) {
    let until = Number.POSITIVE_INFINITY;
    let first: { part: Part; line: StoredLine } | null = null;
    for (const { part, copy } of sources) {
      if (part.used === part.lines.length && part.next <= copy.file.count) await loadNext(part, copy);
      const line = part.lines[part.used];
      if (!line) {
        if (!copy.isOver || slackMs === Number.POSITIVE_INFINITY) until = Math.min(until, copy.knownUntil - slackMs);
      } else if (!first || line.at < first.line.at) first = { part, line };
    }
    if (!first || first.line.at > until) return taken;
    taken.push({ ...first.line, container: first.part.number });
    first.part.used++;
    characters += first.line.text.length + 1;
  }
  return taken;
}

async function loadNext(part: Part, { file }: LogCopy): Promise<void> {
  part.lines = [];
  part.used = 0;
  for await (const { first, count, text, at } of file.blocks(part.next, file.count)) {
    const texts = text.toString("utf8").split("\n");
    for (let index = 0; index < count; index++) part.lines.push({ at: at(index), text: texts[index] ?? "" });
    part.next = first + count;
    return;
  }
  // All of it was let go.
  part.next = file.first;
}

/** What is true of one is true of all: one that is written makes the whole live. A note says whose it is. */
function standingOf(copies: LogCopy[]): LogStanding {
  const order: LogState[] = ["live", "waiting", "settling", "complete", "stored-tail", "gone"];
  const states = copies.map(({ standing }) => standing?.state ?? "waiting");
  const state = order.find((candidate) => states.includes(candidate)) ?? "waiting";
  const notes = new Set(copies.map(({ standing }) => standing?.note ?? null).filter((note) => note !== null));
  return { state, note: state === "complete" ? null : [...notes].join(" ") || null };
}

/** Resolves when one of them changed since it was seen, or after so many milliseconds. */
async function anyChange(
  sources: Source[],
  seen: number[],
  { signal, withinMs }: { signal: AbortSignal; withinMs: number },
): Promise<void> {
  const enough = new AbortController();
  const either = AbortSignal.any([signal, enough.signal]);
  const changes = sources.map(({ copy }, index) => copy.changed(seen[index] ?? 0, either, withinMs));
  try {
    await Promise.race(changes);
  } finally {
    enough.abort();
    await Promise.allSettled(changes);
  }
}
