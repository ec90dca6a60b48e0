import { vi } from "vitest";
import type { Deps } from "@/lib/deps";
import type { Job } from "@/lib/domain/job";
import { readDeadLetters } from "@/lib/ingest/dead-letter";
import { intake } from "@/lib/ingest/intake";
import { testGround } from "@/lib/ingest/test-ground";
import { nextOccurrences } from "@/lib/schedule/occurrences";
import { parseExpression } from "@/lib/schedule/parse";
import type { Round } from "./driver";
import { rounds } from "./rounds";

export type MovableGround = Awaited<ReturnType<typeof movableGround>>;

/**
 * An imitated AWS and a worker whose common clock is moved: hours pass in a moment, and the Scheduler fires what they bring.
 * The worker is its real rounds, called as its driver calls them after a start: all of them, at once.
 */
export async function movableGround(startsAt: Date) {
  const ground = await testGround();
  const { control, environment } = ground;
  let offsetMs = startsAt.getTime() - Date.now();
  await control.setClock(startsAt);
  const now = () => new Date(Date.now() + offsetMs);
  const deps: Deps = { ...ground.deps, clock: { now } };
  let started = (await control.insideCalls())["ecs.RunTask"] ?? 0;

  const run = (round: Round, deps: Deps) => {
    const { signal } = new AbortController();
    // By themselves they wait some real seconds for a first message.
    if (round.name === "intake") return intake({ deps, environment, signal, waitSeconds: 0 });
    if (round.name === "read-dead-letters") return readDeadLetters({ deps, environment, signal, waitSeconds: 0 });
    return round.scope === "house" ? round.run(deps, signal) : round.run(deps, environment, signal);
  };

  return {
    ...ground,
    deps,
    now,
    work: (own = deps) => Promise.all(rounds.map((round) => run(round, own))),
    /** What becomes of each round, where they may fail. */
    try: (own: Deps) => Promise.allSettled(rounds.map((round) => run(round, own))),

    /** Works until `isDone` does not throw any more. */
    workUntil: (isDone: () => Promise<void>, own = deps) =>
      vi.waitFor(
        async () => {
          await Promise.all(rounds.map((round) => run(round, own)));
          await isDone();
        },
        { timeout: 20_000, interval: 50 },
      ),

    /** Lets time pass in steps, as AWS without anybody else; after each step the tasks that the jobs' calendars bring have ended. */
    pass: async (minutes: number, stepMinutes: number, jobs: Job[]) => {
      for (let passed = 0; passed < minutes; passed += stepMinutes) {
        const [from, seconds] = [now(), Math.min(stepMinutes, minutes - passed) * 60];
        await control.advanceClock(seconds);
        offsetMs += seconds * 1000;
        started += jobs.flatMap((job) => momentsOf(job, from, now())).length;
        await vi.waitFor(
          async () => {
            const calls = (await control.insideCalls())["ecs.RunTask"] ?? 0;
            if (calls < started) throw new Error(`The Scheduler has started ${calls} tasks of ${started}.`);
            const tasks = [...ground.world.region(environment.region).ecs.tasks.values()];
            if (tasks.some(({ phase }) => phase !== "stopped")) throw new Error("Tasks are still running.");
          },
          { timeout: 20_000, interval: 20 },
        );
      }
    },
  };
}

/** The moments of a job's calendar after `from`, up to `to`. */
export function momentsOf(job: Pick<Job, "expression" | "timeZone">, from: Date, to: Date): Date[] {
  const parsed = parseExpression(job.expression);
  if (!parsed.ok) throw new Error(parsed.fault.sentence);
  return nextOccurrences(parsed.schedule, job.timeZone, from, 1000)
    .map(({ at }) => at)
    .filter((at) => at <= to);
}
