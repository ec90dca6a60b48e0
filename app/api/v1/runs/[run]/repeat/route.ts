import { handle, textOf } from "@/app/api/handle";
import { getRun } from "@/lib/runs/get-run";
import { requestRun } from "@/lib/runs/request-run";

/** Runs a run again as it was: its revision, command, environment and size. */
export const POST = (request: Request, { params }: { params: Promise<{ run: string }> }) =>
  handle(request, async ({ actor, body }) => {
    const { run, job } = await getRun({ actor, runId: (await params).run });
    return requestRun({ actor, slug: job.slug, repeatOf: run.id, requestKey: textOf(await body(), "requestKey") || crypto.randomUUID() });
  });
