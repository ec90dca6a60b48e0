import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import path from "node:path";
import { fileStore, memoryStore, type Segment } from "./log-segment";

/** A line as it is kept: epoch milliseconds, the whole text, and the number of its container where several are merged. */
export type StoredLine = { at: number; text: string; container?: number };

/** A line as a page wants it: `cut` is the full length in characters where the text was cut. */
export type ShownLine = { n: number; at: number; text: string; cut?: number; container: number };

/** Neighbouring lines as they stand in the copy: their whole text, each ended by a newline, and what is known of each. */
export type LogBlock = { first: number; count: number; text: Buffer; at(index: number): number; container(index: number): number };

export type LogFileSettings = {
  /** Opens an empty file that nobody else uses. Throws the system's error. */
  openFile: () => Promise<FileHandle>;
  /** Called when the disk takes nothing, before it is tried once more. */
  makeRoom?: () => void;
  /** Called when something was written to the disk. */
  onWritten?: () => void;
  /** So much text goes into one segment; the oldest lines are let go by segments. */
  segmentBytes: number;
  /** So much of the log's end is kept in memory where the disk takes nothing. */
  memoryBytes: number;
};

/** Longer texts are cut where a page shows them. */
export const shownCharacters = 8192;

/**
 * Opens files in a folder that have no name: nobody else can read them, and the system takes them back by itself when the
 * process ends, however it ends.
 */
export function namelessFiles(folder: string): () => Promise<FileHandle> {
  return async () => {
    const name = path.join(folder, `belfry-log-${randomUUID()}`);
    const file = await open(name, "wx+", 0o600);
    await unlink(name);
    return file;
  };
}

/** Of each line: its moment (double), where its text begins in the segment, its length in characters and its container. */
const recordBytes = 16;
const recordsAtOnce = 4096;
/** Of a longer line only the beginning is read for a page: a character takes three bytes of UTF-8 at most, a pair four. */
const shownBytes = (shownCharacters + 2) * 3;
/** A block may be longer by one line. */
const blockBytes = 128 * 1024;
const writeCharacters = 512 * 1024;

/**
 * A copy of a log, its lines numbered from 1: text on disk and beside it a record of fixed length for each line, so that any
 * line is found with one look and nothing of it has to be in memory. It is made of segments, the oldest of which can be let go.
 * One writer, any number of readers. Where the disk takes nothing, the end of the log is kept in memory: `trouble` says so.
 */
export class LogFile {
  /** The number of the last line; 0 where there is none. */
  count = 0;
  /** Bytes of text, of all lines that came. */
  bytes = 0;
  /** Bytes on disk. */
  diskBytes = 0;
  /** The system's code while the disk takes nothing (ENOSPC, EROFS, EACCES …). */
  trouble: string | null = null;
  private segments: Segment[] = [];
  private isClosed = false;

  constructor(private readonly settings: LogFileSettings) {}

  /** The number of the first line that is kept; that of the next one where none is. */
  get first(): number {
    return this.segments.find(({ count }) => count > 0)?.firstLine ?? this.count + 1;
  }

  /** Puts lines behind the last; they can be read when this resolves. */
  async append(lines: StoredLine[]): Promise<void> {
    for (let from = 0; from < lines.length; ) {
      let to = from;
      for (let characters = 0; to < lines.length && characters < writeCharacters; to++) characters += lines[to]?.text.length ?? 0;
      await this.write(lines.slice(from, to));
      from = to;
    }
  }

  /** The lines from a number on as a page shows them; fewer where the log ends, has let them go, or they have so many characters. */
  async lines(from: number, count: number, mostCharacters = Number.POSITIVE_INFINITY): Promise<ShownLine[]> {
    const [begin, end] = [Math.max(from, 1), Math.min(from + count, this.count + 1)];
    const shown: ShownLine[] = [];
    let left = mostCharacters;
    for (const part of this.parts(begin, end)) {
      try {
        for await (const line of showLines(part)) {
          shown.push(line);
          left -= line.text.length;
          if (left <= 0) return shown;
        }
      } catch (error) {
        if (!part.segment.closed) throw error;
      }
    }
    return shown;
  }

  /** All lines from a number to another in blocks of some 100 kB, as they are on disk; those that were let go are left out. */
  async *blocks(from: number, to: number): AsyncGenerator<LogBlock> {
    for (let next = from; next <= to; ) {
      const [part] = this.parts(next, Math.min(to, next + recordsAtOnce - 1) + 1);
      if (!part) {
        // Let go, as a whole or in front of what is kept.
        if (this.first > to) return;
        next = Math.max(next + recordsAtOnce, this.first);
        continue;
      }
      try {
        const records = await readRecords(part);
        for (let index = 0; index < records.count; ) {
          let after = index + 1;
          while (after < records.count && records.end(after) - records.start(index) <= blockBytes) after++;
          const [begin, skipped] = [records.start(index), index];
          const text = await part.segment.text.read(begin, records.end(after - 1) - begin);
          yield {
            first: part.begin + index,
            count: after - index,
            text,
            at: (line) => records.at(skipped + line),
            container: (line) => records.container(skipped + line),
          };
          index = after;
        }
      } catch (error) {
        if (!part.segment.closed) throw error;
      }
      next = part.end;
    }
  }

  /** Lets the oldest segment go; false where only the one that is written is left. */
  dropOldest(): boolean {
    const [oldest] = this.segments;
    if (!oldest || this.segments.length === 1) return false;
    this.remove(oldest);
    return true;
  }

  /** Gives everything back. Who still reads gets nothing more. */
  close(): void {
    this.isClosed = true;
    for (const segment of this.segments) this.remove(segment);
  }

  private async write(lines: StoredLine[]): Promise<void> {
    const text = Buffer.from(lines.map((line) => `${line.text}\n`).join(""), "utf8");
    for (let tries = 0; !this.isClosed; tries++) {
      const segment = await this.segmentToWrite(text.byteLength, tries > 1);
      try {
        await segment.records.write(toRecords(lines, segment.textBytes), segment.count * recordBytes);
        await segment.text.write(text, segment.textBytes);
      } catch (error) {
        if (this.isClosed) return;
        if (!segment.text.isDisk) throw error;
        this.trouble = codeOf(error);
        segment.sealed = true;
        this.settings.makeRoom?.();
        continue;
      }
      if (segment.closed) return;
      segment.count += lines.length;
      segment.textBytes += text.byteLength;
      this.count += lines.length;
      this.bytes += text.byteLength;
      if (segment.text.isDisk) {
        this.trouble = null;
        this.diskBytes += text.byteLength + lines.length * recordBytes;
      }
      this.boundMemory();
      this.settings.onWritten?.();
      return;
    }
  }

  /** The last segment, or another one where that is full: on disk if it takes anything, which each new one tries again. */
  private async segmentToWrite(bytes: number, onlyMemory: boolean): Promise<Segment> {
    const last = this.segments.at(-1);
    const most = last?.text.isDisk ? this.settings.segmentBytes : this.settings.memoryBytes / 4;
    if (last && !last.sealed && (last.textBytes === 0 || last.textBytes + bytes <= most)) return last;
    // A segment that failed with its first line holds nothing.
    if (last?.count === 0) this.remove(last);
    const segment: Segment = {
      ...{ firstLine: this.count + 1, count: 0, textBytes: 0, sealed: false, closed: false },
      ...((!onlyMemory && (await this.openOnDisk())) || { text: memoryStore(), records: memoryStore() }),
    };
    this.segments.push(segment);
    return segment;
  }

  private async openOnDisk(): Promise<Pick<Segment, "text" | "records"> | null> {
    const opened: FileHandle[] = [];
    try {
      opened.push(await this.settings.openFile());
      opened.push(await this.settings.openFile());
      const [text, records] = opened.map(fileStore);
      return text && records ? { text, records } : null;
    } catch (error) {
      this.trouble = codeOf(error);
      for (const file of opened) await file.close();
      return null;
    }
  }

  /** From the front, whatever is there: the lines that are kept have no hole. */
  private boundMemory(): void {
    const inMemory = () => this.segments.reduce((sum, { text, textBytes }) => sum + (text.isDisk ? 0 : textBytes), 0);
    while (inMemory() > this.settings.memoryBytes && this.dropOldest());
  }

  private remove(segment: Segment): void {
    this.segments = this.segments.filter((other) => other !== segment);
    segment.closed = true;
    segment.text.close();
    segment.records.close();
    if (segment.text.isDisk) this.diskBytes -= segment.textBytes + segment.count * recordBytes;
  }

  /** What the segments have of the lines from one number up to, without, another. */
  private parts(from: number, to: number): Part[] {
    return this.segments
      .map((segment) => ({
        segment,
        begin: Math.max(from, segment.firstLine),
        end: Math.min(to, segment.firstLine + segment.count),
        // As it is now: the writer goes on meanwhile.
        ...{ count: segment.count, textBytes: segment.textBytes },
      }))
      .filter(({ begin, end }) => begin < end);
  }
}

type Part = { segment: Segment; begin: number; end: number; count: number; textBytes: number };

type Records = {
  count: number;
  at(index: number): number;
  /** Where a line begins and where the one after it does: between them are its text and a newline. */
  start(index: number): number;
  end(index: number): number;
  characters(index: number): number;
  container(index: number): number;
};

function toRecords(lines: StoredLine[], textBytes: number): Buffer {
  const records = Buffer.allocUnsafe(lines.length * recordBytes);
  let start = textBytes;
  lines.forEach(({ at, text, container = 0 }, index) => {
    const place = index * recordBytes;
    records.writeDoubleLE(at, place);
    records.writeUInt32LE(start, place + 8);
    // CloudWatch's events have a megabyte at most: their length fits into three bytes.
    records.writeUIntLE(Math.min(text.length, 0xff_ff_ff), place + 12, 3);
    records.writeUInt8(container, place + 15);
    start += Buffer.byteLength(text, "utf8") + 1;
  });
  return records;
}

async function readRecords({ segment, begin, end, count, textBytes }: Part): Promise<Records> {
  const skipped = begin - segment.firstLine;
  const wanted = end - begin;
  // One more tells where the last one ends.
  const hasNext = skipped + wanted < count;
  const bytes = await segment.records.read(skipped * recordBytes, (wanted + (hasNext ? 1 : 0)) * recordBytes);
  const start = (index: number) => bytes.readUInt32LE(index * recordBytes + 8);
  return {
    count: wanted,
    start,
    end: (index) => (index + 1 === wanted && !hasNext ? textBytes : start(index + 1)),
    at: (index) => bytes.readDoubleLE(index * recordBytes),
    characters: (index) => bytes.readUIntLE(index * recordBytes + 12, 3),
    container: (index) => bytes.readUInt8(index * recordBytes + 15),
  };
}

async function* showLines(part: Part): AsyncGenerator<ShownLine> {
  const { segment, begin } = part;
  const records = await readRecords(part);
  const isLong = (index: number) => records.end(index) - records.start(index) > shownBytes;
  for (let index = 0; index < records.count; ) {
    // Short neighbours come with one look; of a long line only the beginning.
    let after = index + 1;
    const from = records.start(index);
    if (!isLong(index)) while (after < records.count && !isLong(after) && records.end(after) - from <= blockBytes) after++;
    const length = isLong(index) ? shownBytes : records.end(after - 1) - from;
    const bytes = await segment.text.read(from, length);
    for (; index < after; index++) {
      const text = bytes.toString("utf8", records.start(index) - from, Math.min(records.end(index) - 1 - from, length));
      const line = { n: begin + index, at: records.at(index), container: records.container(index) };
      if (text.length <= shownCharacters) yield { ...line, text };
      else yield { ...line, text: cutText(text), cut: records.characters(index) };
    }
  }
}

/** Never through a pair of surrogates. */
function cutText(text: string): string {
  const isPair = /[\ud800-\udbff]/.test(text[shownCharacters - 1] ?? "");
  return text.slice(0, isPair ? shownCharacters - 1 : shownCharacters);
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "EIO";
}
