import { database } from "@/lib/db/client";
import { listEnvironments as listEnvironmentRows } from "@/lib/db/environments";
import { type Actor, requireMay } from "@/lib/domain/actor";
import type { Environment } from "@/lib/domain/environment";

/** Where jobs run, as the deployment's settings describe it. */
export async function listEnvironments({ actor }: { actor: Actor }): Promise<Environment[]> {
  requireMay(actor, "read");
  return listEnvironmentRows(database());
}
