import type { Topic } from "@/lib/db/nudge";
import { recordRoundOutcome } from "@/lib/db/rounds";
import type { Deps } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";
import { Outage } from "./outage";

/**
 * What the worker repeats: for each environment, or once for the whole house. `signal` is aborted when the worker leaves,
 * `wanted` when the round was nudged since it began: it is gone again as soon as it ends.
 */
export type Round = {
  name: string;
  /** Why it is there, for people. */
  why: string;
  /** So long after its end it begins again, nudged or not. 0: at once, because it waits by itself. */
  periodSeconds: number;
  /** What makes it come sooner. */
  topics: readonly Topic[];
} & (
  | { scope: "environment"; run(deps: Deps, environment: Environment, signal: AbortSignal, wanted?: AbortSignal): Promise<Report> }
  | { scope: "house"; run(deps: Deps, signal: AbortSignal): Promise<Report> }
);

/** What a round tells people of itself, and when it wants to be called next. Null: another worker is at it. */
type Report = (object & { againAt?: Date | null }) | null;

export type Driver = {
  /** Says that there is something to do; several words of one moment are one. */
  nudge(topic: Topic): void;
  /** Begins nothing any more and waits for what runs to end its step; whoever calls it bounds the wait. */
  stop(): Promise<void>;
};

/** The first nudge is followed at once; those that come within this time of a round's begin are one more round. */
const betweenNudgedMs = 20;
/** Another worker holds the round; should that one be killed, this one is not far. */
const otherWorkerMs = 5_000;
const longestBackoffMs = 30_000;
/** A round without a pause is written down so often at most. */
const tellEveryMs = 10_000;

/**
 * Repeats every round: after its period, at once when it is nudged, when it asked to be called, and after a growing wait
 * when it failed. A round never overlaps itself in this process; a nudge that comes while it runs makes it run once more.
 * While Postgres is away nothing is tried: what there is to do stands in its rows, so nothing is lost.
 */
export function startDriver(deps: Deps, environments: Environment[], rounds: readonly Round[]): Driver {
  const leaving = new AbortController();
  const outage = new Outage(deps, leaving.signal);
  const begin = (round: Round, place: Place, run: Loop["run"]) => new Loop(deps, outage, round, place, run, leaving.signal);
  const loops = rounds.flatMap((round) =>
    round.scope === "house"
      ? [begin(round, { id: "", name: "" }, () => round.run(deps, leaving.signal))]
      : environments.map((environment) => begin(round, environment, (wanted) => round.run(deps, environment, leaving.signal, wanted))),
  );
  const done = Promise.all(loops.map((loop) => loop.go()));
  return {
    nudge: (topic) => {
      for (const loop of loops) if (loop.round.topics.includes(topic)) loop.nudge();
    },
    stop: async () => {
      leaving.abort();
      for (const loop of loops) loop.nudge();
      await done;
    },
  };
}

type Place = Pick<Environment, "id" | "name">;

class Loop {
  private isNudged = false;
  private nudged = new AbortController();
  private wake: () => void = () => {};
  private failures = 0;
  private toldAt = 0;

  constructor(
    private readonly deps: Deps,
    private readonly outage: Outage,
    readonly round: Round,
    private readonly place: Place,
    readonly run: (wanted: AbortSignal) => Promise<Report>,
    private readonly leaving: AbortSignal,
  ) {}

  nudge(): void {
    this.isNudged = true;
    this.nudged.abort();
    this.wake();
  }

  async go(): Promise<void> {
    while (!this.leaving.aborted) {
      this.isNudged = false;
      this.nudged = new AbortController();
      const startedAt = performance.now();
      await this.wait(await this.once());
      const restMs = betweenNudgedMs - (performance.now() - startedAt);
      if (this.isNudged && restMs > 0) await pause(restMs);
    }
  }

  /** One round, with its outcome written down. Gives the wait until the next, in milliseconds. */
  private async once(): Promise<number> {
    const startedAt = this.deps.clock.now();
    try {
      const report = await this.run(this.nudged.signal);
      if (report === null) return jittered(Math.min(otherWorkerMs, this.round.periodSeconds * 1000));
      await this.tell(startedAt, report, null);
      if (this.failures) this.log("info", "The round works again.");
      this.failures = 0;
      return this.untilNext(report);
    } catch (error) {
      if (this.leaving.aborted || (await this.outage.endured())) return 0;
      this.failures += 1;
      if (this.failures === 1) this.log("error", "The round failed; it is tried again until it works.", error);
      await this.tell(startedAt, null, error).catch(() => {}); // the next failure tells it
      return jittered(Math.min(longestBackoffMs, 500 * 2 ** Math.min(this.failures, 10)));
    }
  }

  private async tell(startedAt: Date, report: Report, error: unknown): Promise<void> {
    const endedAt = this.deps.clock.now();
    const isRestless = this.round.periodSeconds === 0 && !error && !this.failures;
    if (isRestless && endedAt.getTime() - this.toldAt < tellEveryMs) return;
    const { againAt: _againAt, ...told } = report ?? {};
    await recordRoundOutcome(this.deps.db, {
      round: this.round.name,
      environmentId: this.place.id,
      startedAt,
      endedAt,
      report: report && told,
      error: error === null ? null : error instanceof Error ? error.message : String(error),
    });
    this.toldAt = endedAt.getTime();
  }

  private untilNext({ againAt }: NonNullable<Report>): number {
    const period = jittered(this.round.periodSeconds * 1000);
    return againAt ? Math.min(period, Math.max(0, againAt.getTime() - this.deps.clock.now().getTime())) : period;
  }

  /** Ends early when nudged, also when that was while the round ran. */
  private wait(milliseconds: number): Promise<void> {
    if (this.isNudged || this.leaving.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private log(level: "info" | "error", message: string, err?: unknown): void {
    this.deps.log[level]({ round: this.round.name, environment: this.place.name, ...(err ? { err } : {}) }, message);
  }
}

/** Workers that were started together shall not stay together. */
function jittered(milliseconds: number): number {
  return milliseconds * (0.9 + Math.random() * 0.2);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
