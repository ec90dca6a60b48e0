/** The most bytes of one event: 256 KB less the 26 that each event is counted with (the awslogs driver splits there). */
export const maximumLineBytes = 262_144 - 26;

/**
 * Cuts what a program writes into lines, as the awslogs driver does: at `\n` only (escapes and `\r` stay), longer lines in
 * pieces, bytes that are not UTF-8 replaced, empty lines left out (an event without text is not allowed).
 */
export class LineSplitter {
  private rest: Buffer = Buffer.alloc(0);

  /** The lines that this piece completed. */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let start = 0;
    for (let stop = bytes.indexOf(10); stop !== -1; stop = bytes.indexOf(10, start)) {
      this.cut(bytes.subarray(start, stop), lines);
      start = stop + 1;
    }
    let rest = bytes.subarray(start);
    while (rest.length > maximumLineBytes) {
      const end = characterBoundary(rest, maximumLineBytes);
      lines.push(rest.toString("utf8", 0, end));
      rest = rest.subarray(end);
    }
    // A copy, so that a short rest does not keep its large piece in memory.
    this.rest = Buffer.from(rest);
    return lines;
  }

  /** The last line, if the program ended without `\n`. */
  end(): string[] {
    const lines: string[] = [];
    this.cut(this.rest, lines);
    this.rest = Buffer.alloc(0);
    return lines;
  }

  private cut(line: Buffer, lines: string[]): void {
    let rest = line;
    while (rest.length > 0) {
      const end = rest.length > maximumLineBytes ? characterBoundary(rest, maximumLineBytes) : rest.length;
      lines.push(rest.toString("utf8", 0, end));
      rest = rest.subarray(end);
    }
  }
}

/** The last place at or before `end` that does not cut through a character. */
function characterBoundary(bytes: Buffer, end: number): number {
  for (let place = end; place > end - 4; place -= 1) if (((bytes[place] as number) & 0xc0) !== 0x80) return place;
  return end;
}
