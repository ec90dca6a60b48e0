import { handle, limitOf, textOf } from "@/app/api/handle";
import { listRuns } from "@/lib/runs/list-runs";
import { requestRun } from "@/lib/runs/request-run";
import { readWholeRunSearch, runSearchNames } from "@/lib/runs/run-search";

type Context = { params: Promise<{ job: string }> };

/** As all runs, without `job=`. */
export const GET = (request: Request, { params }: Context) =>
  handle(request, async ({ actor, search }) =>
    listRuns({
      actor,
      ...readWholeRunSearch(Object.fromEntries(runSearchNames.map((name) => [name, search.get(name) ?? undefined])), "UTC"),
      slug: (await params).job,
      cursor: search.get("cursor") ?? undefined,
      limit: limitOf(search),
    }),
  );

/** `{"requestKey": "<a fresh UUID>"}`: sent twice, it is one run. */
export const POST = (request: Request, { params }: Context) =>
  handle(request, async ({ actor, body }) =>
    requestRun({ actor, slug: (await params).job, requestKey: textOf(await body(), "requestKey") || crypto.randomUUID() }),
  );
