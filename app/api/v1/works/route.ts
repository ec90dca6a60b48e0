import { handle, limitOf } from "@/app/api/handle";
import { listWorks } from "@/lib/environments/list-works";

export const GET = (request: Request) =>
  handle(request, ({ actor, search }) => listWorks({ actor, cursor: search.get("cursor") ?? undefined, limit: limitOf(search) }));
