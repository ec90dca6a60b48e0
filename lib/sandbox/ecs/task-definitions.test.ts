import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  ListClustersCommand,
  ListTagsForResourceCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { containerOf, definitionOf, logGroup, type TaskWorld, taskWorld } from "./task-world";

let aws: TaskWorld;
beforeAll(async () => {
  aws = await taskWorld();
});
afterAll(async () => {
  await aws.close();
});

const container = containerOf(["true"]);
const log = container.logConfiguration;

test("revisions grow by one for ever, also when earlier ones were deregistered and deleted", async () => {
  const first = await aws.register([container], { family: "growing" });
  expect(first).toMatch(/:task-definition\/growing:1$/);
  await aws.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: first }));
  const deleted = await aws.ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: [first] }));
  expect(deleted.taskDefinitions?.[0]?.status).toBe("DELETE_IN_PROGRESS");
  expect(await aws.register([container], { family: "growing" })).toMatch(/growing:2$/);
  expect(await aws.register([container], { family: "growing" })).toMatch(/growing:3$/);
});

test("what was not sent is written back as ECS writes it", async () => {
  const arn = await aws.register(
    [
      {
        name: "main",
        image: "a",
        portMappings: [{ containerPort: 80 }],
        healthCheck: { command: ["CMD", "true"] },
      },
    ],
    { family: "defaults", cpu: "1 vCPU", memory: "2GB", tags: [{ key: "k", value: "v" }] },
  );
  const { taskDefinition, tags } = await aws.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: "defaults" }));
  expect(tags).toBeUndefined();
  expect(taskDefinition).toEqual({
    taskDefinitionArn: arn,
    family: "defaults",
    revision: 1,
    status: "ACTIVE",
    networkMode: "awsvpc",
    cpu: "1024",
    memory: "2048",
    executionRoleArn: "arn:aws:iam::123456789012:role/execution",
    volumes: [],
    placementConstraints: [],
    requiresCompatibilities: ["FARGATE"],
    compatibilities: ["EC2", "FARGATE"],
    requiresAttributes: [{ name: "com.amazonaws.ecs.capability.docker-remote-api.1.18" }, { name: "ecs.capability.task-eni" }],
    registeredAt: expect.any(Date),
    registeredBy: "arn:aws:iam::123456789012:root",
    containerDefinitions: [
      {
        name: "main",
        image: "a",
        cpu: 0,
        essential: true,
        environment: [],
        mountPoints: [],
        volumesFrom: [],
        systemControls: [],
        portMappings: [{ containerPort: 80, hostPort: 80, protocol: "tcp" }],
        healthCheck: { command: ["CMD", "true"], interval: 30, timeout: 5, retries: 3 },
      },
    ],
  });
  const withTags = await aws.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: "defaults:1", include: ["TAGS"] }));
  expect(withTags.tags).toEqual([{ key: "k", value: "v" }]);
});

test("a family without a revision means the latest that is ACTIVE", async () => {
  await aws.register([container], { family: "latest" });
  const second = await aws.register([container], { family: "latest" });
  await aws.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: second }));
  const { taskDefinition } = await aws.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: "latest" }));
  expect(taskDefinition?.revision).toBe(1);
  const inactive = await aws.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: "latest:2" }));
  expect(inactive.taskDefinition).toMatchObject({ status: "INACTIVE", deregisteredAt: expect.any(Date) });
});

test("familyPrefix of ListTaskDefinitions is a whole name, that of ListTaskDefinitionFamilies is a prefix", async () => {
  await aws.register([container], { family: "pre" });
  await aws.register([container], { family: "prefix" });
  await aws.register([container], { family: "prefix" });
  const list = async (input: object) =>
    (await aws.ecs.send(new ListTaskDefinitionsCommand(input))).taskDefinitionArns?.map((arn) => arn.split("/")[1]);
  expect(await list({ familyPrefix: "pre" })).toEqual(["pre:1"]);
  expect(await list({ familyPrefix: "prefix", sort: "DESC" })).toEqual(["prefix:2", "prefix:1"]);
  expect(await list({ familyPrefix: "pref" })).toEqual([]);
  await aws.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: "prefix:1" }));
  expect(await list({ familyPrefix: "prefix" })).toEqual(["prefix:2"]);
  expect(await list({ familyPrefix: "prefix", status: "INACTIVE" })).toEqual(["prefix:1"]);
  const { families } = await aws.ecs.send(new ListTaskDefinitionFamiliesCommand({ familyPrefix: "pre" }));
  expect(families).toEqual(["pre", "prefix"]);
});

test("pages of definitions go on where the last one ended, in both directions", async () => {
  for (let count = 0; count < 5; count += 1) await aws.register([container], { family: "paged" });
  for (const sort of ["ASC", "DESC"] as const) {
    const found: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await aws.ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: "paged", maxResults: 2, sort, nextToken }));
      found.push(...(page.taskDefinitionArns ?? []).map((arn) => arn.split(":").at(-1) as string));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(found).toEqual(sort === "ASC" ? ["1", "2", "3", "4", "5"] : ["5", "4", "3", "2", "1"]);
  }
  await expect(aws.ecs.send(new ListTaskDefinitionsCommand({ nextToken: "nonsense" }))).rejects.toMatchObject({
    name: "InvalidParameterException",
  });
});

test("lists may come back in another order, and nothing is lost", async () => {
  const environment = Array.from({ length: 12 }, (_, index) => ({ name: `V${index}`, value: String(index) }));
  await aws.register([containerOf(["true"], { environment })], { family: "shuffled" });
  await aws.control.changeSettings({ shuffleLists: true });
  const orders = new Set<string>();
  for (let count = 0; count < 5; count += 1) {
    const { taskDefinition } = await aws.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: "shuffled" }));
    const given = taskDefinition?.containerDefinitions?.[0]?.environment ?? [];
    orders.add(given.map(({ name }) => name).join());
    expect(given).toHaveLength(12);
    expect(given).toEqual(expect.arrayContaining(environment));
  }
  await aws.control.changeSettings({ shuffleLists: false });
  expect(orders.size).toBeGreaterThan(1);
});

const secret = { name: "TOKEN", valueFrom: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:a-AbCdEf" };

test.each<[string, Partial<RegisterTaskDefinitionCommandInput>, RegExp]>([
  [
    "cpu and memory that do not go together",
    { cpu: "256", memory: "4096" },
    /^No Fargate configuration exists for given values: 256 CPU, 4096 memory\.$/,
  ],
  ["a cpu that is no number", { cpu: "lots" }, /^Invalid 'cpu' setting for task\./],
  ["no cpu", { cpu: undefined }, /^Fargate requires that 'cpu' be defined at the task level\.$/],
  ["no memory", { memory: undefined }, /^Fargate requires that 'memory' be defined at the task level\.$/],
  ["another network mode", { networkMode: "bridge" }, /^Fargate only supports network mode/],
  ["no containers", { containerDefinitions: [] }, /^Container list cannot be empty\.$/],
  ["a container without a name", { containerDefinitions: [{ image: "a" }] }, /^Container\.name should not be null or empty\.$/],
  ["a bad container name", { containerDefinitions: [{ ...container, name: "a b" }] }, /^Container\.name contains invalid characters\.$/],
  [
    "a container without an image",
    { containerDefinitions: [{ ...container, image: "" }] },
    /^Container\.image should not be null or empty\.$/,
  ],
  ["a bad image", { containerDefinitions: [{ ...container, image: "a b" }] }, /^Container\.image contains invalid characters\.$/],
  ["a name twice", { containerDefinitions: [container, container] }, /Container names must be unique/],
  ["no essential container", { containerDefinitions: [{ ...container, essential: false }] }, /at least one container must be essential/],
  [
    "no stream prefix",
    {
      containerDefinitions: [
        {
          ...container,
          logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": logGroup, "awslogs-region": "eu-central-1" } },
        },
      ],
    },
    /^Fargate requires log configuration options to include awslogs-stream-prefix to support log driver awslogs\.$/,
  ],
  [
    "no log group",
    { containerDefinitions: [{ ...container, logConfiguration: { logDriver: "awslogs", options: {} } }] },
    /^Log driver awslogs requires options: awslogs-region, awslogs-group$/,
  ],
  [
    "an unknown log option",
    { containerDefinitions: [{ ...container, logConfiguration: { logDriver: "awslogs", options: { ...log?.options, log_key: "a" } } }] },
    /^Log driver awslogs disallows options: log_key$/,
  ],
  [
    "a log driver of EC2",
    { containerDefinitions: [{ ...container, logConfiguration: { logDriver: "journald" } }] },
    /^Fargate does not support log driver/,
  ],
  [
    "no execution role for the log",
    { executionRoleArn: undefined },
    /^Fargate requires task definition to have execution role ARN to support log driver awslogs\.$/,
  ],
  [
    "no execution role for secrets",
    { executionRoleArn: undefined, containerDefinitions: [{ name: "main", image: "a", secrets: [secret] }] },
    /^When you are specifying container secrets, you must also specify a value for 'executionRoleArn'\.$/,
  ],
  [
    "a secret that is a variable too",
    { containerDefinitions: [{ ...container, secrets: [secret], environment: [{ name: "TOKEN", value: "a" }] }] },
    /^The secret name must be unique and not shared .*'TOKEN'\.$/,
  ],
  ["privileged", { containerDefinitions: [{ ...container, privileged: true }] }, /privileged/],
  ["links", { containerDefinitions: [{ ...container, links: ["a"] }] }, /'links'/],
  ["too long a stop timeout", { containerDefinitions: [{ ...container, stopTimeout: 121 }] }, /stopTimeout/],
  ["too little storage", { ephemeralStorage: { sizeInGiB: 20 } }, /between 21 and 200/],
  [
    "a dependency on nobody",
    { containerDefinitions: [{ ...container, dependsOn: [{ containerName: "b", condition: "START" }] }] },
    /dependsOn/,
  ],
  ["a bad family", { family: "a.b" }, /^Family contains invalid characters\.$/],
  ["a definition of more than 64 KiB", { containerDefinitions: [{ ...container, command: ["x".repeat(66_000)] }] }, /64 KiB/],
])("%s is refused, and no revision is made", async (_what, change, message) => {
  const input = { ...definitionOf([container]), family: "refused", ...change };
  await expect(aws.ecs.send(new RegisterTaskDefinitionCommand(input))).rejects.toMatchObject({
    name: "ClientException",
    message: expect.stringMatching(message),
  });
  const { taskDefinitionArns } = await aws.ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: "refused" }));
  expect(taskDefinitionArns).toEqual([]);
});

test("what is not there is told in ECS's words", async () => {
  await expect(aws.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: "nobody" }))).rejects.toMatchObject({
    name: "ClientException",
    message: "Unable to describe task definition.",
  });
  await expect(aws.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: "nobody" }))).rejects.toMatchObject({
    name: "InvalidParameterException",
    message: "Revision is missing.",
  });
  await expect(aws.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: "nobody:1" }))).rejects.toMatchObject({
    name: "ClientException",
    message: "The specified task definition does not exist.",
  });
  const arn = await aws.register([container], { family: "active" });
  const { failures } = await aws.ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: [arn, "nobody:1"] }));
  expect(failures?.map(({ reason }) => reason)).toEqual([
    "The specified task definition is still in ACTIVE status. Please deregister the target and try again.",
    "The specified task definition does not exist. Specify a valid account, family, revision and try again.",
  ]);
});

test("tags of a definition are added, listed and removed", async () => {
  const resourceArn = await aws.register([container], { family: "tagged", tags: [{ key: "a", value: "1" }] });
  await aws.ecs.send(
    new TagResourceCommand({
      resourceArn,
      tags: [
        { key: "a", value: "2" },
        { key: "b", value: "3" },
      ],
    }),
  );
  await aws.ecs.send(new UntagResourceCommand({ resourceArn, tagKeys: ["b"] }));
  const { tags } = await aws.ecs.send(new ListTagsForResourceCommand({ resourceArn }));
  expect(tags).toEqual([{ key: "a", value: "2" }]);
  await expect(aws.ecs.send(new TagResourceCommand({ resourceArn, tags: [{ key: "aws:x", value: "" }] }))).rejects.toMatchObject({
    name: "InvalidParameterException",
  });
});

test("a cluster that is missing is a failure of DescribeClusters, and an error elsewhere", async () => {
  const { clusters, failures } = await aws.ecs.send(new DescribeClustersCommand({ clusters: ["main", "nowhere"] }));
  expect(clusters).toMatchObject([{ clusterName: "main", status: "ACTIVE", runningTasksCount: 0 }]);
  expect(failures).toEqual([{ arn: "arn:aws:ecs:eu-central-1:123456789012:cluster/nowhere", reason: "MISSING" }]);
  await expect(aws.run(await aws.register([container]), { cluster: "nowhere" })).rejects.toMatchObject({
    name: "ClusterNotFoundException",
    message: "Cluster not found.",
  });
});

test("making a cluster twice gives the same one, and a deleted one takes no tasks", async () => {
  const make = () => aws.ecs.send(new CreateClusterCommand({ clusterName: "short-lived" }));
  expect((await make()).cluster?.clusterArn).toBe((await make()).cluster?.clusterArn);
  await aws.ecs.send(new DeleteClusterCommand({ cluster: "short-lived" }));
  expect((await aws.ecs.send(new ListClustersCommand({}))).clusterArns).toEqual(["arn:aws:ecs:eu-central-1:123456789012:cluster/main"]);
  await expect(aws.run(await aws.register([container]), { cluster: "short-lived" })).rejects.toMatchObject({
    name: "ClusterNotFoundException",
  });
});
