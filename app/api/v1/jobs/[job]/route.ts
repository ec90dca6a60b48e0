import { handle, textOf } from "@/app/api/handle";
import { Invalid } from "@/lib/domain/errors";
import { deleteJob } from "@/lib/jobs/delete-job";
import { getJob } from "@/lib/jobs/get-job";
import { saveJob } from "@/lib/jobs/save-job";

type Context = { params: Promise<{ job: string }> };

export const GET = (request: Request, { params }: Context) =>
  handle(request, async ({ actor }) => getJob({ actor, slug: (await params).job }));

/** Writes the whole job; `?generation=` is the one that was read, so that nobody overwrites what they have not seen. */
export const PUT = (request: Request, { params }: Context) =>
  handle(request, async ({ actor, body, search }) =>
    saveJob({ actor, slug: (await params).job, input: await body(), expectedGeneration: generationOf(search) }),
  );

/** `{"typedName": "..."}` repeats the job's name. */
export const DELETE = (request: Request, { params }: Context) =>
  handle(request, async ({ actor, body }) => deleteJob({ actor, slug: (await params).job, typedName: textOf(await body(), "typedName") }));

function generationOf(search: URLSearchParams): number | undefined {
  const value = search.get("generation");
  if (value === null) return undefined;
  if (!/^\d{1,9}$/.test(value))
    throw new Invalid([{ field: "generation", sentence: "generation must be a whole number: the one that you read." }]);
  return Number(value);
}
