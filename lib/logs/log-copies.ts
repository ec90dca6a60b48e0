import { tmpdir } from "node:os";
import type { Environment } from "@/lib/domain/environment";
import type { Run } from "@/lib/domain/run";
import { allContainers, type ContainerChoice } from "./choose-container";
import { fillByMerging } from "./fill-by-merging";
import { fillFromStream, type LookSettings, usualLooks } from "./fill-from-stream";
import { type FillCopy, LogCopy } from "./log-copy";
import type { LogDeps } from "./log-deps";
import { LogFile, type LogFileSettings, namelessFiles } from "./log-file";
import { type PaceSettings, ReadPace, usualPace } from "./read-pace";

export type CopySettings = {
  looks: LookSettings;
  pace: PaceSettings;
  files: Pick<LogFileSettings, "openFile" | "segmentBytes" | "memoryBytes">;
  /** All copies together, on disk. */
  diskBytes: number;
  /** So long a copy is kept after the last one who wanted something of it, in milliseconds. */
  keptMs: number;
  /** So many copies at most that nobody wants anything of: each has open files. */
  keptCopies: number;
};

export const usualCopies: CopySettings = {
  looks: usualLooks,
  pace: usualPace,
  files: { openFile: namelessFiles(tmpdir()), segmentBytes: 32 * 1024 * 1024, memoryBytes: 4 * 1024 * 1024 },
  diskBytes: 2 * 1024 * 1024 * 1024,
  keptMs: 10 * 60_000,
  keptCopies: 100,
};

export type LogRequest = { run: Run; environment: Environment; container: ContainerChoice; deps: LogDeps };

/** Somebody's hold on a copy: it is filled as long as somebody holds it. `leave` must be called. */
export type Hold = { copy: LogCopy; leave(): void };

type Entry = {
  key: string;
  copy: LogCopy;
  fill: FillCopy;
  holders: number;
  usedAt: number;
  filling: { stopping: AbortController; done: Promise<void> } | null;
};

/**
 * The copies of all logs that somebody looks at, or did lately: one for each run and choice of containers, filled by one
 * reader however many people hold it. On disk they have a bound together: what nobody holds goes first, the least recently
 * used before the others; after that the largest loses its oldest lines.
 */
export class LogCopies {
  private readonly entries = new Map<string, Entry>();
  private readonly paces = new Map<string, ReadPace>();
  private sweeping: NodeJS.Timeout | undefined;

  constructor(private readonly settings: CopySettings = usualCopies) {}

  /** Joins those who hold this copy, or begins it. */
  join(request: LogRequest): Hold {
    const key = `${request.run.id} ${request.container}`;
    const held = this.entries.get(key) ?? this.open(key, request);
    if (held.holders === 0) held.copy.takeUp(this.settings.looks.pollMs);
    held.holders++;
    held.usedAt = performance.now();
    this.startFilling(held);
    let left = false;
    return {
      copy: held.copy,
      leave: () => {
        if (left) return;
        left = true;
        held.usedAt = performance.now();
        if (--held.holders > 0) return;
        held.filling?.stopping.abort();
        this.sweep();
      },
    };
  }

  /** Lets everything go. */
  close(): void {
    clearTimeout(this.sweeping);
    for (const entry of [...this.entries.values()]) {
      entry.filling?.stopping.abort();
      this.forget(entry);
    }
  }

  private open(key: string, request: LogRequest): Entry {
    const { files, looks } = this.settings;
    const { run, environment, container, deps } = request;
    const file = new LogFile({
      ...files,
      makeRoom: () => this.makeRoom(this.diskBytes() * 0.9),
      onWritten: () => this.makeRoom(this.settings.diskBytes),
    });
    const fill =
      container === allContainers
        ? fillByMerging({ run, deps, ...looks, join: (name) => this.join({ ...request, container: name }) })
        : fillFromStream({ run, environment, container, deps, pace: this.paceOf(environment), settings: looks });
    const entry: Entry = { key, copy: new LogCopy(file), fill, holders: 0, usedAt: 0, filling: null };
    this.entries.set(key, entry);
    return entry;
  }

  private paceOf({ region, accountId }: Environment): ReadPace {
    const key = `${accountId} ${region}`;
    const pace = this.paces.get(key) ?? new ReadPace(this.settings.pace);
    this.paces.set(key, pace);
    return pace;
  }

  /** One at a time: whoever comes again while the last one is still leaving waits for that. */
  private startFilling(entry: Entry): void {
    if (entry.copy.isOver || (entry.filling && !entry.filling.stopping.signal.aborted)) return;
    const stopping = new AbortController();
    const before = entry.filling?.done;
    const fill = async () => {
      await before;
      try {
        await entry.fill(entry.copy, stopping.signal);
      } catch (error) {
        if (!stopping.signal.aborted) entry.copy.fail(error);
      }
    };
    entry.filling = { stopping, done: fill() };
  }

  private diskBytes(): number {
    let bytes = 0;
    for (const { copy } of this.entries.values()) bytes += copy.file.diskBytes;
    return bytes;
  }

  /** Lets copies go until all together have so many bytes. */
  private makeRoom(most: number): void {
    for (const entry of this.unheld()) {
      if (this.diskBytes() <= most) return;
      this.forget(entry);
    }
    while (this.diskBytes() > most) {
      const files = [...this.entries.values()].map(({ copy }) => copy.file).sort((a, b) => b.diskBytes - a.diskBytes);
      if (!files.some((file) => file.dropOldest())) return;
    }
  }

  /** The least recently used first. */
  private unheld(): Entry[] {
    return [...this.entries.values()].filter(({ holders }) => holders === 0).sort((a, b) => a.usedAt - b.usedAt);
  }

  /** Forgets what nobody wanted for long, what holds nothing, and what is too much; comes again when the next is due. */
  private sweep(): void {
    clearTimeout(this.sweeping);
    const { keptMs, keptCopies } = this.settings;
    const now = performance.now();
    const unheld = this.unheld();
    const excess = unheld.length - keptCopies;
    for (const [index, entry] of unheld.entries())
      if (index < excess || now - entry.usedAt >= keptMs || entry.copy.file.count === 0 || isPoor(entry.copy)) this.forget(entry);
    const next = this.unheld()[0];
    if (!next) return;
    this.sweeping = setTimeout(() => this.sweep(), next.usedAt + keptMs - now);
    // It keeps nobody's process alive.
    this.sweeping.unref();
  }

  private forget(entry: Entry): void {
    this.entries.delete(entry.key);
    entry.copy.file.close();
  }
}

/** What AWS refused, or had lost, may be there the next time. */
function isPoor({ isOver, standing }: LogCopy): boolean {
  return isOver && standing?.state !== "complete";
}

// On globalThis, because Next may load this module once for each route.
const lasting = globalThis as typeof globalThis & { belfryLogCopies?: LogCopies };

/** The process' own copies. */
export function logCopies(): LogCopies {
  lasting.belfryLogCopies ??= new LogCopies();
  return lasting.belfryLogCopies;
}
