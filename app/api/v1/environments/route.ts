import { handle } from "@/app/api/handle";
import { listEnvironments } from "@/lib/environments/list-environments";

export const GET = (request: Request) => handle(request, ({ actor }) => listEnvironments({ actor }));
