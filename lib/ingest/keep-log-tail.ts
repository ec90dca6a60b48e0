import { isGone } from "@/lib/aws/errors";
import type { LogsDoor } from "@/lib/aws/logs";
import { listEnvironments } from "@/lib/db/environments";
import { rewriteCause } from "@/lib/db/run-cause";
import { listRunsWithoutLogTail, writeLogTail } from "@/lib/db/runs";
import type { Deps } from "@/lib/deps";
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

/** Keeps the last lines of ended runs with them, so that the reason of a failure outlives the log's retention. */
export async function keepLogTail({ deps, settleSeconds = 30 }: KeepRequest): Promise<KeptTails> {
  const { db, clock, log } = deps;
  const now = clock.now();
  const runs = await listRunsWithoutLogTail(db, new Date(now.getTime() - settleSeconds * 1000));
  if (runs.length === 0) return { kept: 0, failed: 0 };
  const environments = new Map((await listEnvironments(db)).map((environment) => [environment.id, environment]));
  const outcomes = await inLanes(runs, 3, async (run) => {
    const environment = environments.get(run.environmentId);
    const tail = environment ? await lastLines(deps.aws(environment).logs, run) : [];
    // First the cause: once the tail is kept, nobody comes back to this run.
    const told = run.cause && refineByLog(run.cause, tail);
    if (run.cause && told && told !== run.cause) await rewriteCause(db, run.id, { was: run.cause, is: told });
    await writeLogTail(db, run.id, { tail, keptAt: now });
  });
  const report: KeptTails = { kept: 0, failed: 0 };
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === "fulfilled") {
      report.kept++;
      continue;
    }
    report.failed++;
    const run = runs[index];
    log.warn({ runId: run?.id, error: String(outcome.reason) }, "The last lines of a run could not be read.");
    if (run && now.getTime() - endOf(run) > giveUpSeconds * 1000) await writeLogTail(db, run.id, { tail: [], keptAt: now });
  }
  return report;
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
