import { choiceOf, handle, limitOf, textOf } from "@/app/api/handle";
import { runStates } from "@/lib/domain/run";
import { listRuns } from "@/lib/runs/list-runs";
import { requestRun } from "@/lib/runs/request-run";

type Context = { params: Promise<{ job: string }> };

export const GET = (request: Request, { params }: Context) =>
  handle(request, async ({ actor, search }) =>
    listRuns({
      actor,
      slug: (await params).job,
      state: choiceOf(search, "state", runStates),
      cursor: search.get("cursor") ?? undefined,
      limit: limitOf(search),
    }),
  );

/** `{"requestKey": "<a fresh UUID>"}`: sent twice, it is one run. */
export const POST = (request: Request, { params }: Context) =>
  handle(request, async ({ actor, body }) =>
    requestRun({ actor, slug: (await params).job, requestKey: textOf(await body(), "requestKey") || crypto.randomUUID() }),
  );
