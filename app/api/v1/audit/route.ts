import { handle, limitOf } from "@/app/api/handle";
import { listAudit } from "@/lib/audit/list-audit";

export const GET = (request: Request) =>
  handle(request, ({ actor, search }) => listAudit({ actor, cursor: search.get("cursor") ?? undefined, limit: limitOf(search) }));
