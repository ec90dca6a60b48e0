import { listRefusedLaunches, markLaunchRefused } from "@/lib/db/runs";
import type { Deps } from "@/lib/deps";
import { explainLaunchError } from "@/lib/domain/failure";

/** A start that AWS refused leaves no task that anybody could see: the run says so itself, as failed, with the reason in words. */
export async function noteRefusedStarts({ db }: Pick<Deps, "db">): Promise<{ noted: number }> {
  let noted = 0;
  for (const { id, launchError } of await listRefusedLaunches(db))
    if (launchError && (await markLaunchRefused(db, id, explainLaunchError(launchError), new Date(launchError.at)))) noted++;
  return { noted };
}
