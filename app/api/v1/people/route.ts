import { handle, limitOf } from "@/app/api/handle";
import { addPerson } from "@/lib/people/add-person";
import { listPeople } from "@/lib/people/list-people";

export const GET = (request: Request) =>
  handle(request, ({ actor, search }) => listPeople({ actor, cursor: search.get("cursor") ?? undefined, limit: limitOf(search) }));

/** Answers the new person's password, this once. */
export const POST = (request: Request) => handle(request, async ({ actor, body }) => addPerson({ actor, input: await body() }));
