import {
  CreateClusterCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
} from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { containerOf, network, type TaskWorld, taskWorld } from "./task-world";

let aws: TaskWorld;
beforeAll(async () => {
  aws = await taskWorld();
});
afterAll(async () => {
  await aws.close();
});

test("the answer of RunTask is a task that is PROVISIONING, told as ECS tells it", async () => {
  const definition = await aws.register([containerOf(["true"])]);
  const task = await aws.run(definition);
  expect(task).toEqual({
    taskArn: expect.stringMatching(/^arn:aws:ecs:eu-central-1:123456789012:task\/main\/[0-9a-f]{32}$/),
    clusterArn: "arn:aws:ecs:eu-central-1:123456789012:cluster/main",
    taskDefinitionArn: definition,
    lastStatus: "PROVISIONING",
    desiredStatus: "RUNNING",
    version: 1,
    createdAt: expect.any(Date),
    launchType: "FARGATE",
    platformVersion: "1.4.0",
    platformFamily: "Linux",
    group: "family:jobs",
    tags: [],
    attributes: [{ name: "ecs.cpu-architecture", value: "x86_64" }],
    availabilityZone: expect.stringMatching(/^eu-central-1[abc]$/),
    ephemeralStorage: { sizeInGiB: 20 },
    enableExecuteCommand: false,
    cpu: "256",
    memory: "512",
    attachments: [
      { id: expect.any(String), type: "ElasticNetworkInterface", status: "PRECREATED", details: [{ name: "subnetId", value: "subnet-1" }] },
    ],
    containers: [
      {
        containerArn: expect.any(String),
        taskArn: task.taskArn,
        name: "main",
        image: "example.org/app:1",
        lastStatus: "PENDING",
        cpu: "0",
        networkInterfaces: [],
      },
    ],
    overrides: { containerOverrides: [{ name: "main" }], inferenceAcceleratorOverrides: [] },
  });
});

test("overrides change the command, the variables and the size, and come back in the task", async () => {
  const definition = await aws.register([
    containerOf(["echo", "not this"], {
      environment: [
        { name: "KEPT", value: "1" },
        { name: "CHANGED", value: "1" },
      ],
    }),
  ]);
  const containerOverrides = [
    {
      name: "main",
      command: ["sh", "-c", "echo $KEPT $CHANGED $ADDED"],
      environment: [
        { name: "CHANGED", value: "2" },
        { name: "ADDED", value: "3" },
      ],
    },
  ];
  const task = await aws.run(definition, {
    group: "belfry-1",
    startedBy: "belfry/1",
    overrides: { cpu: "512", memory: "1024", containerOverrides },
  });
  const ended = await aws.stopped(task.taskArn as string);
  expect(await aws.lines(ended)).toEqual(["1 2 3"]);
  expect(ended).toMatchObject({ cpu: "512", memory: "1024", group: "belfry-1", startedBy: "belfry/1", overrides: { containerOverrides } });
});

const long = { containerOverrides: [{ name: "main", command: ["x".repeat(8200)] }] };

test.each<[string, Partial<RunTaskCommandInput>, string, RegExp]>([
  [
    "no network",
    { networkConfiguration: undefined },
    "InvalidParameterException",
    /^Network Configuration must be provided when networkMode 'awsvpc' is specified\.$/,
  ],
  [
    "no subnets",
    { networkConfiguration: { awsvpcConfiguration: { subnets: [] } } },
    "InvalidParameterException",
    /^subnets can not be empty\.$/,
  ],
  [
    "a subnet that is none",
    { networkConfiguration: { awsvpcConfiguration: { subnets: ["net"] } } },
    "InvalidParameterException",
    /InvalidSubnetID\.Malformed/,
  ],
  [
    "17 subnets",
    { networkConfiguration: { awsvpcConfiguration: { subnets: Array.from({ length: 17 }, (_, index) => `subnet-${index}`) } } },
    "InvalidParameterException",
    /at most 16/,
  ],
  [
    "an override of an unknown container",
    { overrides: { containerOverrides: [{ name: "other" }] } },
    "InvalidParameterException",
    /^Override for container named other is not a container in the TaskDefinition\.$/,
  ],
  ["too long an override", { overrides: long }, "InvalidParameterException", /^Container Overrides length must be at most 8192$/],
  [
    "a size that Fargate does not have",
    { overrides: { cpu: "256", memory: "4096" } },
    "ClientException",
    /^No Fargate configuration exists for given values: 256 CPU, 4096 memory\.$/,
  ],
  ["a cpu override that does not fit the memory", { overrides: { cpu: "4096" } }, "ClientException", /^No Fargate configuration exists/],
  ["a count of 0", { count: 0 }, "InvalidParameterException", /count/],
  ["a count of 11", { count: 11 }, "InvalidParameterException", /count/],
  ["too long a startedBy", { startedBy: "x".repeat(129) }, "InvalidParameterException", /startedBy/],
  ["an unknown definition", { taskDefinition: "nobody" }, "ClientException", /^TaskDefinition not found\.$/],
  [
    "a launch type and a strategy",
    { capacityProviderStrategy: [{ capacityProvider: "FARGATE" }] },
    "InvalidParameterException",
    /both a launch type and capacity provider/,
  ],
  [
    "an unknown provider",
    { launchType: undefined, capacityProviderStrategy: [{ capacityProvider: "MINE" }] },
    "InvalidParameterException",
    /'MINE' was not found/,
  ],
  ["EC2 without any instance", { launchType: "EC2" }, "InvalidParameterException", /^No Container Instances were found in your cluster\.$/],
  ["a cluster `default` that nobody made", { cluster: undefined }, "ClusterNotFoundException", /^Cluster not found\.$/],
  ["an unknown platform", { platformVersion: "9.9.9" }, "PlatformUnknownException", /platform/],
  ["a value outside the published model", { launchType: "MOON" as "FARGATE" }, "InvalidParameterException", /MOON/],
])("%s is refused, and no task is made", async (_what, change, name, message) => {
  const definition = await aws.register([containerOf(["true"])]);
  const before = aws.world.region(aws.region).ecs.tasks.size;
  await expect(aws.run(definition, change)).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  expect(aws.world.region(aws.region).ecs.tasks.size).toBe(before);
});

test("a revision that was deregistered is inactive", async () => {
  const definition = await aws.register([containerOf(["true"])]);
  await aws.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: definition }));
  await expect(aws.run(definition)).rejects.toMatchObject({ name: "ClientException", message: "TaskDefinition is inactive" });
});

test("the same client token gives the same task, with other parameters a conflict that names it", async () => {
  const definition = await aws.register([containerOf(["true"])]);
  const first = await aws.run(definition, { clientToken: "once" });
  const again = await aws.run(definition, { clientToken: "once" });
  expect(again).toEqual(first);
  await aws.stopped(first.taskArn as string);
  expect(await aws.run(definition, { clientToken: "once" })).toEqual(first);
  await expect(aws.run(definition, { clientToken: "once", group: "other" })).rejects.toMatchObject({
    name: "ConflictException",
    resourceIds: [first.taskArn],
  });
  expect((await aws.run(definition, { clientToken: "twice" })).taskArn).not.toBe(first.taskArn);
});

test("a task on Spot tells its capacity provider, and its launch type all the same", async () => {
  const definition = await aws.register([containerOf(["true"])]);
  const task = await aws.run(definition, {
    launchType: undefined,
    capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }],
  });
  expect(task).toMatchObject({ launchType: "FARGATE", capacityProviderName: "FARGATE_SPOT" });
  await aws.ecs.send(new CreateClusterCommand({ clusterName: "plain" }));
  const capacityProviderStrategy = [{ capacityProvider: "FARGATE_SPOT", weight: 1 }];
  await expect(aws.run(definition, { cluster: "plain", launchType: undefined, capacityProviderStrategy })).rejects.toMatchObject({
    name: "InvalidParameterException",
    message: expect.stringContaining("not associated with the cluster") as string,
  });
});

test("tags are told with include TAGS only, those of the definition are passed on where asked, and a stop removes them", async () => {
  const definition = await aws.register([containerOf(["sleep", "60"])], { tags: [{ key: "from", value: "definition" }] });
  const { taskArn = "" } = await aws.run(definition, { tags: [{ key: "own", value: "1" }], propagateTags: "TASK_DEFINITION" });
  const tagsOf = async (include?: ["TAGS"]) =>
    (await aws.ecs.send(new DescribeTasksCommand({ cluster: "main", tasks: [taskArn], include }))).tasks?.[0]?.tags;
  expect(await tagsOf()).toEqual([]);
  expect(await tagsOf(["TAGS"])).toEqual([
    { key: "from", value: "definition" },
    { key: "own", value: "1" },
  ]);
  await aws.ecs.send(new StopTaskCommand({ cluster: "main", task: taskArn }));
  expect(await tagsOf(["TAGS"])).toEqual([]);
});

test("ListTasks tells what shall run unless asked for the stopped, and filters", async () => {
  const definition = await aws.register([containerOf(["sleep", "60"])], { family: "listed" });
  const { tasks = [] } = await aws.ecs.send(
    new RunTaskCommand({
      cluster: "main",
      taskDefinition: definition,
      launchType: "FARGATE",
      networkConfiguration: network,
      count: 5,
      startedBy: "belfry/listed",
    }),
  );
  const arns = tasks.map((task) => task.taskArn as string);
  const list = async (input: object) => (await aws.ecs.send(new ListTasksCommand({ cluster: "main", ...input }))).taskArns;
  expect(await list({ family: "listed" })).toEqual(arns);
  expect(await list({ startedBy: "belfry/listed" })).toEqual(arns);
  expect(await list({ family: "listed", desiredStatus: "PENDING" })).toEqual([]);
  expect(await list({ family: "list" })).toEqual([]);

  const found: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await aws.ecs.send(new ListTasksCommand({ cluster: "main", family: "listed", maxResults: 2, nextToken }));
    found.push(...(page.taskArns ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  expect(found).toEqual(arns);

  await aws.ecs.send(new StopTaskCommand({ cluster: "main", task: arns[0] }));
  expect(await list({ family: "listed", desiredStatus: "STOPPED" })).toEqual([arns[0]]);
  expect(await list({ family: "listed" })).toEqual(arns.slice(1));
});

test("tasks that nobody knows are failures, and of an unknown cluster an error", async () => {
  const id = "0123456789abcdef0123456789abcdef";
  const { tasks, failures } = await aws.ecs.send(new DescribeTasksCommand({ cluster: "main", tasks: [id] }));
  expect(tasks).toEqual([]);
  expect(failures).toEqual([{ arn: `arn:aws:ecs:eu-central-1:123456789012:task/main/${id}`, reason: "MISSING" }]);
  await expect(aws.ecs.send(new DescribeTasksCommand({ cluster: "nowhere", tasks: [id] }))).rejects.toMatchObject({
    name: "ClusterNotFoundException",
  });
  await expect(aws.ecs.send(new StopTaskCommand({ cluster: "main", task: id }))).rejects.toMatchObject({
    name: "InvalidParameterException",
    message: "The referenced task was not found.",
  });
});
