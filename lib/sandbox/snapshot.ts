import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { deserialize, serialize } from "node:v8";
import type { WorldState } from "./world";

const format = 1;
const fileName = "world.snapshot";
/** A change is on its way to the disk after so long; many changes cost one write. */
const soonMs = 250;
/** Writing takes a tenth of the time at most, however large the world is. */
const restShare = 9;

export type Loaded = { state: WorldState | undefined; warning: string | undefined };

/** Keeps the world in a file: written beside and renamed into place, so that a killed process leaves the old one or the new one. */
export class Snapshot {
  private readonly file: string;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private closed = false;
  private lastWriteMs = 0;

  constructor(
    folder: string,
    private readonly state: () => WorldState,
  ) {
    mkdirSync(folder, { recursive: true });
    this.file = path.join(folder, fileName);
  }

  /** Reads the file. One that cannot be read is set aside, and the warning says where. */
  load(): Loaded {
    if (!existsSync(this.file)) return { state: undefined, warning: undefined };
    try {
      const read = deserialize(readFileSync(this.file)) as { format?: unknown; state?: WorldState };
      if (read.format !== format || !read.state) throw new Error(`its format is ${String(read.format)}, not ${format}`);
      return { state: read.state, warning: undefined };
    } catch (error) {
      const aside = `${this.file}.broken-${Date.now()}`;
      renameSync(this.file, aside);
      const reason = error instanceof Error ? error.message : String(error);
      return {
        state: undefined,
        warning: `The sandbox's snapshot could not be read (${reason}). It was set aside as ${aside}, and the sandbox starts empty.`,
      };
    }
  }

  /** Asks for a write soon. */
  mark(): void {
    if (this.timer || this.closed) return;
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        this.writing = this.writing.then(() => this.write());
      },
      Math.max(soonMs, this.lastWriteMs * restShare),
    );
  }

  /** Writes a last time, whatever was asked for. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.writing;
    const temporary = `${this.file}.new`;
    writeFileSync(temporary, this.bytes());
    renameSync(temporary, this.file);
  }

  private async write(): Promise<void> {
    if (this.closed) return;
    const temporary = `${this.file}.new`;
    try {
      await writeFile(temporary, this.bytes());
      await rename(temporary, this.file);
    } catch (error) {
      process.stderr.write(`sandbox: the snapshot could not be written: ${String(error)}\n`);
    }
  }

  private bytes(): Buffer {
    const startedAt = performance.now();
    const bytes = serialize({ format, state: this.state() });
    this.lastWriteMs = performance.now() - startedAt;
    return bytes;
  }
}
