type Block = { extra: number; heights: Map<number, number> };

const blockLines = 256;
/** Measured lines are forgotten beyond so many blocks, those measured longest ago first: 100,000 lines. */
const mostBlocks = 400;

/**
 * Where each line of a log stands, in pixels, though only the lines that were seen have a measured height: every other one
 * counts as one line high. `first` and `last` are the numbers that the log has.
 */
export class LogHeights {
  first = 1;
  last = 0;
  private readonly blocks = new Map<number, Block>();

  constructor(private readonly lineHeight: number) {}

  get total(): number {
    return this.top(this.last + 1);
  }

  /** The upper edge of a line; that of the line behind the last one is the end. */
  top(n: number): number {
    let top = (n - this.first) * this.lineHeight;
    const own = Math.floor(n / blockLines);
    const lowest = Math.floor(this.first / blockLines);
    for (const [index, block] of this.blocks) {
      if (index > lowest && index < own) top += block.extra;
      else if (index === lowest || index === own)
        for (const [line, height] of block.heights) if (line >= this.first && line < n) top += height - this.lineHeight;
    }
    return top;
  }

  /** The line at a height; the nearest one where there is none. */
  lineAt(y: number): number {
    let low = this.first;
    let high = this.last;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.top(middle) <= y) low = middle;
      else high = middle - 1;
    }
    return Math.max(low, this.first);
  }

  /** Notes a measured height; says whether it was news. */
  measure(n: number, height: number): boolean {
    const index = Math.floor(n / blockLines);
    const block = this.blocks.get(index) ?? { extra: 0, heights: new Map<number, number>() };
    const before = block.heights.get(n) ?? this.lineHeight;
    if (Math.abs(before - height) < 0.5) return false;
    block.heights.set(n, height);
    block.extra += height - before;
    this.blocks.delete(index);
    this.blocks.set(index, block);
    const [oldest] = this.blocks.keys();
    if (this.blocks.size > mostBlocks && oldest !== undefined) this.blocks.delete(oldest);
    return true;
  }

  /** Forgets all that was measured: the width has changed. */
  clear(): void {
    this.blocks.clear();
  }
}
