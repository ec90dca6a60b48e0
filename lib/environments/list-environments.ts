import { database } from "@/lib/db/client";
import { firstEnvironment, listEnvironmentRows } from "@/lib/db/environments";
import { type Actor, requireMay } from "@/lib/domain/actor";
import type { Environment } from "@/lib/domain/environment";

export type EnvironmentList = { rows: Environment[]; nextCursor: string | null };

/** One page of environments in the order of their names, at most 100. Throws Invalid for a cursor that is not ours. */
export async function listEnvironments(request: { actor: Actor; cursor?: string; limit?: number }): Promise<EnvironmentList> {
  requireMay(request.actor, "read");
  return await listEnvironmentRows(database(), { cursor: request.cursor, limit: request.limit ?? 20 });
}

/** The environment that the console is about; null where no worker has written one yet. */
export async function getGround({ actor }: { actor: Actor }): Promise<Environment | null> {
  requireMay(actor, "read");
  return await firstEnvironment(database());
}
