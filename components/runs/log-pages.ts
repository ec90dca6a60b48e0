/** A line as the server tells it; `cut` is the length of the whole line in characters where `text` is only its beginning. */
export type ToldLine = { n: number; at: number; text: string; cut?: number; container?: string };

type Page = { lines: (ToldLine | undefined)[]; held: number; characters: number };

/** Lines in a page; what is missing is asked for in whole pages. */
export const pageLines = 200;

type Bounds = { lines: number; characters: number };

/** About 30 MB of a browser's memory at most, however long the log is. */
const usualBounds: Bounds = { lines: 20_000, characters: 12_000_000 };

/**
 * The lines of a log that a browser holds: pages by number, of which those that nobody looked at for longest are let go.
 * The page in sight never goes, whatever the bounds say.
 */
export class LogPages {
  held = 0;
  characters = 0;
  // In the order of their last use.
  private readonly pages = new Map<number, Page>();
  private inSight = { from: 0, to: 0 };

  constructor(private readonly bounds = usualBounds) {}

  line(n: number): ToldLine | undefined {
    return this.pages.get(pageOf(n))?.lines[(n - 1) % pageLines];
  }

  /** Takes lines in any order; one that is already there stays as it is. */
  add(lines: ToldLine[]): void {
    for (const line of lines) {
      const page = this.touch(pageOf(line.n)) ?? this.open(pageOf(line.n));
      const slot = (line.n - 1) % pageLines;
      if (page.lines[slot]) continue;
      page.lines[slot] = line;
      page.held++;
      page.characters += line.text.length;
      this.held++;
      this.characters += line.text.length;
    }
    this.letGo();
  }

  /** Says which lines somebody looks at. */
  look(from: number, to: number): void {
    this.inSight = { from: pageOf(from), to: pageOf(to) };
    for (let index = this.inSight.from; index <= this.inSight.to; index++) this.touch(index);
  }

  /** The first stretch of lines that is not there between two numbers, both included; null when all are. */
  missing(from: number, to: number): { from: number; to: number } | null {
    let start = from;
    while (start <= to && this.line(start)) start++;
    if (start > to) return null;
    let end = start;
    while (end < to && !this.line(end + 1)) end++;
    return { from: start, to: end };
  }

  private touch(index: number): Page | undefined {
    const page = this.pages.get(index);
    if (page) {
      this.pages.delete(index);
      this.pages.set(index, page);
    }
    return page;
  }

  private open(index: number): Page {
    const page: Page = { lines: new Array<ToldLine | undefined>(pageLines).fill(undefined), held: 0, characters: 0 };
    this.pages.set(index, page);
    return page;
  }

  private letGo(): void {
    for (const [index, page] of this.pages) {
      if (this.held <= this.bounds.lines && this.characters <= this.bounds.characters) return;
      if (index >= this.inSight.from && index <= this.inSight.to) continue;
      this.pages.delete(index);
      this.held -= page.held;
      this.characters -= page.characters;
    }
  }
}

/** The page that holds a line. */
export const pageOf = (n: number): number => Math.floor((n - 1) / pageLines);
