import { handle, limitOf } from "@/app/api/handle";
import { listRevisions } from "@/lib/jobs/list-revisions";

type Context = { params: Promise<{ job: string }> };

/** The saved forms of a job, newest first. */
export const GET = (request: Request, { params }: Context) =>
  handle(request, async ({ actor, search }) =>
    listRevisions({ actor, slug: (await params).job, cursor: search.get("cursor") ?? undefined, limit: limitOf(search) }),
  );
