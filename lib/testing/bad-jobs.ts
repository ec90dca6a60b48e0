import type { JobInput } from "@/lib/domain/job";

/** A job that nothing is wrong with: each bad one differs from it in one place. */
export function goodJob(overrides: Partial<JobInput> = {}): JobInput {
  return {
    name: "Nightly report",
    slug: "nightly-report",
    description: "",
    application: "reports",
    labels: { team: "finance" },
    definition: {
      image: "registry.example.com/reports:1.4",
      entryPoint: [],
      command: ["sh", "-c", "echo hello"],
      environment: [{ name: "MODE", value: "full" }],
      secrets: [{ name: "TOKEN", valueFrom: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:reports-AbCdEf:token::" }],
      cpu: 256,
      memory: 512,
    },
    expression: "cron(0 2 * * ? *)",
    timeZone: "Europe/Berlin",
    policies: { maximumRetryAttempts: 3, maximumEventAgeSeconds: 900 },
    ...overrides,
  };
}

const withDefinition = (change: Record<string, unknown>) => ({ ...goodJob(), definition: { ...goodJob().definition, ...change } });
const secret = (valueFrom: unknown) => withDefinition({ secrets: [{ name: "TOKEN", valueFrom }] });
const variable = (name: unknown, value: unknown = "x") => withDefinition({ environment: [{ name, value }] });

/** What somebody may get wrong, the field that is to blame, and words that the sentence must have. */
export const badJobs: [what: string, input: unknown, field: string, words: RegExp][] = [
  ["nothing at all", null, "", /must be an object/],
  ["a list instead of a job", [], "", /must be an object/],
  ["no name", { ...goodJob(), name: undefined }, "name", /missing: give one/],
  ["an empty name", { ...goodJob(), name: "  " }, "name", /empty: give one/],
  ["a name with a line break", { ...goodJob(), name: "a\nb" }, "name", /line break/],
  ["a name of 101 characters", { ...goodJob(), name: "n".repeat(101) }, "name", /100 characters: shorten/],
  ["a name with half a character", { ...goodJob(), name: "a\ud83d" }, "name", /half a character/],
  ["a description with half a character", { ...goodJob(), description: "\udc00" }, "description", /half a character/],
  ["an argument with half a character", withDefinition({ command: ["echo", "\ud83d"] }), "definition.command.1", /half a character/],
  ["a variable's value with half a character", variable("MODE", "\ud83dx"), "definition.environment.0.value", /half a character/],
  ["a label's value with half a character", { ...goodJob(), labels: { team: "\ud83d" } }, "labels.team", /half a character/],
  ["no address", { ...goodJob(), slug: "" }, "slug", /empty/],
  ["an address with capitals", { ...goodJob(), slug: "Nightly" }, "slug", /lower-case/],
  ["an address with a slash", { ...goodJob(), slug: "a/b" }, "slug", /for example/],
  ["an address of 64 characters", { ...goodJob(), slug: "s".repeat(64) }, "slug", /63 characters/],
  ["a description of 2,001 characters", { ...goodJob(), description: "d".repeat(2001) }, "description", /2000|2,000/],
  ["a NUL in the description", { ...goodJob(), description: "a\u0000b" }, "description", /NUL/],
  ["an application with a blank", { ...goodJob(), application: "my app" }, "application", /task-definition family/],
  ["a label's name with a blank", { ...goodJob(), labels: { "a b": "x" } }, "labels.a b", /./],
  ["a label without a value", { ...goodJob(), labels: { team: "" } }, "labels.team", /empty/],
  ["21 labels", { ...goodJob(), labels: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`l${n}`, "x"])) }, "labels", /20 labels/],
  ["no image", withDefinition({ image: "" }), "definition.image", /empty/],
  ["an image with a blank", withDefinition({ image: "my image" }), "definition.image", /blank/],
  ["an image with a shell's words", withDefinition({ image: "alpine;rm" }), "definition.image", /reference/],
  ["an image with a cut digest", withDefinition({ image: "alpine@sha256:abc" }), "definition.image", /64 hex/],
  ["an image of 256 characters", withDefinition({ image: "i".repeat(256) }), "definition.image", /255/],
  ["a command that is a text", withDefinition({ command: "echo hi" }), "definition.command", /must be a list/],
  ["a command with a NUL", withDefinition({ command: ["a\u0000"] }), "definition.command.0", /NUL/],
  ["a variable without a name", variable(""), "definition.environment.0.name", /no name/],
  ["a variable with a dash", variable("MY-VAR"), "definition.environment.0.name", /letters, digits and _/],
  ["a variable of Belfry's own", variable("BELFRY_JOB"), "definition.environment.0.name", /BELFRY_/],
  ["a variable of AWS's own", variable("AWS_REGION"), "definition.environment.0.name", /AWS_/],
  ["a variable with a value that is a number", variable("N", 5), "definition.environment.0.value", /text/],
  [
    "the same variable twice",
    withDefinition({
      environment: [
        { name: "A", value: "1" },
        { name: "A", value: "2" },
      ],
    }),
    "definition.environment.1.name",
    /set twice/,
  ],
  [
    "a variable and a secret of one name",
    withDefinition({ environment: [{ name: "TOKEN", value: "1" }] }),
    "definition.secrets.0.name",
    /set twice/,
  ],
  ["a secret's value instead of a reference", secret("hunter2 !"), "definition.secrets.0.valueFrom", /neither a Secrets Manager ARN/],
  [
    "a secret's ARN without its six characters",
    secret("arn:aws:secretsmanager:eu-central-1:123456789012:secret:reports"),
    "definition.secrets.0.valueFrom",
    /six random characters/,
  ],
  [
    "a secret with stage and version id",
    secret("arn:aws:secretsmanager:eu-central-1:123456789012:secret:reports-AbCdEf:token:AWSCURRENT:v1"),
    "definition.secrets.0.valueFrom",
    /one of the two/,
  ],
  ["a CPU size that Fargate does not have", withDefinition({ cpu: 300 }), "definition.cpu", /256, 512, 1024/],
  ["memory that does not go with the CPU", withDefinition({ cpu: 256, memory: 4096 }), "definition.memory", /512, 1024, 2048/],
  ["CPU as a text", withDefinition({ cpu: "256" }), "definition.cpu", /not a number/],
  ["no schedule", { ...goodJob(), expression: undefined }, "expression", /missing/],
  ["an empty schedule", { ...goodJob(), expression: "" }, "expression", /./],
  ["an hour of 25", { ...goodJob(), expression: "cron(0 25 * * ? *)" }, "expression", /25/],
  ["no question mark", { ...goodJob(), expression: "cron(0 1 * * * *)" }, "expression", /\?/],
  ["both days in a crontab line", { ...goodJob(), expression: "0 1 1 * MON" }, "expression", /./],
  ["a rate of seconds", { ...goodJob(), expression: "rate(10 seconds)" }, "expression", /minute/],
  ["a rate of nothing", { ...goodJob(), expression: "rate(0 minutes)" }, "expression", /./],
  ["a moment gone by", { ...goodJob(), expression: "at(2020-01-01T00:00:00)" }, "expression", /has passed/],
  ["a moment with a zone letter", { ...goodJob(), expression: "at(2030-01-01T00:00:00Z)" }, "expression", /./],
  ["words instead of a schedule", { ...goodJob(), expression: "every morning" }, "expression", /./],
  ["no time zone", { ...goodJob(), timeZone: undefined }, "timeZone", /missing/],
  ["a time zone that does not exist", { ...goodJob(), timeZone: "Europe/Bonn" }, "timeZone", /Europe\/Bonn/],
  [
    "186 retries",
    { ...goodJob(), policies: { maximumRetryAttempts: 186, maximumEventAgeSeconds: 900 } },
    "policies.maximumRetryAttempts",
    /185/,
  ],
  [
    "an age of 30 seconds",
    { ...goodJob(), policies: { maximumRetryAttempts: 1, maximumEventAgeSeconds: 30 } },
    "policies.maximumEventAgeSeconds",
    /60/,
  ],
];
