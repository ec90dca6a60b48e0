import { appendFileSync, closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync, rmSync, truncateSync } from "node:fs";
import { dirname } from "node:path";

/** A line as it is kept. Times are epoch milliseconds. */
export type StoredLine = { timestamp: number; ingestionTime: number; message: string };
/** A line with its place in the file, and the latest timestamp of all lines up to it. */
export type PlacedLine = StoredLine & { n: number; reached: number };

/** Where a run of lines begins, so that any line is found without reading the file from its start. */
type Block = { firstLine: number; offset: number; earliest: number; latest: number; reachedBefore: number };

const linesPerBlock = 128;
const bytesPerBlock = 128 * 1024;
const readSize = 256 * 1024;
const marksKept = 1_000;

/**
 * The lines of one log stream in one append-only file: `<timestamp> <ingestion time> <message as JSON>` and a newline each.
 * In memory is one entry for every 128 lines, so a stream of a million lines costs some hundred kilobytes.
 * A half-written last line (a killed process) is cut off when the file is opened.
 */
export class LineFile {
  count = 0;
  /** Bytes as CloudWatch counts them: each message in UTF-8 plus 26. */
  bytes = 0;
  firstTimestamp: number | null = null;
  lastTimestamp: number | null = null;
  lastIngestionTime: number | null = null;
  private size = 0;
  private reached = Number.NEGATIVE_INFINITY;
  private readonly blocks: Block[] = [];
  /** After each append: how many lines there were, and when. The oldest are dropped: they have become readable long ago. */
  private readonly marks: { count: number; at: number }[] = [];
  private countBeforeMarks = 0;

  constructor(readonly path: string) {
    if (!existsSync(path)) {
      mkdirSync(dirname(path), { recursive: true });
      return;
    }
    for (const { line, offset, length } of this.rawLines(0)) this.note(line.timestamp, line.ingestionTime, line.message, offset, length);
    truncateSync(path, this.size);
    if (this.lastIngestionTime !== null) this.marks.push({ count: this.count, at: this.lastIngestionTime });
  }

  /** Writes lines at the end, in the order given. They are on their way to the disk when this returns. */
  append(lines: StoredLine[]): void {
    const last = lines.at(-1);
    if (last === undefined) return;
    const texts = lines.map((line) => `${line.timestamp} ${line.ingestionTime} ${JSON.stringify(line.message)}\n`);
    // A folder that was swept away (a reset) comes back with the first line.
    mkdirSync(dirname(this.path), { recursive: true });
    appendFileSync(this.path, texts.join(""));
    lines.forEach((line, index) => {
      this.note(line.timestamp, line.ingestionTime, line.message, this.size, Buffer.byteLength(texts[index] as string));
    });
    this.marks.push({ count: this.count, at: last.ingestionTime });
    if (this.marks.length > marksKept) this.countBeforeMarks = this.marks.splice(0, marksKept / 2).at(-1)?.count ?? 0;
  }

  /** How many lines can be read at a moment, if each is held back for so many milliseconds after it was taken in. */
  readableCount(now: number, delayMs: number): number {
    if (delayMs <= 0) return this.count;
    for (let index = this.marks.length - 1; index >= 0; index -= 1) {
      const mark = this.marks[index] as { count: number; at: number };
      // A mark of the future is of a clock that was set back since: it waits for nothing.
      if (now - mark.at >= delayMs || mark.at > now) return mark.count;
    }
    return this.countBeforeMarks;
  }

  /** The lines from one on, oldest first. `skip` passes over whole blocks by their earliest and latest timestamp. */
  *forward(from: number, skip: (earliest: number, latest: number) => boolean = () => false): Generator<PlacedLine> {
    for (let index = this.blockOf(from); index < this.blocks.length; index += 1) {
      const block = this.blocks[index] as Block;
      if (skip(block.earliest, block.latest)) continue;
      for (const line of this.linesOf(index)) if (line.n >= from) yield line;
    }
  }

  /** The lines before one, newest first. */
  *backward(before: number, skip: (earliest: number, latest: number) => boolean = () => false): Generator<PlacedLine> {
    for (let index = this.blockOf(Math.max(0, before - 1)); index >= 0; index -= 1) {
      const block = this.blocks[index];
      if (block === undefined || skip(block.earliest, block.latest)) continue;
      for (const line of this.linesOf(index).reverse()) if (line.n < before) yield line;
    }
  }

  /** The first line by which the stream had reached a moment; where to begin when lines are merged by time. */
  lineReaching(timestamp: number): number {
    let low = 0;
    let high = this.blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.blocks[middle] as Block).reachedBefore < timestamp) low = middle + 1;
      else high = middle;
    }
    return this.blocks[Math.max(0, low - 1)]?.firstLine ?? 0;
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  private note(timestamp: number, ingestionTime: number, message: string, offset: number, length: number): void {
    const block = this.blocks.at(-1);
    if (block === undefined || this.count - block.firstLine >= linesPerBlock || offset - block.offset >= bytesPerBlock) {
      this.blocks.push({ firstLine: this.count, offset, earliest: timestamp, latest: timestamp, reachedBefore: this.reached });
    } else {
      block.earliest = Math.min(block.earliest, timestamp);
      block.latest = Math.max(block.latest, timestamp);
    }
    this.reached = Math.max(this.reached, timestamp);
    this.count += 1;
    this.size = offset + length;
    this.bytes += Buffer.byteLength(message) + 26;
    this.firstTimestamp = this.firstTimestamp === null ? timestamp : Math.min(this.firstTimestamp, timestamp);
    this.lastTimestamp = this.reached;
    this.lastIngestionTime = ingestionTime;
  }

  private blockOf(line: number): number {
    let low = 0;
    let high = this.blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.blocks[middle] as Block).firstLine <= line) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  private linesOf(index: number): PlacedLine[] {
    const block = this.blocks[index];
    if (block === undefined) return [];
    const end = this.blocks[index + 1]?.offset ?? this.size;
    let n = block.firstLine;
    let reached = block.reachedBefore;
    const lines: PlacedLine[] = [];
    for (const { line } of this.rawLines(block.offset, end)) {
      reached = Math.max(reached, line.timestamp);
      lines.push({ ...line, n, reached });
      n += 1;
    }
    return lines;
  }

  private *rawLines(from: number, until = Number.POSITIVE_INFINITY): Generator<{ line: StoredLine; offset: number; length: number }> {
    let descriptor: number;
    try {
      descriptor = openSync(this.path, "r");
    } catch {
      // Swept away with its folder: nothing is left to read.
      return;
    }
    try {
      const end = Math.min(until, fstatSync(descriptor).size);
      let rest = Buffer.alloc(0);
      let restOffset = from;
      let position = from;
      while (position < end) {
        const chunk = Buffer.allocUnsafe(Math.min(readSize, end - position));
        const got = readSync(descriptor, chunk, 0, chunk.length, position);
        if (got === 0) break;
        position += got;
        rest = rest.length === 0 ? chunk.subarray(0, got) : Buffer.concat([rest, chunk.subarray(0, got)]);
        let start = 0;
        for (let stop = rest.indexOf(10, start); stop !== -1; stop = rest.indexOf(10, start)) {
          const line = parseLine(rest.toString("utf8", start, stop));
          if (line === null) return;
          yield { line, offset: restOffset + start, length: stop + 1 - start };
          start = stop + 1;
        }
        rest = rest.subarray(start);
        restOffset += start;
      }
    } finally {
      closeSync(descriptor);
    }
  }
}

function parseLine(text: string): StoredLine | null {
  const first = text.indexOf(" ");
  const second = text.indexOf(" ", first + 1);
  if (first < 1 || second < 0) return null;
  try {
    return {
      timestamp: Number(text.slice(0, first)),
      ingestionTime: Number(text.slice(first + 1, second)),
      message: JSON.parse(text.slice(second + 1)) as string,
    };
  } catch {
    return null;
  }
}
