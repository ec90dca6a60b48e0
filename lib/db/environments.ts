import type { Environment, EnvironmentSettings } from "@/lib/domain/environment";
import { newShortId } from "@/lib/domain/ids";
import type { Db } from "./client";
import type { Environment as Row } from "./generated/client";

function toEnvironment({ createdAt: _createdAt, updatedAt: _updatedAt, ...environment }: Row): Environment {
  return environment;
}

/** Writes the environment that the deployment's settings describe; its name is what it is known by. */
export async function upsertEnvironment(db: Db, settings: EnvironmentSettings, now: Date): Promise<Environment> {
  const row = await db.environment.upsert({
    where: { name: settings.name },
    create: { ...settings, id: newShortId(), createdAt: now, updatedAt: now },
    update: { ...settings, updatedAt: now },
  });
  return toEnvironment(row);
}

/** All environments, the oldest first; a deployment has a few. */
export async function listEnvironments(db: Db): Promise<Environment[]> {
  const rows = await db.environment.findMany({ orderBy: [{ createdAt: "asc" }, { id: "asc" }], take: 100 });
  return rows.map(toEnvironment);
}
