import { isThrottled, wordsOf } from "@/lib/aws/errors";
import { tryLock } from "@/lib/db/lock";
import { nudge } from "@/lib/db/nudge";
import { recordRepairs, recordTaskDefinition } from "@/lib/db/observations";
import {
  forgetIntention,
  listIntentions,
  listTaskDefinitions,
  markTaskDefinitionGone,
  retireUnusedTaskDefinitions,
} from "@/lib/db/task-definitions";
import { inTransaction } from "@/lib/db/transaction";
import type { Deps } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";
import { idOf } from "@/lib/domain/ids";
import { findByTag } from "./register";

/*
 * Keeps ECS's revisions and ours in step: deregisters what nobody uses, and finds out what was deregistered behind our
 * back. A round of its own, and a slow one: deregistering draws from the same bucket as registering, which people wait for.
 *
 * A revision is unused when no job names it and no run of the last day did, and it is retired when it has been so for a
 * day: the Scheduler may retry a start for 24 hours, and a schedule that names an inactive revision fails at every start.
 */

/** What a round did, for people. Revisions as people read them: `belfry-prod-billing:42`. */
export type RetireReport = {
  retired: string[];
  /** Deregistered by somebody else; their jobs get another one. */
  foundGone: string[];
  /** Registered by a worker that was killed before it could note it. */
  foundAgain: string[];
  failed: { revision: string; sentence: string }[];
};

const dayMs = 86_400_000;
/** AWS shows a new revision in its lists after moments; a younger one that is not listed proves nothing. */
const settledAfterMs = 10 * 60_000;
const mostRetiredAtOnce = 10;

/** One round over one environment; null when another worker is at it. Throws when Postgres is away. */
export async function retireRevisions(deps: Deps, environment: Environment, signal?: AbortSignal): Promise<RetireReport | null> {
  return tryLock(deps.db, `retire-revisions:${environment.id}`, async () => {
    const report: RetireReport = { retired: [], foundGone: [], foundAgain: [], failed: [] };
    await adoptIntended(deps, environment, report);

    const now = deps.clock.now();
    // Noted first, deregistered after: from then on nobody takes it into use. Killed between the two, the look below finds it.
    await retireUnusedTaskDefinitions(deps.db, environment.id, {
      now,
      unusedBefore: new Date(now.getTime() - dayMs),
      limit: mostRetiredAtOnce,
    });
    const known = await listTaskDefinitions(deps.db, environment.id, new Date(now.getTime() - 7 * dayMs));
    const { ecs } = deps.aws(environment);
    // One family after the other, so that the reads of a thousand families do not empty the bucket that others draw from.
    for (const [family, revisions] of Map.groupBy(known, (row) => row.family)) {
      if (signal?.aborted) break;
      let active: Set<string>;
      try {
        active = new Set(await ecs.listTaskDefinitionArns(family));
      } catch (error) {
        const { code, message } = wordsOf(error);
        report.failed.push({ revision: family, sentence: `${code}: ${message}` });
        continue;
      }
      for (const { arn, retiredAt, registeredAt } of revisions) {
        if (retiredAt && active.has(arn)) await deregister(deps, environment, arn, report);
        else if (!retiredAt && !active.has(arn) && now.getTime() - registeredAt.getTime() > settledAfterMs)
          await noteGone(deps, environment, arn, report);
      }
    }
    return report;
  });
}

async function deregister(deps: Deps, environment: Environment, arn: string, report: RetireReport): Promise<void> {
  if (report.failed.some(({ sentence }) => sentence === waitsForRoom) || report.retired.length >= mostRetiredAtOnce) return;
  try {
    await deps.aws(environment).ecs.deregisterTaskDefinition(arn);
    report.retired.push(shortOf(arn));
  } catch (error) {
    const { code, message } = wordsOf(error);
    report.failed.push({ revision: shortOf(arn), sentence: isThrottled(error) ? waitsForRoom : `${code}: ${message}` });
  }
}

const waitsForRoom = "ECS takes no more changes of task definitions for now; the next round goes on.";

async function noteGone({ db, clock, log }: Deps, environment: Environment, arn: string, report: RetireReport): Promise<void> {
  const at = clock.now();
  const sentence = `The revision ${shortOf(arn)} had been deregistered in AWS; the job is given a new one.`;
  // Together: once it is noted as gone, no later round finds it.
  const jobIds = await inTransaction(async (tx) => {
    const { jobIds } = await markTaskDefinitionGone(tx, environment.id, arn, at);
    const repairs = jobIds.map((jobId) => ({ id: idOf(jobId, arn), jobId, at, sentence }));
    await recordRepairs(tx, repairs);
    if (jobIds.length) await nudge(tx, "reconcile-jobs");
    return jobIds;
  }, db);
  log.warn({ arn, jobs: jobIds.length }, "A revision was deregistered behind our back.");
  report.foundGone.push(shortOf(arn));
}

/** Intentions that nobody fulfilled since: what was registered is noted (and retired in time if nobody wants it), the rest forgotten. */
async function adoptIntended(deps: Deps, environment: Environment, report: RetireReport): Promise<void> {
  const { db, clock } = deps;
  const before = new Date(clock.now().getTime() - settledAfterMs);
  for (const { fingerprint, family, document, at } of await listIntentions(db, environment.id, before)) {
    let arn: string | null;
    try {
      arn = await findByTag(deps.aws(environment).ecs, family, fingerprint, at);
    } catch (error) {
      const { code, message } = wordsOf(error);
      report.failed.push({ revision: family, sentence: `${code}: ${message}` });
      continue;
    }
    if (arn) {
      await recordTaskDefinition(db, { environmentId: environment.id, fingerprint, family, document, arn, registeredAt: at });
      report.foundAgain.push(shortOf(arn));
    } else await forgetIntention(db, environment.id, fingerprint);
  }
}

function shortOf(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
