import { expect, test } from "vitest";
import { BadConfig, readConfig, readWebConfig } from "./config";

const good = {
  DATABASE_URL: "postgresql://belfry:secret@127.0.0.1:5432/belfry",
  BELFRY_CLUSTER_ARN: "arn:aws:ecs:eu-central-1:123456789012:cluster/belfry",
  BELFRY_SCHEDULER_ROLE_ARN: "arn:aws:iam::123456789012:role/scheduler",
  BELFRY_EXECUTION_ROLE_ARN: "arn:aws:iam::123456789012:role/belfry/jobs/execution",
  BELFRY_SUBNETS: "subnet-0a1b, subnet-2c3d",
  BELFRY_SECURITY_GROUPS: "sg-0a1b",
  BELFRY_EVENT_QUEUE_URL: "https://sqs.eu-central-1.amazonaws.com/123456789012/events",
  BELFRY_DEAD_LETTER_QUEUE_URL: "https://sqs.eu-central-1.amazonaws.com/123456789012/dead",
  BELFRY_DEAD_LETTER_QUEUE_ARN: "arn:aws:sqs:eu-central-1:123456789012:dead",
  BELFRY_LOG_GROUP: "/belfry/default",
};

function sentencesOf(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof BadConfig) return error.sentences;
    throw error;
  }
  return [];
}

test("good settings say where jobs run; region and account come from the cluster", () => {
  expect(readConfig(good)).toMatchObject({
    databaseUrl: good.DATABASE_URL,
    environment: {
      name: "default",
      region: "eu-central-1",
      accountId: "123456789012",
      scheduleGroup: "belfry-default",
      subnets: ["subnet-0a1b", "subnet-2c3d"],
      assignPublicIp: false,
      taskRoleArn: null,
    },
  });
});

test.each(Object.keys(good))("without %s the start says so by its name", (name) => {
  expect(sentencesOf(() => readConfig({ ...good, [name]: "" }))).toEqual([expect.stringMatching(new RegExp(`^${name} is .*[.:]`))]);
});

test.each([
  ["DATABASE_URL", "mysql://localhost/x"],
  ["BELFRY_CLUSTER_ARN", "belfry"],
  ["BELFRY_SCHEDULER_ROLE_ARN", "scheduler"],
  ["BELFRY_TASK_ROLE_ARN", "arn:aws:iam::1:role/x"],
  ["BELFRY_SUBNETS", "vpc-1"],
  ["BELFRY_ASSIGN_PUBLIC_IP", "yes"],
  ["BELFRY_EVENT_QUEUE_URL", "events"],
  ["BELFRY_LOG_GROUP", "a b"],
  ["BELFRY_ENVIRONMENT_NAME", "Prod!"],
  ["BELFRY_FIRST_ADMIN_EMAIL", "admin"],
  ["BELFRY_HISTORY_DAYS", "forever"],
  ["BELFRY_LOG_LEVEL", "loud"],
])("%s = %s is refused with a sentence", (name, value) => {
  expect(sentencesOf(() => readConfig({ ...good, [name]: value }))).toEqual([
    expect.stringMatching(new RegExp(`^${name} (is|must|may) .*\\.$`)),
  ]);
});

test("all that is wrong is told at once", () => {
  expect(sentencesOf(() => readConfig({})).length).toBeGreaterThan(8);
});

test("libpq's own variables do as well, whatever stands in the password", () => {
  const { DATABASE_URL: _none, ...rest } = good;
  const url = readConfig({ ...rest, PGHOST: "db", PGUSER: "belfry", PGPASSWORD: "p@ss/w:rd", PGDATABASE: "belfry" }).databaseUrl;
  expect(decodeURIComponent(new URL(url).password)).toBe("p@ss/w:rd");
  const encrypted = readConfig({ ...rest, PGHOST: "db", PGUSER: "belfry", PGDATABASE: "belfry", PGSSLMODE: "verify-full" }).databaseUrl;
  expect(new URL(encrypted).searchParams.get("sslmode")).toBe("verify-full");
});

test("the console wants a secret that is long enough and its own address", () => {
  expect(sentencesOf(() => readWebConfig({ DATABASE_URL: good.DATABASE_URL, NEXTAUTH_SECRET: "short" }))).toEqual([
    expect.stringMatching(/^NEXTAUTH_SECRET/),
    expect.stringMatching(/^NEXTAUTH_URL/),
  ]);
});
