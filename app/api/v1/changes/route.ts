import { handle } from "@/app/api/handle";
import { getLastChange } from "@/lib/runs/get-last-change";

/** `{change}`: another word than before says that a run has changed since. */
export const GET = (request: Request) => handle(request, ({ actor }) => getLastChange({ actor }));
