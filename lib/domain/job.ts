import { z } from "zod";
import { parseSchedule } from "@/lib/schedule/parse";
import { isTimeZone } from "@/lib/schedule/time-zone";
import { type Fault, Invalid } from "./errors";
import { fargateSizes, isFargateSize } from "./fargate";
import { isMisleading } from "./plain-line";

/** What runs: the part of a job that becomes a task definition and its overrides. */
export type JobDefinition = {
  image: string;
  entryPoint: string[];
  command: string[];
  environment: { name: string; value: string }[];
  secrets: { name: string; valueFrom: string }[];
  /** CPU units, 1024 = 1 vCPU. */
  cpu: number;
  /** MiB. */
  memory: number;
};

/** How the Scheduler retries a start that AWS refused or could not make (not a container that failed). */
export type JobPolicies = { maximumRetryAttempts: number; maximumEventAgeSeconds: number };

/** A job as somebody wrote it down. */
export type JobInput = {
  name: string;
  slug: string;
  description: string;
  application: string;
  labels: Record<string, string>;
  definition: JobDefinition;
  /** AWS's form: cron(...), rate(...) or at(...). */
  expression: string;
  /** IANA name. */
  timeZone: string;
  policies: JobPolicies;
};

/** A job as it is kept: the input, who saved it, and how far AWS follows. */
export type Job = JobInput & {
  id: string;
  environmentId: string;
  generation: number;
  savedAt: Date;
  savedBy: string;
  createdAt: Date;
  pausedAt: Date | null;
  pausedBy: string | null;
  pauseReason: string | null;
  deletedAt: Date | null;
  appliedGeneration: number;
  /** When AWS was last written to: a save that changes nothing there leaves it, and so does a look. */
  appliedAt: Date | null;
  observedGeneration: number;
  observedAt: Date | null;
  taskDefinitionArn: string | null;
  syncError: SyncError | null;
  retryAt: Date | null;
  removedAt: Date | null;
  /** The earliest moment of its calendar that has no run yet, and until when a start for it may still come. */
  expectedAt: Date | null;
  expectBy: Date | null;
};

/** Why AWS does not follow yet. `passing` is tried again by itself; a refusal waits for somebody to change something. */
export type SyncError = { sentence: string; awsCode: string; awsMessage: string; field: string | null; passing: boolean; at: string };

/** Saved: only Postgres knows. Applied: AWS took it. Verified: it was read back from AWS. */
export type SyncState = "saved" | "applied" | "verified" | "refused" | "trying-again" | "removing" | "removed";

/** How far AWS follows a job; computed, never stored. */
export function syncStateOf(
  job: Pick<Job, "generation" | "appliedGeneration" | "observedGeneration" | "deletedAt" | "removedAt"> & {
    syncError: Pick<SyncError, "passing"> | null;
  },
): SyncState {
  if (job.removedAt) return "removed";
  if (job.syncError) return job.syncError.passing ? "trying-again" : "refused";
  if (job.deletedAt) return "removing";
  if (job.observedGeneration >= job.generation) return "verified";
  if (job.appliedGeneration >= job.generation) return "applied";
  return "saved";
}

/**
 * From when a rate(...) counts: the moment at which the Scheduler last took the schedule (EventBridge Scheduler re-anchors
 * a rate with each update). Until it has taken the last save, the moment of that save.
 */
export function rateAnchorOf(job: Pick<Job, "generation" | "appliedGeneration" | "appliedAt" | "savedAt">): Date {
  return job.appliedAt && job.appliedGeneration >= job.generation ? job.appliedAt : job.savedAt;
}

export const defaultPolicies: JobPolicies = { maximumRetryAttempts: 3, maximumEventAgeSeconds: 900 };

/** Half a surrogate pair, which neither Postgres nor AWS can keep. */
const halfCharacter = /\p{Surrogate}/u;
const halfSentence = (what: string) => `${what} has half a character in it, as a text that was cut in two: remove it.`;

const misleadingSentence = (what: string) => `${what} has a character that cannot be seen or turns the text around: type it anew.`;

const line = (what: string, max: number) =>
  z
    .string({ error: `${what} is missing: give one.` })
    .trim()
    .min(1, `${what} is empty: give one.`)
    .max(max, `${what} is longer than ${max} characters: shorten it.`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    .regex(/^[^\u0000-\u001f\u007f]*$/, `${what} has a line break or a control character: remove it.`)
    .refine((value) => !halfCharacter.test(value), halfSentence(what))
    .refine((value) => !isMisleading(value), misleadingSentence(what));

const text = (what: string, max: number) =>
  z
    .string({ error: `${what} must be text.` })
    .max(max, `${what} is longer than ${max} characters: shorten it.`)
    .refine((value) => !value.includes("\u0000"), `${what} has a NUL character, which Postgres cannot keep: remove it.`)
    .refine((value) => !halfCharacter.test(value), halfSentence(what));

const variableName = (what: string) =>
  z
    .string({ error: `${what} has no name: give one or remove the row.` })
    .min(1, `${what} has no name: give one or remove the row.`)
    .max(255, `${what} has a name longer than 255 characters: shorten it.`)
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, `${what} has a name that a shell cannot read: use letters, digits and _, and no digit first.`)
    .refine(
      (name) => !name.startsWith("BELFRY_") && !name.startsWith("AWS_") && !name.startsWith("ECS_"),
      `${what} begins with BELFRY_, AWS_ or ECS_, which are set for each run: take another name.`,
    );

/**
 * A whole Secrets Manager ARN (with the six random characters), optionally `:json-key:version-stage:version-id`;
 * or an SSM parameter by name or ARN (ECS Developer Guide, "Pass sensitive data to an Amazon ECS container").
 */
const secretsManagerArn =
  /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@!-]+-[A-Za-z0-9]{6}(:[^:]*:[^:]*:[^:]*)?$/;
const ssmParameter = /^(arn:aws[a-z-]*:ssm:[a-z0-9-]+:\d{12}:parameter\/?[A-Za-z0-9_.\-/]+|[A-Za-z0-9_.\-/]+)$/;

const secretReference = z
  .string({ error: "The secret reference is missing: give an ARN or an SSM parameter's name." })
  .max(2048, "The secret reference is longer than 2,048 characters: check it.")
  .superRefine((value, context) => {
    if (value.includes(":secretsmanager:")) {
      if (secretsManagerArn.test(value)) {
        const [stage, version] = value.split(":").slice(8);
        if (stage && version) context.addIssue("The secret reference names a version stage and a version id: ECS takes one of the two.");
        return;
      }
      context.addIssue(
        "The secret reference is not a whole Secrets Manager ARN: it ends in six random characters, and a JSON key is written as :key:: after it.",
      );
    } else if (!ssmParameter.test(value)) {
      context.addIssue(
        "The secret reference is neither a Secrets Manager ARN nor an SSM parameter (its ARN, or its name of letters, digits and . - _ /).",
      );
    }
  });

/** A registry's image reference; AWS takes 255 characters before the digest. */
const image = line("The image", 512)
  .regex(/^\S*$/, { error: "The image has a blank in it: write it as repository:tag or repository@sha256:digest.", abort: true })
  .refine((value) => (value.split("@")[0] ?? "").length <= 255, "The image is longer than 255 characters before its digest: shorten it.")
  .refine(
    // An empty one has been told of already.
    (value) =>
      value === "" ||
      (/^[A-Za-z0-9][A-Za-z0-9._\-/:]*(@sha256:[a-f0-9]{64})?$/.test(value) && !value.includes("//") && !/[:/]$/.test(value)),
    "The image is not a reference that a registry knows: write it as repository:tag or repository@sha256: and 64 hex digits.",
  );

const argument = text("An argument", 8192);

const definitionShape = z.object({
  image,
  entryPoint: z.array(argument).max(100, "The entry point has more than 100 parts: put them into a script.").default([]),
  command: z.array(argument).max(1000, "The command has more than 1,000 parts: put them into a script.").default([]),
  environment: z
    .array(z.object({ name: variableName("An environment variable"), value: text("An environment variable's value", 16_384) }))
    .max(200, "There are more than 200 environment variables: put them into a file or a secret.")
    .default([]),
  secrets: z
    .array(z.object({ name: variableName("A secret"), valueFrom: secretReference }))
    .max(100, "There are more than 100 secrets: use JSON keys of fewer secrets.")
    .default([]),
  cpu: z
    .number({ error: "CPU is not a number: choose one of Fargate's sizes." })
    .int("CPU is not a whole number: choose one of Fargate's sizes."),
  memory: z
    .number({ error: "Memory is not a number: choose one of Fargate's sizes." })
    .int("Memory is not a whole number: choose one of Fargate's sizes."),
});

const inputShape = z.object({
  name: line("The name", 100),
  slug: z
    .string({ error: "The address is missing: give one." })
    .min(1, "The address is empty: give one.")
    .max(63, "The address is longer than 63 characters: shorten it.")
    .regex(
      /^[a-z0-9]+(-[a-z0-9]+)*$/,
      "The address may have lower-case letters, digits and single dashes between them: for example nightly-report.",
    ),
  description: text("The description", 2000)
    .refine((value) => !isMisleading(value), misleadingSentence("The description"))
    .default(""),
  application: z
    .string({ error: "The application is missing: give one." })
    .min(1, "The application is empty: give one.")
    .max(100, "The application is longer than 100 characters: shorten it.")
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9_-]*$/,
      "The application may have letters, digits, - and _, because it names the task-definition family: change it.",
    ),
  labels: z
    .record(
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/, "A label's name may have up to 63 letters, digits and . _ / -: change it."),
      line("A label's value", 100),
    )
    .refine((labels) => Object.keys(labels).length <= 20, "There are more than 20 labels: remove some.")
    .default({}),
  definition: definitionShape,
  expression: z.string({ error: "The schedule is missing: give one." }),
  timeZone: z.string({ error: "The time zone is missing: choose one." }),
  policies: z
    .object({
      maximumRetryAttempts: z
        .number()
        .int("Start retries must be a whole number.")
        .min(0, "Start retries must be 0 or more.")
        .max(185, "Start retries may be 185 at most: that is the Scheduler's bound."),
      maximumEventAgeSeconds: z
        .number()
        .int("The start's age limit must be whole seconds.")
        .min(60, "The start's age limit must be 60 seconds or more: that is the Scheduler's bound.")
        .max(86_400, "The start's age limit may be 86,400 seconds at most: that is the Scheduler's bound."),
    })
    .default(defaultPolicies),
});

/**
 * Reads what somebody wrote; a crontab line leaves as AWS's form.
 * `now` decides whether an at(...) lies in the past; one that stays as it stood in `before` may, or a job whose moment is
 * over could never be edited again.
 * Throws Invalid with one sentence for each field that breaks a rule.
 */
export function parseJobInput(raw: unknown, now: Date, before: Calendar | null = null): JobInput {
  const read = inputShape.safeParse(raw);
  const faults: Fault[] = read.success ? [] : read.error.issues.map(toFault);
  const source = (read.success ? read.data : raw) as Partial<JobInput> | null;
  const expression = scheduleOf(source, now, before, faults);
  if (read.success) {
    faults.push(...crossFaults(read.data));
    if (faults.length === 0) return { ...read.data, expression };
  }
  throw new Invalid(faults);
}

const kinds: Record<string, string> = { array: "a list", object: "an object", record: "an object", string: "a text", number: "a number" };

function toFault(issue: z.core.$ZodIssue): Fault {
  const field = issue.path.join(".");
  if (issue.code === "invalid_type" && issue.message.startsWith("Invalid input"))
    return { field, sentence: `${field || "A job"} must be ${kinds[issue.expected] ?? issue.expected}: send it as one.` };
  if (issue.code === "invalid_key")
    return { field, sentence: issue.issues[0]?.message ?? `${field} has a name that is not allowed: change it.` };
  return { field, sentence: issue.message };
}

type Calendar = Pick<JobInput, "expression" | "timeZone">;

function scheduleOf(source: Partial<JobInput> | null, now: Date, before: Calendar | null, faults: Fault[]): string {
  const { expression, timeZone } = source ?? {};
  const zoneIsGood = typeof timeZone === "string" && isTimeZone(timeZone);
  if (typeof timeZone === "string" && !zoneIsGood)
    faults.push({
      field: "timeZone",
      sentence: `The time zone ${JSON.stringify(timeZone)} is not an IANA name: choose one such as Europe/Berlin or UTC.`,
    });
  if (typeof expression !== "string") return "";
  if (before && expression === before.expression && timeZone === before.timeZone) return expression;
  const parsed = parseSchedule(expression, { timeZone: zoneIsGood ? timeZone : "UTC", now });
  if (parsed.ok) return parsed.schedule.expression;
  faults.push({ field: "expression", sentence: parsed.fault.sentence });
  return "";
}

/** The rules that need more than one field. */
function crossFaults(input: JobInput): Fault[] {
  const faults: Fault[] = [];
  const { cpu, memory, environment, secrets } = input.definition;
  const size = fargateSizes.find((candidate) => candidate.cpu === cpu);
  if (!size)
    faults.push({
      field: "definition.cpu",
      sentence: `Fargate has no size of ${cpu} CPU units: take one of ${fargateSizes.map((candidate) => candidate.cpu).join(", ")}.`,
    });
  else if (!isFargateSize(cpu, memory))
    faults.push({
      field: "definition.memory",
      sentence: `Fargate has no ${memory} MiB with ${cpu} CPU units: take one of ${size.memory.join(", ")}.`,
    });
  const seen = new Set<string>();
  for (const [list, rows] of [
    ["environment", environment],
    ["secrets", secrets],
  ] as const)
    rows.forEach(({ name }, index) => {
      if (seen.has(name))
        faults.push({ field: `definition.${list}.${index}.name`, sentence: `The variable ${name} is set twice: remove one of the two.` });
      seen.add(name);
    });
  return faults;
}
