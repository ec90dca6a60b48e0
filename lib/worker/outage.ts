import { setTimeout as pause } from "node:timers/promises";
import { listEnvironments } from "@/lib/db/environments";
import type { Deps } from "@/lib/deps";
import { Unavailable } from "@/lib/domain/errors";

const lookEveryMs = 1_000;

/** A time in which Postgres is away: every round waits for the same end of it, and it is said once. */
export class Outage {
  private under: Promise<void> | null = null;

  constructor(
    private readonly deps: Pick<Deps, "db" | "log">,
    private readonly leaving: AbortSignal,
  ) {}

  /** Whether Postgres was away; if so, it is back (or the worker leaves) when this answers. */
  async endured(): Promise<boolean> {
    if (!this.under && (await this.answers())) return false;
    this.under ??= this.wait().finally(() => {
      this.under = null;
    });
    await this.under;
    return true;
  }

  private async wait(): Promise<void> {
    this.deps.log.warn({}, "Postgres does not answer: the worker waits for it.");
    while (!(await this.answers())) {
      // An aborted wait is a worker that leaves.
      await pause(lookEveryMs, undefined, { signal: this.leaving }).catch(() => {});
      if (this.leaving.aborted) return;
    }
    this.deps.log.info({}, "Postgres answers again.");
  }

  private async answers(): Promise<boolean> {
    try {
      await listEnvironments(this.deps.db);
      return true;
    } catch (error) {
      return !(error instanceof Unavailable);
    }
  }
}
