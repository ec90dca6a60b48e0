import { choiceOf, handle, limitOf } from "@/app/api/handle";
import { runStates } from "@/lib/domain/run";
import { listRuns } from "@/lib/runs/list-runs";

export const GET = (request: Request) =>
  handle(request, ({ actor, search }) =>
    listRuns({ actor, state: choiceOf(search, "state", runStates), cursor: search.get("cursor") ?? undefined, limit: limitOf(search) }),
  );
