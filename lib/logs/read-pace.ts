export type PaceSettings = {
  /** Calls a second at most. */
  perSecond: number;
  /** And at least, however often AWS throttles. */
  slowestPerSecond: number;
};

/**
 * GetLogEvents is allowed 10 to 30 times a second for an account in a region, and that is not adjustable (CloudWatch Logs
 * quotas). Two web servers and the worker share it, so each begins below, and goes slower when AWS throttles.
 */
export const usualPace: PaceSettings = { perSecond: 8, slowestPerSecond: 0.5 };

/** So many milliseconds of throttling are one: the calls under way were sent before anybody knew. */
const oneThrottlingMs = 500;
/** Each call that goes well makes the pace faster by so much, until it is the usual one. */
const regainedPerSecond = 0.1;

type Turn = { take: () => void };

/**
 * One pace of reading for all streams of a region, whoever watches them. Streams that are being written come first; so that
 * those who catch up are never forgotten, each fourth turn is theirs.
 */
export class ReadPace {
  private perSecond: number;
  private nextAt = 0;
  private throttledAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  private readonly live: Turn[] = [];
  private readonly catchingUp: Turn[] = [];
  private given = 0;

  constructor(private readonly settings: PaceSettings = usualPace) {
    this.perSecond = settings.perSecond;
  }

  /** Resolves when a call may be made; rejects with the signal's reason. */
  turn(kind: "live" | "catching-up", signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const queue = kind === "live" ? this.live : this.catchingUp;
      const leave = () => {
        const place = queue.indexOf(turn);
        if (place >= 0) queue.splice(place, 1);
        reject(signal.reason);
      };
      const turn: Turn = {
        take: () => {
          signal.removeEventListener("abort", leave);
          resolve();
        },
      };
      signal.addEventListener("abort", leave, { once: true });
      queue.push(turn);
      this.serve();
    });
  }

  /** A call went well. */
  wentWell(): void {
    this.perSecond = Math.min(this.settings.perSecond, this.perSecond + regainedPerSecond);
  }

  /** AWS throttled a call: half as fast from now on, and nobody at once. Some chance, so that two servers do not go in step. */
  throttled(): void {
    const now = performance.now();
    if (now - this.throttledAt < oneThrottlingMs) return;
    this.throttledAt = now;
    this.perSecond = Math.max(this.settings.slowestPerSecond, this.perSecond / 2);
    this.nextAt = now + this.waitMs() * (0.5 + Math.random());
  }

  private waitMs(): number {
    return 1000 / this.perSecond;
  }

  private serve(): void {
    if (this.timer || this.live.length + this.catchingUp.length === 0) return;
    const now = performance.now();
    if (now < this.nextAt) {
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.serve();
      }, this.nextAt - now);
      return;
    }
    const [first, second] = this.given++ % 4 === 3 ? [this.catchingUp, this.live] : [this.live, this.catchingUp];
    this.nextAt = now + this.waitMs();
    (first.shift() ?? second.shift())?.take();
    this.serve();
  }
}
