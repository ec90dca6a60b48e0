import { isGone } from "@/lib/aws/errors";
import type { LogsDoor } from "@/lib/aws/logs";
import type { Database } from "@/lib/db/client";
import { listEnvironments } from "@/lib/db/environments";
import { rewriteCause } from "@/lib/db/run-cause";
import { giveUpLogTails, listRunsWithoutLogTail, writeLogTail } from "@/lib/db/runs";
import type { Deps } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";
import { Unavailable } from "@/lib/domain/errors";
import { refineByLog } from "@/lib/domain/failure";
import { splitLines } from "@/lib/domain/log-text";
import type { LogLine, Run } from "@/lib/domain/run";
import { inLanes } from "./in-lanes";

export type KeptTails = { kept: number; failed: number };

type KeepRequest = {
  deps: Deps;
  /** CloudWatch shows a line some seconds after it was written: so long after the end the last ones are there. */
  settleSeconds?: number;
};

const tailLines = 50;
const longestLine = 2000;
/** A log that could not be read for so long will not be read any more. */
const giveUpSeconds = 24 * 3600;

/** So many are read in one round, a few pages of them. */
const mostAtOnce = 100;
const mostPages = 20;

/** Until when something waits that could not be read, and for how long, in milliseconds. A fresh process waits for nothing. */
type Waits = Map<string, { until: number; forMs: number }>;
const kept = new WeakMap<Database, { jobs: Waits; runs: Waits }>();
const longestWaitMs = 3_600_000;

/**
 * Keeps the last lines of ended runs with them, so that the reason of a failure outlives the log's retention. A job of which a log
 * cannot be read waits, less and less often tried, and begins with another run then: neither the other jobs' runs wait behind
 * its, nor its others behind the one. Throws when Postgres is away.
 */
export async function keepLogTail({ deps, settleSeconds = 30 }: KeepRequest): Promise<KeptTails> {
  const { db, clock, log } = deps;
  const now = clock.now();
  const waits = kept.get(db) ?? { jobs: new Map(), runs: new Map() };
  kept.set(db, waits);
  for (const each of Object.values(waits)) for (const [id, { until }] of each) if (until <= now.getTime() - longestWaitMs) each.delete(id);
  const endedBefore = new Date(now.getTime() - settleSeconds * 1000);
  const isWaiting = (each: Waits, id: string) => (each.get(id)?.until ?? 0) > now.getTime();
  const report: KeptTails = { kept: 0, failed: 0 };

  const keep = async (run: Run, environments: Map<string, Environment>) => {
    if (isWaiting(waits.jobs, run.jobId) || isWaiting(waits.runs, run.id)) return;
    try {
      const environment = environments.get(run.environmentId);
      const tail = environment ? await lastLines(deps.aws(environment).logs, run) : [];
      // First the cause: once the tail is kept, nobody comes back to this run.
      const told = run.cause && refineByLog(run.cause, tail);
      if (run.cause && told && told !== run.cause) await rewriteCause(db, run.id, { was: run.cause, is: told });
      await writeLogTail(db, run.id, { tail, keptAt: now });
      waits.jobs.delete(run.jobId);
      waits.runs.delete(run.id);
      report.kept++;
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      report.failed++;
      log.warn({ runId: run.id, error: String(error) }, "The last lines of a run could not be read.");
      letWait(waits.jobs, run.jobId, now, 30_000);
      letWait(waits.runs, run.id, now, 60_000);
      const hopeless = new Date(now.getTime() - giveUpSeconds * 1000);
      if (endOf(run) < hopeless.getTime()) await giveUpLogTails(db, run.jobId, { endedBefore: hopeless, at: now });
    }
  };

  let after: Run | null = null;
  for (let page = 0; page < mostPages && report.kept + report.failed < mostAtOnce; page++) {
    const butJobIds = [...waits.jobs.keys()].filter((id) => isWaiting(waits.jobs, id));
    const runs: Run[] = await listRunsWithoutLogTail(db, { endedBefore, after, butJobIds, limit: mostAtOnce });
    if (runs.length === 0) break;
    const environments = new Map((await listEnvironments(db)).map((environment) => [environment.id, environment]));
    const outcomes = await inLanes(runs, 3, (run) => keep(run, environments));
    const away = outcomes.find((outcome) => outcome.status === "rejected");
    if (away) throw away.reason;
    if (runs.length < mostAtOnce) break;
    after = runs.at(-1) ?? null;
  }
  return report;
}

function letWait(waits: Waits, id: string, now: Date, firstMs: number): void {
  const forMs = Math.min(longestWaitMs, 2 * (waits.get(id)?.forMs ?? firstMs / 2));
  waits.set(id, { until: now.getTime() + forMs, forMs });
}

function endOf(run: Run): number {
  return (run.stoppedAt ?? run.dueAt).getTime();
}

/**
 * The last lines of a stream, found from shortly before its end: a log may be long, and only its end is wanted.
 * Looks further back until there are enough or it has begun at the beginning.
 */
async function lastLines(logs: Pick<LogsDoor, "getLogEvents">, run: Run): Promise<LogLine[]> {
  const { logGroup: group, logStream: stream } = run;
  if (!group || !stream) return [];
  const began = (run.startedAt ?? run.dueAt).getTime();
  for (let backMs = 60_000; ; backMs *= 20) {
    const from = endOf(run) - backMs;
    const lines = await readFrom(logs, { group, stream, startTime: from > began ? from : undefined });
    if (lines.length >= tailLines || from <= began) return lines;
  }
}

async function readFrom(
  logs: Pick<LogsDoor, "getLogEvents">,
  place: { group: string; stream: string; startTime: number | undefined },
): Promise<LogLine[]> {
  let token: string | null = null;
  let tail: LogLine[] = [];
  try {
    for (;;) {
      const page: Awaited<ReturnType<typeof logs.getLogEvents>> = await logs.getLogEvents({ ...place, token, limit: 10_000 });
      const lines = page.events.slice(-tailLines).flatMap(({ timestamp, message }) =>
        splitLines(message).map((text) => ({
          at: timestamp,
          text: text.length > longestLine ? `${text.slice(0, longestLine)} …` : text,
        })),
      );
      tail = [...tail, ...lines].slice(-tailLines);
      if (page.forwardToken === token) return tail;
      token = page.forwardToken;
    }
  } catch (error) {
    if (isGone(error)) return tail;
    throw error;
  }
}
