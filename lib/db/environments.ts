import type { Environment, EnvironmentSettings } from "@/lib/domain/environment";
import { newShortId } from "@/lib/domain/ids";
import type { Db } from "./client";
import type { Environment as Row } from "./generated/client";
import { readCursor, writeCursor } from "./page-cursor";
import { readAll } from "./read-all";
import { boundedLimit } from "./row";

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

/** All environments in the order of their names, for the works; a deployment has a few. */
export async function listEnvironments(db: Db): Promise<Environment[]> {
  return await readAll((last, limit) => readPage(db, last, limit));
}

/** One page of environments in the order of their names, 100 at most. Throws Invalid for a cursor that is not ours. */
export async function listEnvironmentRows(
  db: Db,
  { cursor, limit: wanted }: { cursor?: string; limit: number },
): Promise<{ rows: Environment[]; nextCursor: string | null }> {
  const limit = boundedLimit(wanted, 100);
  const [name] = cursor ? readCursor(cursor) : [];
  const found = await readPage(db, name === undefined ? null : { name }, limit + 1);
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, nextCursor: found.length > limit && last ? writeCursor([last.name, last.id]) : null };
}

async function readPage(db: Db, last: Pick<Environment, "name"> | null, limit: number): Promise<Environment[]> {
  const rows = await db.environment.findMany({ where: { name: { gt: last?.name } }, orderBy: { name: "asc" }, take: limit });
  return rows.map(toEnvironment);
}

/** An environment by its id; null where there is none. */
export async function getEnvironmentById(db: Db, id: string): Promise<Environment | null> {
  const row = await db.environment.findUnique({ where: { id } });
  return row && toEnvironment(row);
}

/** The environment that was made first, in which new jobs are made and which the console shows; null where there is none yet. */
export async function firstEnvironment(db: Db): Promise<Environment | null> {
  const row = await db.environment.findFirst({ orderBy: [{ createdAt: "asc" }, { id: "asc" }] });
  return row && toEnvironment(row);
}
