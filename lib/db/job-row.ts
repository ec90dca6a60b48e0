import type { Job, JobDefinition, JobPolicies, SyncError } from "@/lib/domain/job";
import type { Job as Row } from "./generated/client";

/** A row as the domain knows it. An error about an older generation is over: somebody has saved since. */
export function toJob(row: Row): Job {
  const isCurrent = row.syncGeneration >= row.generation;
  return {
    id: row.id,
    environmentId: row.environmentId,
    name: row.name,
    slug: row.slug,
    description: row.description,
    application: row.application,
    labels: row.labels as Record<string, string>,
    definition: row.definition as JobDefinition,
    expression: row.expression,
    timeZone: row.timeZone,
    policies: row.policies as JobPolicies,
    generation: row.generation,
    savedAt: row.savedAt,
    savedBy: row.savedBy,
    createdAt: row.createdAt,
    pausedAt: row.pausedAt,
    pausedBy: row.pausedBy,
    pauseReason: row.pauseReason,
    deletedAt: row.deletedAt,
    appliedGeneration: row.appliedGeneration,
    appliedAt: row.appliedAt,
    observedGeneration: row.observedGeneration,
    observedAt: row.observedAt,
    taskDefinitionArn: row.taskDefinitionArn,
    syncError: isCurrent ? (row.syncError as SyncError | null) : null,
    retryAt: isCurrent ? row.retryAt : null,
    removedAt: row.removedAt,
    expectedAt: row.expectedAt,
    expectBy: row.expectBy,
  };
}
