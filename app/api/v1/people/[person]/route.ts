import { handle, textOf } from "@/app/api/handle";
import { changePerson } from "@/lib/people/change-person";

/** `{"role": "operator"}` or `{"disabled": true}`. */
export const PATCH = (request: Request, { params }: { params: Promise<{ person: string }> }) =>
  handle(request, async ({ actor, body }) => {
    const change = (await body()) as { disabled?: unknown };
    const disabled = typeof change?.disabled === "boolean" ? change.disabled : undefined;
    await changePerson({ actor, personId: (await params).person, role: textOf(change, "role") || undefined, disabled });
  });
