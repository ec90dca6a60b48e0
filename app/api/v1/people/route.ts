import { handle } from "@/app/api/handle";
import { addPerson } from "@/lib/people/add-person";
import { listPeople } from "@/lib/people/list-people";

export const GET = (request: Request) => handle(request, ({ actor }) => listPeople({ actor }));

/** Answers the new person's password, this once. */
export const POST = (request: Request) => handle(request, async ({ actor, body }) => addPerson({ actor, input: await body() }));
