import { type Expectation, listExpectations, type MissedMoment, type MovedExpectation, writeExpectations } from "@/lib/db/expectations";
import { earliestLook, type LookGap, type Looks, listLookGaps, looksOf } from "@/lib/db/looks";
import type { Deps } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";
import type { Cause } from "@/lib/domain/run";
import { judgeExpectation, type Missed } from "./judge-expectation";
import { secondsOf } from "./seconds-of";

/*
 * The net under everything else: a moment that the calendar promised, and of which no source has told anything, becomes a
 * missed run once no start can come for it any more. It is the only trace of a schedule that somebody removed in AWS, of a
 * start that ECS answered without starting anything, of an event that was lost for good.
 *
 * First the sources, then the judgement: after a time in which Belfry was down all three have to tell what they know
 * before anything is called missed.
 */

/** What a round came to, in jobs and moments. */
export type MissedReport = {
  /** Jobs of which a moment has come. */
  looked: number;
  /** Jobs whose moment may still get its run. */
  waiting: number;
  /** Moments that were written as missed. */
  missed: number;
};

type MissedRequest = { deps: Deps; environment: Environment; signal?: AbortSignal; pageSize?: number; mostPages?: number };

/** Judges every moment that has come and has no run yet. Only the jobs of which one has come are read, a page at a time. */
export async function noteMissed(request: MissedRequest): Promise<MissedReport & { againAt: Date | null }> {
  const { deps, environment, signal, pageSize = 500, mostPages = 50 } = request;
  const { db, clock } = deps;
  const now = clock.now();
  const looks = await looksOf(db, environment.id);
  const toldUntil = earliestLook(looks);
  const report: MissedReport = { looked: 0, waiting: 0, missed: 0 };
  let gaps: LookGap[] | null = null;
  let last: Expectation | undefined;
  for (let page = 0; page < mostPages && !signal?.aborted; page++) {
    const expectations = await listExpectations(db, environment.id, { now, after: last ?? null, limit: pageSize });
    const judged = expectations.map((expectation) => ({ expectation, judgement: judgeExpectation(expectation, { now, toldUntil }) }));
    const found = judged.flatMap(({ expectation: { jobId }, judgement }) => judgement.missed.map((missed) => ({ jobId, missed })));
    const earliest = found.reduce((first, { missed }) => Math.min(first, missed.at.getTime()), Number.POSITIVE_INFINITY);
    if (found.length > 0) gaps ??= await listLookGaps(db, { environmentId: environment.id, since: new Date(earliest), limit: 100 });
    const missed = found.map(({ jobId, missed }): MissedMoment => {
      const { at, calendar } = missed;
      return { jobId, scheduledAt: at, jobGeneration: calendar.generation, cause: explainMissed(missed, { looks, gaps: gaps ?? [] }) };
    });
    const moved = judged.flatMap(({ expectation, judgement }) => movedFrom(expectation, judgement));
    report.looked += expectations.length;
    report.waiting += judged.filter(({ judgement: { expectedAt } }) => expectedAt !== null && expectedAt <= now).length;
    report.missed += await writeExpectations(db, environment.id, { missed, moved });
    last = expectations.at(-1);
    if (expectations.length < pageSize) return { ...report, againAt: null };
  }
  return { ...report, againAt: now };
}

function movedFrom(
  { jobId, expectedAt: was, expectBy: wasBy }: Expectation,
  { expectedAt, expectBy }: { expectedAt: Date | null; expectBy: Date | null },
): MovedExpectation[] {
  const stands = expectedAt?.getTime() === was.getTime() && expectBy?.getTime() === wasBy?.getTime();
  return stands ? [] : [{ jobId, was, expectedAt, expectBy }];
}

const gapWords: Record<LookGap["source"], (from: string, to: string) => string> = {
  events: (from, to) => `Belfry did not read the event queue in time: what it had from ${from} to ${to} is gone`,
  tasks: (from, to) => `Belfry did not ask ECS in time: of tasks from ${from} to ${to} only the event queue could tell`,
  "dead-letters": (from, to) => `Belfry did not read the dead letters in time: those from ${from} to ${to} are gone`,
};

/** Why a moment is called missed: what promised it, where was looked and until when, and of which times nobody can tell. */
export function explainMissed({ at, by, calendar }: Missed, { looks, gaps }: { looks: Looks; gaps: LookGap[] }): Cause {
  const within = gaps.filter(({ beganAt, endedAt }) => beganAt <= by && endedAt >= at);
  const nobodyKnows = within.some(({ source }) => source === "events");
  const evidence = [
    `Due at ${secondsOf(at)} by ${calendar.expression} in ${calendar.timeZone}`,
    `A start could have come until ${secondsOf(by)}`,
    ...(looks.events ? [`The event queue was read until ${secondsOf(looks.events)}: no task`] : []),
    ...(looks.tasks ? [`ECS was asked at ${secondsOf(looks.tasks)}: no task`] : []),
    ...(looks["dead-letters"] ? [`The dead letters were read until ${secondsOf(looks["dead-letters"])}: no refused start`] : []),
    ...within.map(({ source, beganAt, endedAt }) => gapWords[source](secondsOf(beganAt), secondsOf(endedAt))),
  ];
  return nobodyKnows
    ? {
        kind: "missed",
        headline: "Nobody can tell whether a task was started for this moment: Belfry was away for longer than AWS remembers",
        evidence,
        awsWords: [],
        nextStep: "Look in the log group for a stream of that time. If its work was not done, run it again.",
      }
    : {
        kind: "missed",
        headline: "No task was started for this moment, and AWS told of no refused start",
        evidence,
        awsWords: [],
        nextStep: "See on the job's page whether AWS has its schedule. If the work must not wait for the next moment, run it now.",
      };
}
