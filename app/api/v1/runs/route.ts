import { handle, limitOf } from "@/app/api/handle";
import { listRuns } from "@/lib/runs/list-runs";
import { readWholeRunSearch, runSearchNames } from "@/lib/runs/run-search";

/**
 * Newest first. `?job=` is an address, `state=` a state, `from=` and `to=` days in UTC ("to" included) or moments ("to" excluded),
 * `text=` words, or beginnings of words, of why runs ended as they did and of who asked for them.
 */
export const GET = (request: Request) =>
  handle(request, ({ actor, search }) =>
    listRuns({
      actor,
      ...readWholeRunSearch(Object.fromEntries(runSearchNames.map((name) => [name, search.get(name) ?? undefined])), "UTC"),
      cursor: search.get("cursor") ?? undefined,
      limit: limitOf(search),
    }),
  );
