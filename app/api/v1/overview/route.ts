import { handle } from "@/app/api/handle";
import { getOverview } from "@/lib/jobs/get-overview";

export const GET = (request: Request) => handle(request, ({ actor }) => getOverview({ actor }));
