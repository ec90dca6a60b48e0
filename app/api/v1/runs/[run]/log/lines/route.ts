import { handle, numberOf } from "@/app/api/handle";
import { getRunLog } from "@/lib/logs/get-run-log";
import { readLines } from "@/lib/logs/read-lines";

export const dynamic = "force-dynamic";

/** Some lines of a run's log: `?from=` the first one, `?count=` how many, 1000 at most. */
export const GET = (request: Request, { params }: { params: Promise<{ run: string }> }) =>
  handle(request, async ({ actor, search }) => {
    const [from, count] = [numberOf(search, "from") ?? 1, numberOf(search, "count", 1000) ?? 1000];
    const log = await getRunLog({ actor, runId: (await params).run, container: search.get("container") });
    return await readLines({ ...log, from, count, signal: request.signal });
  });
