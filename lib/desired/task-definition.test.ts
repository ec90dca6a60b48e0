import { expect, test } from "vitest";
import { sampleEnvironment, sampleJob } from "@/lib/testing/samples";
import { fingerprint } from "./fingerprint";
import { overrideLimit, runVariables, scheduleVariables, toOverrides } from "./overrides";
import { toTaskDefinition } from "./task-definition";

const environment = sampleEnvironment();
const printOf = (...[job]: Parameters<typeof sampleJob>) => fingerprint(toTaskDefinition(sampleJob(job), environment));

test("the definition holds what is shared, the overrides what is the job's own", () => {
  const job = sampleJob({ definition: { entryPoint: ["/bin/run"], secrets: [{ name: "TOKEN", valueFrom: "/prod/token" }] } });
  expect(toTaskDefinition(job, environment)).toEqual({
    family: "belfry-prod-billing",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    executionRoleArn: environment.executionRoleArn,
    containerDefinitions: [
      {
        name: "main",
        image: "registry.example.com/billing:1.4.2",
        essential: true,
        entryPoint: ["/bin/run"],
        secrets: [{ name: "TOKEN", valueFrom: "/prod/token" }],
        logConfiguration: {
          logDriver: "awslogs",
          options: {
            "awslogs-group": "/belfry/prod",
            "awslogs-region": "eu-central-1",
            "awslogs-stream-prefix": "belfry",
            mode: "blocking",
          },
        },
      },
    ],
    tags: [
      { key: "belfry:environment", value: "prod" },
      { key: "belfry:fingerprint", value: expect.stringMatching(/^[0-9a-f]{32}$/) },
    ],
  });
  expect(toOverrides(job, scheduleVariables)).toEqual({
    cpu: "512",
    memory: "1024",
    containerOverrides: [
      {
        name: "main",
        command: ["report", "--month", "last"],
        environment: [
          { name: "MODE", value: "full" },
          { name: "BELFRY_JOB", value: "abcde12345" },
          { name: "BELFRY_GENERATION", value: "1" },
          { name: "BELFRY_SCHEDULE_ARN", value: "<aws.scheduler.schedule-arn>" },
          { name: "BELFRY_SCHEDULED_TIME", value: "<aws.scheduler.scheduled-time>" },
          { name: "BELFRY_EXECUTION_ID", value: "<aws.scheduler.execution-id>" },
          { name: "BELFRY_ATTEMPT", value: "<aws.scheduler.attempt-number>" },
        ],
      },
    ],
  });
});

test("jobs of one application with one image share a definition, whatever else is their own", () => {
  const first = printOf({});
  expect(printOf({ id: "zzzzz99999", slug: "other", expression: "rate(1 hour)", generation: 7 })).toBe(first);
  expect(printOf({ definition: { command: ["other"], environment: [], cpu: 1024, memory: 2048 } })).toBe(first);
});

test.each([
  ["another image", { definition: { image: "registry.example.com/billing:1.4.3" } }],
  ["another entry point", { definition: { entryPoint: ["/bin/sh"] } }],
  ["another secret", { definition: { secrets: [{ name: "TOKEN", valueFrom: "/prod/token" }] } }],
  ["another application", { application: "shipping" }],
])("%s is another definition", (_what, overrides) => {
  expect(printOf(overrides)).not.toBe(printOf({}));
});

test("secrets in another order are the same definition", () => {
  const secrets = [
    { name: "A", valueFrom: "/a" },
    { name: "B", valueFrom: "/b" },
  ];
  expect(printOf({ definition: { secrets } })).toBe(printOf({ definition: { secrets: secrets.toReversed() } }));
});

test("what ECS writes back has the fingerprint of what was sent", () => {
  const sent = toTaskDefinition(sampleJob({ definition: { secrets: [{ name: "TOKEN", valueFrom: "/prod/token" }] } }), environment);
  const { tags, ...rest } = sent;
  const described = {
    ...rest,
    taskDefinitionArn: "arn:aws:ecs:eu-central-1:123456789012:task-definition/belfry-prod-billing:42",
    revision: 42,
    status: "ACTIVE" as const,
    compatibilities: ["EC2" as const, "FARGATE" as const],
    requiresAttributes: [{ name: "ecs.capability.task-eni" }],
    registeredAt: new Date(),
    volumes: [],
    placementConstraints: [],
    containerDefinitions: sent.containerDefinitions?.map((container) => ({
      ...container,
      cpu: 0,
      environment: [],
      mountPoints: [],
      portMappings: [],
      volumesFrom: [],
      systemControls: [],
    })),
  };
  expect(tags).toHaveLength(2);
  expect(fingerprint(described)).toBe(fingerprint(sent));
});

test("overrides that ECS would not take move into the definition, for the schedule and for a run asked for alike", () => {
  const long = sampleJob({ definition: { environment: [{ name: "RULES", value: "x".repeat(overrideLimit) }] } });
  const [main] = toTaskDefinition(long, environment).containerDefinitions ?? [];
  expect(main).toMatchObject({ command: long.definition.command, environment: long.definition.environment });
  for (const extra of [scheduleVariables, runVariables("0198c1a2-7b4c-7def-8123-456789abcdef")]) {
    const overrides = toOverrides(long, extra);
    expect(overrides.containerOverrides?.[0]?.command).toBeUndefined();
    expect(overrides.containerOverrides?.[0]?.environment?.map(({ name }) => name)).not.toContain("RULES");
    expect(overrides).toMatchObject({ cpu: "512", memory: "1024" });
  }
});

test("whatever the length, no start has more overrides than ECS takes once the Scheduler has filled in its values", () => {
  const filledIn: Record<string, string> = {
    "<aws.scheduler.schedule-arn>": `arn:aws:scheduler:ap-southeast-2:123456789012:schedule/${"g".repeat(64)}/${"n".repeat(64)}`,
    "<aws.scheduler.scheduled-time>": "2026-03-22T18:59:00Z",
    "<aws.scheduler.execution-id>": "d32c5kddcf5bb8c3",
    "<aws.scheduler.attempt-number>": "185",
  };
  for (let length = 7_000; length <= 8_400; length += 7) {
    const job = sampleJob({ generation: 2_000_000_000, definition: { environment: [{ name: "RULES", value: "x".repeat(length) }] } });
    const sent = JSON.stringify(toOverrides(job, scheduleVariables)).replace(/<aws[^>]+>/g, (token) => filledIn[token] ?? token);
    expect(sent.length).toBeLessThanOrEqual(overrideLimit);
    const inDefinition = toTaskDefinition(job, environment).containerDefinitions?.[0]?.environment !== undefined;
    expect(sent.includes("RULES")).toBe(!inDefinition);
  }
});
