import { handle, textOf } from "@/app/api/handle";
import { pauseJob } from "@/lib/jobs/pause-job";

export const POST = (request: Request, { params }: { params: Promise<{ job: string }> }) =>
  handle(request, async ({ actor, body }) => pauseJob({ actor, slug: (await params).job, reason: textOf(await body(), "reason") }));
