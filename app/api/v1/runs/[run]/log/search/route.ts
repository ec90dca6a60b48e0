import { choiceOf, handle } from "@/app/api/handle";
import { getRunLog } from "@/lib/logs/get-run-log";
import { searchLog } from "@/lib/logs/search-log";

export const dynamic = "force-dynamic";

/** The lines of a run's log with the words of `?q=`, or with `?errors=1` those that look like errors. */
export const GET = (request: Request, { params }: { params: Promise<{ run: string }> }) =>
  handle(request, async ({ actor, search }) => {
    const words = choiceOf(search, "errors", ["1"]) ? null : (search.get("q") ?? "");
    const log = await getRunLog({ actor, runId: (await params).run, container: search.get("container") });
    return await searchLog({ ...log, words, signal: request.signal });
  });
