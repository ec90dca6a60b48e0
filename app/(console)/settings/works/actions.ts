"use server";

import { revalidatePath } from "next/cache";
import type { Outcome } from "@/components/shell/outcome";
import { dismissMessage } from "@/lib/environments/dismiss-message";
import { paths } from "@/lib/paths";
import { act } from "../../act";

export async function dismissMessageAction(id: string): Promise<Outcome> {
  return act(async (actor) => {
    await dismissMessage({ actor, id: String(id) });
    revalidatePath(paths.works());
    return null;
  });
}
