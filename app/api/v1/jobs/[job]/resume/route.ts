import { handle } from "@/app/api/handle";
import { resumeJob } from "@/lib/jobs/pause-job";

export const POST = (request: Request, { params }: { params: Promise<{ job: string }> }) =>
  handle(request, async ({ actor }) => resumeJob({ actor, slug: (await params).job }));
