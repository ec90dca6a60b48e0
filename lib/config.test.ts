import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { BadConfig, readConfig, readWebConfig, settings } from "./config";

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

const goodOfWeb = {
  DATABASE_URL: good.DATABASE_URL,
  NEXTAUTH_SECRET: "a secret of more than thirty-two characters",
  NEXTAUTH_URL: "https://belfry.example.com",
};

const readers = [
  ...settings.worker.map((setting) => ({ ...setting, who: "the worker", read: readConfig, good: good as Record<string, string> })),
  ...settings.web.map((setting) => ({ ...setting, who: "the console", read: readWebConfig, good: goodOfWeb as Record<string, string> })),
  { name: "DATABASE_URL", isRequired: true, who: "the worker", read: readConfig, good: good as Record<string, string> },
  { name: "DATABASE_URL", isRequired: true, who: "the console", read: readWebConfig, good: goodOfWeb as Record<string, string> },
];

/** The name, what is wrong with it, and what to write instead. */
const aSentenceAbout = (name: string) => [expect.stringMatching(new RegExp(`^${name} (is|must|may) [^\\n]{15,}[.]$`))];

test("the variables of the good settings are those that have to be set", () => {
  const names = new Set([...settings.worker, ...settings.web].filter(({ isRequired }) => isRequired).map(({ name }) => name));
  expect(new Set([...Object.keys(good), ...Object.keys(goodOfWeb)])).toEqual(names.add("DATABASE_URL"));
});

test.each(readers)(
  "without $name, or with an empty one, $who says so by its name or does without it",
  ({ name, isRequired, read, good }) => {
    const { [name]: _left, ...rest } = good;
    for (const variables of [rest, { ...good, [name]: "" }, { ...good, [name]: "  " }])
      expect(sentencesOf(() => read(variables))).toEqual(isRequired ? aSentenceAbout(name) : []);
  },
);

test.each(readers)("with nonsense in $name $who says what belongs there", ({ name, read, good }) => {
  for (const nonsense of ["no such thing!", "\u202e<script>", "0x\u0000"])
    expect(
      sentencesOf(() => read({ ...good, [name]: nonsense })),
      nonsense,
    ).toEqual(aSentenceAbout(name));
});

test.each([
  ["DATABASE_URL", "mysql://localhost/x"],
  ["BELFRY_CLUSTER_ARN", "belfry"],
  ["BELFRY_TASK_ROLE_ARN", "arn:aws:iam::1:role/x"],
  ["BELFRY_SUBNETS", "subnet-0a1b,vpc-1"],
  ["BELFRY_SUBNETS", ","],
  ["BELFRY_ASSIGN_PUBLIC_IP", "yes"],
  ["BELFRY_EVENT_QUEUE_URL", "arn:aws:sqs:eu-central-1:123456789012:events"],
  ["BELFRY_ENVIRONMENT_NAME", "an-environment-whose-name-is-much-too-long!"],
  ["BELFRY_HISTORY_DAYS", "0"],
  ["BELFRY_HISTORY_DAYS", "1.5"],
  ["BELFRY_HISTORY_DAYS", "100000"],
])("%s = %s is refused with one sentence", (name, value) => {
  expect(sentencesOf(() => readConfig({ ...good, [name]: value }))).toEqual(aSentenceAbout(name));
});

test("no sentence repeats a value, because it may be a secret", () => {
  const secret = "hunter2-hunter2!";
  for (const { name, read, good } of readers)
    expect(sentencesOf(() => read({ ...good, [name]: secret })).join(), name).not.toContain("hunter2");
});

test("what the README, the papers and the deployment call a variable is one", () => {
  const root = path.resolve(import.meta.dirname, "..");
  const files = execFileSync("git", ["ls-files", "README.md", "docs/*.md", "infra", "e2e/image"], { cwd: root, encoding: "utf8" });
  const known = new Set([...settings.worker, ...settings.web].map(({ name }) => name));
  const named = files
    .trim()
    .split("\n")
    .flatMap((file) => readFileSync(path.join(root, file), "utf8").match(/\b(BELFRY|NEXTAUTH)(_[A-Z]+)+\b/g) ?? []);
  expect(named.length).toBeGreaterThan(10);
  expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
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

test("libpq's own variables in part name the missing ones, and a host that is none", () => {
  const { DATABASE_URL: _none, ...rest } = good;
  expect(sentencesOf(() => readConfig({ ...rest, PGHOST: "db", PGUSER: "belfry" }))).toEqual([
    expect.stringMatching(/^PGDATABASE is missing beside the other PG variables/),
  ]);
  expect(sentencesOf(() => readConfig({ ...rest, PGHOST: "db", PGUSER: "x", PGDATABASE: "x", PGPORT: "many" }))).toEqual([
    expect.stringMatching(/^PGHOST and PGPORT are not/),
  ]);
});

test("the console wants a secret that is long enough and its own address", () => {
  expect(sentencesOf(() => readWebConfig({ ...goodOfWeb, NEXTAUTH_SECRET: "short", NEXTAUTH_URL: "ftp://x" }))).toEqual([
    expect.stringMatching(/^NEXTAUTH_SECRET is shorter/),
    expect.stringMatching(/^NEXTAUTH_URL is missing or not an address/),
  ]);
  expect(readWebConfig(goodOfWeb)).toEqual({ databaseUrl: good.DATABASE_URL });
});
