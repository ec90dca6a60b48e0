/** A token bucket of AWS's: so many calls at once, and so many more each second. */
export type Bucket = { name: string; burst: number; perSecond: number };

/** Longer than this a call does not wait for its turn: whoever makes it has others to do. */
const patienceMs = 250;

/**
 * How fast this process calls what one bucket of AWS's pays for. As long as AWS throttles nothing, nothing waits: an account's
 * bucket may be larger than the documented one, and others draw from it too. Once AWS throttles, the bucket counts as empty and
 * fills at the documented rate, at half of that with each further throttle (an eighth at least); it is free again when it is full.
 * Milliseconds that never go back are given in; nothing here waits.
 */
export class Pace {
  private level: { tokens: number; perSecond: number; at: number } | null = null;

  constructor(
    readonly bucket: Bucket,
    private readonly random: () => number = Math.random,
  ) {}

  /** A call wants to go now. Gives what it has to wait for its turn, or after which it may ask again. */
  take(now: number): { waitMs: number } | { againInMs: number } {
    this.fill(now);
    if (!this.level) return { waitMs: 0 };
    const waitMs = Math.max(0, ((1 - this.level.tokens) / this.level.perSecond) * 1000);
    if (waitMs > patienceMs) return { againInMs: waitMs };
    this.level.tokens -= 1;
    return { waitMs };
  }

  /** AWS threw a call of this bucket back. Full jitter, so that workers that were thrown back together do not come back together. */
  throttled(now: number): void {
    this.fill(now);
    const { perSecond } = this.bucket;
    const slower = this.level ? Math.max(perSecond / 8, this.level.perSecond / 2) : perSecond;
    this.level = { tokens: Math.min(0, this.level?.tokens ?? 0) - this.random(), perSecond: slower, at: now };
  }

  private fill(now: number): void {
    if (!this.level) return;
    const { burst, perSecond } = this.bucket;
    const seconds = (now - this.level.at) / 1000;
    const tokens = this.level.tokens + seconds * this.level.perSecond;
    // Back to the documented rate within half a minute.
    this.level =
      tokens >= burst ? null : { tokens, perSecond: Math.min(perSecond, this.level.perSecond + (seconds * perSecond) / 30), at: now };
  }
}
