"use server";

import { revalidatePath } from "next/cache";
import type { Outcome } from "@/components/shell/outcome";
import { paths } from "@/lib/paths";
import { addPerson } from "@/lib/people/add-person";
import { changePerson } from "@/lib/people/change-person";
import { act } from "../../act";

export async function addPersonAction(input: {
  email: string;
  name: string;
  role: string;
}): Promise<Outcome<{ email: string; password: string }>> {
  return act(async (actor) => {
    const added = await addPerson({ actor, input });
    revalidatePath(paths.people());
    return added;
  });
}

export async function changePersonAction(personId: string, change: { role?: string; disabled?: boolean }): Promise<Outcome> {
  return act(async (actor) => {
    const { role, disabled } = change;
    await changePerson({
      actor,
      personId: String(personId),
      ...(role !== undefined && { role: String(role) }),
      ...(disabled !== undefined && { disabled: disabled === true }),
    });
    revalidatePath(paths.people());
    return null;
  });
}
