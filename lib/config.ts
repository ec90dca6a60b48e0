import { z } from "zod";
import type { EnvironmentSettings } from "./domain/environment";
import { CannotStart } from "./domain/errors";

/** What a process of Belfry is told by its environment variables. AWS's own (endpoints, credentials) are the SDK's affair. */
export type Config = {
  databaseUrl: string;
  environment: EnvironmentSettings;
  firstAdminEmail: string;
  logLevel: "debug" | "info" | "warn" | "error";
};

const arn = (what: string, pattern: RegExp, example: string) =>
  z.string({ error: `is missing: give ${what}, such as ${example}.` }).regex(pattern, `is not ${what}: it looks like ${example}.`);

const list = (what: string, pattern: RegExp, example: string) =>
  z
    .string({ error: `is missing: give ${what}, separated by commas, such as ${example}.` })
    .transform((text) =>
      text
        .split(",")
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .refine(
      (parts) => parts.length > 0 && parts.every((part) => pattern.test(part)),
      `is not a list of ${what}: it looks like ${example}.`,
    );

const role = (what: string) => arn(`the ARN of ${what}`, /^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, "arn:aws:iam::123456789012:role/name");
const queueUrl = (what: string) =>
  z.url({ protocol: /^https?$/, error: `is missing or not an address: give the URL of ${what} as SQS tells it.` });

const shape = z.object({
  BELFRY_ENVIRONMENT_NAME: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "may have lower-case letters, digits and single dashes: it is part of names in AWS.")
    .max(32, "is longer than 32 characters: shorten it.")
    .default("default"),
  BELFRY_CLUSTER_ARN: arn(
    "the ECS cluster's ARN",
    /^arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:cluster\/.+$/,
    "arn:aws:ecs:eu-central-1:123456789012:cluster/name",
  ),
  BELFRY_SCHEDULE_GROUP: z
    .string()
    .regex(/^[0-9a-zA-Z-_.]{1,64}$/, "is not a schedule group's name: 1 to 64 letters, digits and - _ .")
    .optional(),
  BELFRY_SCHEDULER_ROLE_ARN: role("the role that EventBridge Scheduler assumes"),
  BELFRY_EXECUTION_ROLE_ARN: role("the tasks' execution role"),
  BELFRY_TASK_ROLE_ARN: role("the tasks' own role").optional(),
  BELFRY_SUBNETS: list("subnet ids", /^subnet-[0-9a-z]+$/, "subnet-0a1b2c3d,subnet-4e5f6a7b"),
  BELFRY_SECURITY_GROUPS: list("security-group ids", /^sg-[0-9a-z]+$/, "sg-0a1b2c3d"),
  BELFRY_ASSIGN_PUBLIC_IP: z.enum(["true", "false"], "must be true or false.").default("false"),
  BELFRY_EVENT_QUEUE_URL: queueUrl("the queue of task events"),
  BELFRY_DEAD_LETTER_QUEUE_URL: queueUrl("the Scheduler's dead-letter queue"),
  BELFRY_DEAD_LETTER_QUEUE_ARN: arn(
    "the dead-letter queue's ARN",
    /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:.+$/,
    "arn:aws:sqs:eu-central-1:123456789012:name",
  ),
  BELFRY_LOG_GROUP: z
    .string({ error: "is missing: give the log group of the jobs, such as /belfry/default." })
    .regex(/^[.\-_/#A-Za-z0-9]{1,512}$/, "is not a log group's name: 1 to 512 letters, digits and . - _ / #."),
  BELFRY_HISTORY_DAYS: z.coerce
    .number("must be a number of days: write for example 400.")
    .int("must be whole days: write for example 400.")
    .min(1, "must be 1 or more: write for example 400.")
    .max(3650, "may be 3650 at most: write for example 400.")
    .default(400),
  BELFRY_FIRST_ADMIN_EMAIL: z
    .string()
    .regex(/^[^\s@]+@[^\s@]+$/, "is not an e-mail address: write it as name@example.com.")
    .default("admin@belfry.local"),
  BELFRY_LOG_LEVEL: z.enum(["debug", "info", "warn", "error"], "must be debug, info, warn or error.").default("info"),
});

const webShape = z.object({
  NEXTAUTH_SECRET: z
    .string({ error: "is missing: it signs the sessions, so give a long random text and keep it." })
    .min(32, "is shorter than 32 characters: it signs the sessions, so give a long random text and keep it."),
  NEXTAUTH_URL: z.url({
    protocol: /^https?$/,
    error: "is missing or not an address: give the one that people open, such as https://belfry.example.com.",
  }),
});

/** One of Belfry's variables. One that need not be set has a default. */
export type Setting = { name: string; isRequired: boolean };

const settingsOf = (shapeOf: Record<string, z.ZodType>): Setting[] =>
  Object.entries(shapeOf).map(([name, type]) => ({ name, isRequired: !type.safeParse(undefined).success }));

/** Every variable that the worker and the console read, beside the database's address (DATABASE_URL or libpq's own). */
export const settings = { worker: settingsOf(shape.shape), web: settingsOf(webShape.shape) };

/** Settings that are missing or wrong: a sentence for each. */
export class BadConfig extends CannotStart {
  constructor(sentences: string[]) {
    super(sentences, "Belfry cannot start with these settings:");
    this.name = "BadConfig";
  }
}

type Variables = Record<string, string | undefined>;

/** Reads the worker's settings. Throws BadConfig. */
export function readConfig(variables: Variables = process.env): Config {
  const { databaseUrl, set } = read(shape, variables);
  const [, , , region = "", accountId = ""] = set.BELFRY_CLUSTER_ARN.split(":");
  return {
    databaseUrl,
    firstAdminEmail: set.BELFRY_FIRST_ADMIN_EMAIL,
    logLevel: set.BELFRY_LOG_LEVEL,
    environment: {
      name: set.BELFRY_ENVIRONMENT_NAME,
      region,
      accountId,
      clusterArn: set.BELFRY_CLUSTER_ARN,
      scheduleGroup: set.BELFRY_SCHEDULE_GROUP ?? `belfry-${set.BELFRY_ENVIRONMENT_NAME}`,
      schedulerRoleArn: set.BELFRY_SCHEDULER_ROLE_ARN,
      executionRoleArn: set.BELFRY_EXECUTION_ROLE_ARN,
      taskRoleArn: set.BELFRY_TASK_ROLE_ARN ?? null,
      subnets: set.BELFRY_SUBNETS,
      securityGroups: set.BELFRY_SECURITY_GROUPS,
      assignPublicIp: set.BELFRY_ASSIGN_PUBLIC_IP === "true",
      eventQueueUrl: set.BELFRY_EVENT_QUEUE_URL,
      deadLetterQueueUrl: set.BELFRY_DEAD_LETTER_QUEUE_URL,
      deadLetterQueueArn: set.BELFRY_DEAD_LETTER_QUEUE_ARN,
      logGroup: set.BELFRY_LOG_GROUP,
      historyDays: set.BELFRY_HISTORY_DAYS,
    },
  };
}

/** The console's settings. Throws BadConfig. */
export function readWebConfig(variables: Variables = process.env): { databaseUrl: string } {
  return { databaseUrl: read(webShape, variables).databaseUrl };
}

/** The settings of a shape and the database's address. Throws BadConfig with one sentence for each that is missing or wrong. */
function read<Shape extends z.ZodType>(shapeOf: Shape, variables: Variables): { databaseUrl: string; set: z.infer<Shape> } {
  // A variable that is set to nothing is one that is not set.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value.trim() !== ""));
  const database = databaseUrlOf(given);
  const parsed = shapeOf.safeParse(given);
  const sentences = "url" in database ? [] : [database.sentence];
  // The first rule that a value breaks is enough to know what to write.
  const firsts = new Map(parsed.error?.issues.toReversed().map((issue) => [issue.path.join("."), issue.message]));
  sentences.push(...[...firsts].toReversed().map(([name, message]) => `${name} ${message}`));
  if (!parsed.success || !("url" in database)) throw new BadConfig(sentences);
  return { databaseUrl: database.url, set: parsed.data };
}

/** DATABASE_URL, or what libpq's own variables say (a deployment hands out the password's secret member by member). */
function databaseUrlOf(variables: Variables): { url: string } | { sentence: string } {
  const { DATABASE_URL, PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE } = variables;
  if (DATABASE_URL) {
    if (URL.canParse(DATABASE_URL) && /^postgres(ql)?:$/.test(new URL(DATABASE_URL).protocol)) return { url: DATABASE_URL };
    return { sentence: "DATABASE_URL is not a PostgreSQL address: it looks like postgresql://user:password@host:5432/belfry." };
  }
  if (PGHOST && PGUSER && PGDATABASE) {
    const ssl = PGSSLMODE ? `?sslmode=${encodeURIComponent(PGSSLMODE)}` : "";
    const password = PGPASSWORD ? `:${encodeURIComponent(PGPASSWORD)}` : "";
    const url = `postgresql://${encodeURIComponent(PGUSER)}${password}@${PGHOST}:${PGPORT || 5432}/${encodeURIComponent(PGDATABASE)}${ssl}`;
    if (URL.canParse(url)) return { url };
    return { sentence: "PGHOST and PGPORT are not a host and its port: they look like db.example.com and 5432." };
  }
  const missing = Object.entries({ PGHOST, PGUSER, PGDATABASE }).filter(([, value]) => !value);
  if (missing.length < 3)
    return {
      sentence: `${missing.map(([name]) => name).join(" and ")} is missing beside the other PG variables: give all of PGHOST, PGUSER, PGPASSWORD and PGDATABASE, or DATABASE_URL.`,
    };
  return {
    sentence: "DATABASE_URL is missing: give the address of a PostgreSQL database (or PGHOST, PGUSER, PGPASSWORD and PGDATABASE).",
  };
}
