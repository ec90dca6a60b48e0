import { handle } from "@/app/api/handle";
import { getRun } from "@/lib/runs/get-run";

export const GET = (request: Request, { params }: { params: Promise<{ run: string }> }) =>
  handle(request, async ({ actor }) => getRun({ actor, runId: (await params).run }));
