import type { TaskDefinition } from "@aws-sdk/client-ecs";
import { AwsError, type Region, type World } from "../service";
import { inAnyOrder } from "./paging";
import type { RevisionState } from "./state";

/** A family and maybe a revision, from `family`, `family:revision` or an ARN. */
export function readDefinitionName(identifier: string): { family: string; revision: number | null } {
  const name = identifier.startsWith("arn:") ? (identifier.split("/").at(-1) as string) : identifier;
  const [family = "", revision] = name.split(":");
  if (revision === undefined) return { family, revision: null };
  if (!/^\d+$/.test(revision)) throw new AwsError("ClientException", `Invalid revision number. Number: ${revision}`);
  return { family, revision: Number(revision) };
}

/** The revision that a name means: the named one in whatever status, or of a family the latest that is ACTIVE. */
export function findRevision(region: Region, identifier: string): RevisionState | undefined {
  const { family, revision } = readDefinitionName(identifier);
  const revisions = region.ecs.families.get(family)?.revisions;
  if (revision !== null) return revisions?.get(revision);
  return [...(revisions?.values() ?? [])].filter(({ definition }) => definition.status === "ACTIVE").at(-1);
}

/** The revision that a call names with its number; throws as AWS does without one. */
export function requireNumberedRevision(region: Region, identifier: string): RevisionState {
  if (readDefinitionName(identifier).revision === null) throw new AwsError("InvalidParameterException", "Revision is missing.");
  const found = findRevision(region, identifier);
  if (found === undefined) throw new AwsError("ClientException", "The specified task definition does not exist.");
  return found;
}

/** A definition as it is answered: a copy, its lists in another order where the settings say so. */
export function describeDefinition(world: World, definition: TaskDefinition): TaskDefinition {
  const copy = structuredClone(definition);
  copy.containerDefinitions = inAnyOrder(world, copy.containerDefinitions ?? []).map((container) => ({
    ...container,
    environment: inAnyOrder(world, container.environment ?? []),
    ...(container.secrets && { secrets: inAnyOrder(world, container.secrets) }),
  }));
  return copy;
}

/** Removes the revisions whose deletion was asked for, once no task uses them any more. */
export function finishDeletions(region: Region): void {
  for (const { revisions } of region.ecs.families.values()) {
    for (const [number, { definition }] of revisions) {
      if (definition.status !== "DELETE_IN_PROGRESS") continue;
      const inUse = [...region.ecs.tasks.values()].some(
        ({ task }) => task.taskDefinitionArn === definition.taskDefinitionArn && task.lastStatus !== "STOPPED",
      );
      if (!inUse) revisions.delete(number);
    }
  }
}
