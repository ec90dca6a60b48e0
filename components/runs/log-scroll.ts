/** Pixels. Firefox draws no element that is taller than 17.9 million, Chromium none taller than 33 million. */
const tallest = 8_000_000;

/**
 * The way from what a scroll bar says to a place in a log that may be taller than any element can be. Near moves are exact
 * pixel for pixel; a far one, as with the bar's thumb, is taken as the same share of the log. Where the log fits, both are one.
 */
export class LogScroll {
  /** Pixels between a place in the log and the same place in the element. */
  shift = 0;
  private total = 0;
  private view = 0;
  private lastScroll = 0;

  constructor(private readonly most = tallest) {}

  /** How tall the element is. */
  get height(): number {
    return Math.min(this.total, this.most);
  }

  /** The log's height and that of the window on it. */
  resize(total: number, view: number): void {
    this.total = total;
    this.view = view;
    if (total <= this.most) this.shift = 0;
  }

  /** The bar stands elsewhere: the place in the log that it means. */
  moved(scrollTop: number): number {
    const move = Math.abs(scrollTop - this.lastScroll);
    this.lastScroll = scrollTop;
    const end = this.height - this.view;
    if (this.total > this.most && move > 0) {
      if (scrollTop <= 0) this.shift = 0;
      else if (scrollTop >= end - 1) this.shift = this.total - this.height;
      else if (move > 4 * this.view) this.shift = Math.round((scrollTop / end) * (this.total - this.view)) - scrollTop;
    }
    return this.clamp(scrollTop + this.shift);
  }

  /** Where the bar has to stand for a place in the log; the ways above and below it are as long as its share says. */
  show(place: number): number {
    const wanted = this.clamp(place);
    if (this.total > this.most) {
      const share = wanted / (this.total - this.view);
      this.shift = wanted - Math.round(share * (this.height - this.view));
    }
    this.lastScroll = wanted - this.shift;
    return this.lastScroll;
  }

  private clamp(place: number): number {
    return Math.max(0, Math.min(place, this.total - this.view));
  }
}
