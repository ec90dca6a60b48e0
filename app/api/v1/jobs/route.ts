import { choiceOf, handle, limitOf } from "@/app/api/handle";
import { jobListStates, listJobs } from "@/lib/jobs/list-jobs";
import { saveJob } from "@/lib/jobs/save-job";

export const GET = (request: Request) =>
  handle(request, ({ actor, search }) =>
    listJobs({
      actor,
      search: search.get("search") ?? undefined,
      state: choiceOf(search, "state", jobListStates),
      application: search.get("application") ?? undefined,
      cursor: search.get("cursor") ?? undefined,
      limit: limitOf(search),
    }),
  );

export const POST = (request: Request) => handle(request, async ({ actor, body }) => saveJob({ actor, slug: null, input: await body() }));
