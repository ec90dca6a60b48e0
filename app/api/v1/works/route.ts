import { handle } from "@/app/api/handle";
import { listWorks } from "@/lib/environments/list-works";

export const GET = (request: Request) => handle(request, ({ actor }) => listWorks({ actor }));
