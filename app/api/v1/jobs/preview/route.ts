import { handle } from "@/app/api/handle";
import { previewJob } from "@/lib/jobs/preview-job";

/** What saving this input would do; `?job=` names the job that is edited. */
export const POST = (request: Request) =>
  handle(request, async ({ actor, search, body }) =>
    Response.json(await previewJob({ actor, slug: search.get("job"), input: await body() }), { headers: { "cache-control": "no-store" } }),
  );
