import type { Cluster, DescribeClustersCommandInput, DescribeClustersCommandOutput, Failure } from "@aws-sdk/client-ecs";
import { AwsError, type Region } from "../service";
import type { ClusterState } from "./state";

/** The name of a cluster, from its name or ARN; `default` where none is given. */
export function clusterNameOf(identifier: string | undefined): string {
  return identifier === undefined || identifier === "" ? "default" : (identifier.split("/").at(-1) as string);
}

/** `arn:aws:ecs:<region>:<account>:cluster/<name>`. */
export function clusterArn(region: Region, accountId: string, name: string): string {
  return `arn:aws:ecs:${region.name}:${accountId}:cluster/${name}`;
}

/** The cluster of a call that works in it, or AWS's ClusterNotFoundException. */
export function requireCluster(region: Region, identifier: string | undefined): ClusterState & { name: string } {
  const name = clusterNameOf(identifier);
  const found = region.ecs.clusters.get(name);
  if (found === undefined || found.cluster.status !== "ACTIVE") throw new AwsError("ClusterNotFoundException", "Cluster not found.");
  return { ...found, name };
}

/** A cluster as it is told, with its counts of tasks. */
export function describeCluster(region: Region, { cluster }: ClusterState): Cluster {
  let running = 0;
  let pending = 0;
  for (const { task } of region.ecs.tasks.values()) {
    if (task.clusterArn !== cluster.clusterArn || task.lastStatus === "STOPPED") continue;
    if (task.lastStatus === "RUNNING") running += 1;
    else if (task.desiredStatus === "RUNNING") pending += 1;
  }
  return { ...cluster, runningTasksCount: running, pendingTasksCount: pending };
}

/** DescribeClusters: what is missing is a failure, not an error. */
export function describeClusters(
  region: Region,
  accountId: string,
  input: DescribeClustersCommandInput,
): Omit<DescribeClustersCommandOutput, "$metadata"> {
  const clusters: Cluster[] = [];
  const failures: Failure[] = [];
  for (const identifier of input.clusters?.length ? input.clusters : ["default"]) {
    const name = clusterNameOf(identifier);
    const found = region.ecs.clusters.get(name);
    if (found === undefined) failures.push({ arn: clusterArn(region, accountId, name), reason: "MISSING" });
    else clusters.push({ ...describeCluster(region, found), tags: input.include?.includes("TAGS") ? found.tags : [] });
  }
  return { clusters, failures };
}
