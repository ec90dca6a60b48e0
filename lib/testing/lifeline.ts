/** Where a process dies: at its nth call (from 1), before the call acts or after it acted, with the answer lost. */
export type Death = { at: number; kind: "before" | "after" };

/** Thrown to whoever carries a call of a process that is dead. */
export class Killed extends Error {}

/**
 * The life of one process, as seen from outside: every call that it makes passes here and is counted, and at one of them it
 * may die. From then on no call of it does anything any more. What was under way elsewhere at that moment is still done,
 * as after a real kill; only nobody hears the answer.
 */
export class Lifeline {
  /** What was called, in order: a failing test says where the process had died. */
  readonly calls: string[] = [];
  isDead = false;
  /** Settled when the process is dead and nothing of it is under way any more. */
  readonly over: Promise<void>;
  private readonly underWay = new Set<Promise<unknown>>();
  private settle = () => {};
  private readonly mourners: (() => void)[] = [];

  constructor(private readonly death: Death | null) {
    this.over = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  /** Carries one call. Throws Killed where the process is dead, or dies of it; else what the call throws. */
  async pass<Answer>(what: string, act: () => Promise<Answer>): Promise<Answer> {
    if (this.isDead) throw new Killed();
    this.calls.push(what);
    const isLast = this.calls.length === this.death?.at;
    if (isLast && this.death?.kind === "before") throw this.die();
    const acting = Promise.allSettled([act()]);
    this.underWay.add(acting);
    const [outcome] = await acting;
    this.underWay.delete(acting);
    if (isLast) this.die();
    if (this.isDead) {
      this.bury();
      throw new Killed();
    }
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  }

  /** Calls back once the process is dead and buried, to cut its connections. */
  onDeath(cut: () => void): void {
    this.mourners.push(cut);
  }

  /** Settled when nothing is under way; whoever called may have left long ago. */
  async atRest(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  private die(): Killed {
    this.isDead = true;
    this.bury();
    return new Killed();
  }

  private bury(): void {
    if (this.underWay.size > 0) return;
    for (const cut of this.mourners.splice(0)) cut();
    this.settle();
  }
}
