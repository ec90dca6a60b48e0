import type * as sdk from "@aws-sdk/client-ecs";
import type { Failure, TaskDefinition } from "@aws-sdk/client-ecs";
import type { OperationsOf } from "../operations-of";
import { AwsError } from "../service";
import { clusterArn, clusterNameOf, describeCluster, describeClusters, requireCluster } from "./clusters";
import type model from "./model.json";
import { inAnyOrder, pageAfter } from "./paging";
import { registerTaskDefinition } from "./register-task-definition";
import { runTask } from "./run-task";
import { checkTags, mergeTags, taggedResource } from "./tags";
import { describeDefinition, findRevision, readDefinitionName, requireNumberedRevision } from "./task-definitions";
import { describeTasks, listTasks, stopTask } from "./tasks";

const invalid = (message: string) => new AwsError("InvalidParameterException", message);

/** ECS, operation by operation: clusters, task definitions, tasks, tags. */
export const ecsOperations: OperationsOf<typeof sdk, typeof model> = {
  CreateCluster(input, { region, accountId }) {
    const name = clusterNameOf(input.clusterName);
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
      throw invalid("Cluster names must be 1 to 255 letters, numbers, hyphens and underscores.");
    }
    checkTags(input.tags);
    const before = region.ecs.clusters.get(name);
    if (before?.cluster.status === "ACTIVE") return { cluster: describeCluster(region, before) };
    const made = {
      cluster: {
        clusterArn: clusterArn(region, accountId, name),
        clusterName: name,
        status: "ACTIVE",
        registeredContainerInstancesCount: 0,
        activeServicesCount: 0,
        statistics: [],
        settings: input.settings ?? [{ name: "containerInsights" as const, value: "disabled" }],
        configuration: input.configuration,
        capacityProviders: input.capacityProviders ?? [],
        defaultCapacityProviderStrategy: input.defaultCapacityProviderStrategy ?? [],
      },
      tags: input.tags ?? [],
    };
    region.ecs.clusters.set(name, made);
    return { cluster: { ...describeCluster(region, made), tags: made.tags } };
  },

  DeleteCluster(input, { region }) {
    const found = requireCluster(region, input.cluster);
    const isBusy = [...region.ecs.tasks.values()].some(
      ({ task }) => task.clusterArn === found.cluster.clusterArn && task.lastStatus !== "STOPPED",
    );
    if (isBusy) throw new AwsError("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.");
    found.cluster.status = "INACTIVE";
    return { cluster: describeCluster(region, found) };
  },

  DescribeClusters(input, { region, accountId }) {
    return describeClusters(region, accountId, input);
  },

  ListClusters(input, { region }) {
    const arns = [...region.ecs.clusters.values()]
      .filter(({ cluster }) => cluster.status === "ACTIVE")
      .map(({ cluster }) => cluster.clusterArn as string)
      .sort();
    const { page, nextToken } = pageAfter(
      arns,
      (arn) => arn,
      (key, last) => key > last,
      input,
    );
    return { clusterArns: page, nextToken };
  },

  RegisterTaskDefinition(input, call) {
    const taskDefinition = registerTaskDefinition(input, call);
    return { taskDefinition: describeDefinition(call.world, taskDefinition), tags: input.tags ?? [] };
  },

  DeregisterTaskDefinition(input, { world, region, now }) {
    const { definition } = requireNumberedRevision(region, input.taskDefinition as string);
    if (definition.status === "ACTIVE") {
      definition.status = "INACTIVE";
      definition.deregisteredAt = now;
    }
    return { taskDefinition: describeDefinition(world, definition) };
  },

  DeleteTaskDefinitions(input, { world, region, now }) {
    const identifiers = input.taskDefinitions ?? [];
    if (identifiers.length > 10) throw invalid("You can specify up to 10 task definitions to delete.");
    const taskDefinitions: TaskDefinition[] = [];
    const failures: Failure[] = [];
    for (const identifier of identifiers) {
      if (readDefinitionName(identifier).revision === null) throw invalid("Revision is missing.");
      const definition = findRevision(region, identifier)?.definition;
      if (definition === undefined) {
        failures.push({
          arn: identifier,
          reason: "The specified task definition does not exist. Specify a valid account, family, revision and try again.",
        });
      } else if (definition.status === "ACTIVE") {
        failures.push({
          arn: definition.taskDefinitionArn,
          reason: "The specified task definition is still in ACTIVE status. Please deregister the target and try again.",
        });
      } else {
        definition.status = "DELETE_IN_PROGRESS";
        definition.deleteRequestedAt ??= now;
        taskDefinitions.push(describeDefinition(world, definition));
      }
    }
    return { taskDefinitions, failures };
  },

  DescribeTaskDefinition(input, { world, region }) {
    const found = findRevision(region, input.taskDefinition as string);
    if (found === undefined) throw new AwsError("ClientException", "Unable to describe task definition.");
    return {
      taskDefinition: describeDefinition(world, found.definition),
      tags: input.include?.includes("TAGS") ? inAnyOrder(world, found.tags) : undefined,
    };
  },

  ListTaskDefinitions(input, { region }) {
    const status = input.status ?? "ACTIVE";
    const families = [...region.ecs.families.keys()].sort();
    const definitions = families
      // The whole name of a family, whatever the parameter is called.
      .filter((family) => input.familyPrefix === undefined || family === input.familyPrefix)
      .flatMap((family) => [...(region.ecs.families.get(family)?.revisions.values() ?? [])])
      .map(({ definition }) => definition)
      .filter((definition) => definition.status === status);
    const descending = input.sort === "DESC";
    if (descending) definitions.reverse();
    const { page, nextToken } = pageAfter(
      definitions,
      // Family and revision in one key that sorts as they do; `!` sorts before every character of a family's name.
      (definition) => `${definition.family}!${String(definition.revision).padStart(9, "0")}`,
      (key, last) => (descending ? key < last : key > last),
      input,
    );
    return { taskDefinitionArns: page.map((definition) => definition.taskDefinitionArn as string), nextToken };
  },

  ListTaskDefinitionFamilies(input, { region }) {
    const families = [...region.ecs.families]
      .filter(([family]) => family.startsWith(input.familyPrefix ?? ""))
      .filter(([, { revisions }]) => {
        const isActive = [...revisions.values()].some(({ definition }) => definition.status === "ACTIVE");
        if (input.status === "ACTIVE") return isActive;
        if (input.status === "INACTIVE") return !isActive;
        return true;
      })
      .map(([family]) => family)
      .sort();
    const { page, nextToken } = pageAfter(
      families,
      (family) => family,
      (key, last) => key > last,
      input,
    );
    return { families: page, nextToken };
  },

  RunTask: runTask,
  StopTask: stopTask,
  ListTasks: listTasks,
  DescribeTasks: describeTasks,

  TagResource(input, { region }) {
    checkTags(input.tags);
    const resource = taggedResource(region, input.resourceArn as string);
    const tags = mergeTags(resource.tags, input.tags ?? []);
    if (tags.length > 50) throw invalid("The number of tags exceeds the limit of 50.");
    resource.tags.splice(0, resource.tags.length, ...tags);
    return {};
  },

  UntagResource(input, { region }) {
    const resource = taggedResource(region, input.resourceArn as string);
    const kept = resource.tags.filter((tag) => !input.tagKeys?.includes(tag.key ?? ""));
    resource.tags.splice(0, resource.tags.length, ...kept);
    return {};
  },

  ListTagsForResource(input, { world, region }) {
    return { tags: inAnyOrder(world, taggedResource(region, input.resourceArn as string).tags) };
  },
};
