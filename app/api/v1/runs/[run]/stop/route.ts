import { handle } from "@/app/api/handle";
import { requestStop } from "@/lib/runs/request-stop";

export const POST = (request: Request, { params }: { params: Promise<{ run: string }> }) =>
  handle(request, async ({ actor }) => requestStop({ actor, runId: (await params).run }));
