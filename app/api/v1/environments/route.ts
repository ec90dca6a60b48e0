import { handle, limitOf } from "@/app/api/handle";
import { listEnvironments } from "@/lib/environments/list-environments";

export const GET = (request: Request) =>
  handle(request, ({ actor, search }) => listEnvironments({ actor, cursor: search.get("cursor") ?? undefined, limit: limitOf(search) }));
