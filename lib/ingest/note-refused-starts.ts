import { listRefusedLaunches, markLaunchRefused } from "@/lib/db/runs";
import type { Deps } from "@/lib/deps";
import { Unavailable } from "@/lib/domain/errors";
import { explainLaunchError } from "@/lib/domain/failure";

/**
 * A start that AWS refused leaves no task that anybody could see: the run says so itself, as failed, with the reason in words. One
 * that cannot be written keeps no other waiting. Throws when Postgres is away.
 */
export async function noteRefusedStarts({ db, log }: Pick<Deps, "db" | "log">): Promise<{ noted: number; failed: number }> {
  const report = { noted: 0, failed: 0 };
  for (const { id, launchError } of await listRefusedLaunches(db)) {
    if (!launchError) continue;
    try {
      if (await markLaunchRefused(db, id, explainLaunchError(launchError), new Date(launchError.at))) report.noted++;
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      report.failed++;
      log.error({ err: error, run: id }, "The refusal of a start could not be written.");
    }
  }
  return report;
}
