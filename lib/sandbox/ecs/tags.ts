import type { Tag } from "@aws-sdk/client-ecs";
import { AwsError, type Region } from "../service";
import { clusterNameOf } from "./clusters";
import { findRevision } from "./task-definitions";

/** Throws AWS's InvalidParameterException for more than 50 tags, a key twice, or a key of AWS's own. */
export function checkTags(tags: Tag[] | undefined): void {
  if (tags === undefined) return;
  if (tags.length > 50) throw new AwsError("InvalidParameterException", "The number of tags exceeds the limit of 50.");
  const keys = tags.map((tag) => tag.key ?? "");
  if (new Set(keys).size !== keys.length) throw new AwsError("InvalidParameterException", "Duplicate tag keys found.");
  if (keys.some((key) => /^aws:/i.test(key))) {
    throw new AwsError("InvalidParameterException", "aws: prefixed tag key names are not allowed for external use.");
  }
}

/** The holder of a resource's tags. Throws as AWS does for an ARN of nothing. */
export function taggedResource(region: Region, arn: string): { tags: Tag[] } {
  const kind = /^arn:[^:]*:ecs:[^:]*:[^:]*:([a-z-]+)\//.exec(arn)?.[1];
  if (kind === "cluster") {
    const cluster = region.ecs.clusters.get(clusterNameOf(arn));
    if (cluster === undefined) throw new AwsError("ClusterNotFoundException", "Cluster not found.");
    return cluster;
  }
  const found = kind === "task" ? region.ecs.tasks.get(arn) : kind === "task-definition" ? findRevision(region, arn) : undefined;
  if (found !== undefined) return found;
  if (kind === undefined) throw new AwsError("InvalidParameterException", "Invalid resourceArn.");
  throw new AwsError("InvalidParameterException", `The specified ${kind} is not found. Specify a valid resourceArn and try again.`);
}

/** The tags with others laid over them, later keys winning. */
export function mergeTags(tags: Tag[], added: Tag[]): Tag[] {
  const merged = new Map([...tags, ...added].map((tag) => [tag.key, tag]));
  return [...merged.values()];
}
