import { HeldBack, isGone, isPassing, isRefused, isRoleNotReady, isThrottled, wordsOf } from "@/lib/aws/errors";
import { BelfryError } from "@/lib/domain/errors";
import type { Job, SyncError } from "@/lib/domain/job";

/** IAM may take so long until the Scheduler can assume a new role; only then is its refusal believed. */
const rolePatienceSeconds = 120;

const firstWaitSeconds = 4;
const longestWaitSeconds = 300;

/** A failure as the job's page shows it, and when the job is looked at again. */
export type Failure = { error: SyncError; retryAt: Date };

/**
 * What went wrong for one job, in words. A passing failure is tried again soon, then less and less often; a refusal every
 * five minutes, because what AWS refuses may be put right in AWS, without anybody saving the job.
 * `random` spreads the waits, so that jobs that failed together do not come back together.
 */
export function toFailure(
  cause: unknown,
  job: Pick<Job, "syncError" | "expression" | "timeZone" | "definition"> & { syncAttempts: number },
  now: Date,
  random: () => number = Math.random,
): Failure {
  const { code, message } = cause instanceof BelfryError ? { code: cause.word, message: cause.sentence } : wordsOf(cause);
  const earlier = job.syncError;
  const at = earlier?.awsCode === code && earlier.awsMessage === message ? earlier.at : now.toISOString();
  const waited = (now.getTime() - Date.parse(at)) / 1000;
  const isFinal = isRoleNotReady(cause) ? waited >= rolePatienceSeconds : isOwnRefusal(cause) || (isRefused(cause) && !isGone(cause));
  const passing = !isFinal;
  const roomInSeconds = cause instanceof HeldBack ? cause.againInMs / 1000 : 0;
  const seconds = passing ? waitSeconds(job.syncAttempts, random) : longestWaitSeconds * (0.75 + random() / 2);
  const retryAt = new Date(now.getTime() + Math.ceil((seconds + roomInSeconds) * 1000));
  const { sentence, field } = passing ? { sentence: describePassing(cause, retryAt), field: null } : explainRefusal(cause, job);
  return { error: { sentence, awsCode: code, awsMessage: message, field, passing, at }, retryAt };
}

/** Full jitter: anything up to a bound that doubles with each try in a row, and a second at least. */
export function waitSeconds(tries: number, random: () => number = Math.random): number {
  return Math.max(1, random() * Math.min(longestWaitSeconds, firstWaitSeconds * 2 ** Math.min(tries, 10)));
}

/** Belfry itself says no, with a sentence of its own. */
function isOwnRefusal(cause: unknown): cause is BelfryError {
  return cause instanceof BelfryError && cause.word !== "unavailable";
}

function describePassing(cause: unknown, retryAt: Date): string {
  if (cause instanceof BelfryError) return cause.sentence;
  if (isThrottled(cause)) return `AWS asks for fewer changes: trying again at ${retryAt.toISOString().slice(11, 19)} UTC.`;
  if (isRoleNotReady(cause))
    return "AWS does not yet let the Scheduler use the environment's role, which takes up to two minutes after the role was made. Belfry tries again.";
  // Only the group can be gone: a schedule that is gone is made, and a definition is never asked for by its name.
  if (isGone(cause)) return "The schedule group is missing in AWS. Belfry makes it again.";
  switch (wordsOf(cause).code) {
    case "ConflictException":
      return "AWS is still busy with the last change of this schedule. Belfry tries again.";
    case "CredentialsProviderError":
    case "ExpiredToken":
    case "ExpiredTokenException":
      return "Belfry has no valid credentials for AWS at the moment. It tries again.";
    default:
      return isPassing(cause)
        ? "AWS does not answer as it should at the moment. Belfry tries again."
        : "Belfry could not do this because of a fault of its own. It tries again.";
  }
}

type Refusal = { sentence: string; field: string | null };

/** What AWS's words mean for the form: the first row whose pattern is found in code and message. */
const refusals: [pattern: RegExp, explain: (job: Pick<Job, "expression" | "timeZone" | "definition">) => Refusal][] = [
  [
    /must allow AWS EventBridge Scheduler to assume the role/i,
    () => ({
      sentence:
        "The Scheduler may not use the environment's role: its trust policy has to name scheduler.amazonaws.com, and a condition on aws:SourceArn the schedule group.",
      field: null,
    }),
  ],
  [
    /schedule ?expression ?time ?zone|time ?zone/i,
    ({ timeZone }) => ({ sentence: `AWS does not know the time zone ${timeZone}: choose another one.`, field: "timeZone" }),
  ],
  [
    /schedule ?expression/i,
    ({ expression }) => ({ sentence: `AWS does not take the schedule ${expression}: change it.`, field: "expression" }),
  ],
  [
    /AccessDenied|NotAuthorized|not authorized/i,
    () => ({ sentence: "AWS does not allow this to Belfry: its role lacks the right that AWS names.", field: null }),
  ],
  [
    /ServiceQuotaExceeded|LimitExceeded/i,
    () => ({ sentence: "A quota of the AWS account is used up: have it raised, or remove what is not needed any more.", field: null }),
  ],
  [
    /too (large|long)|exceed|maximum (size|length)|less than or equal to (8192|65536|262144)/i,
    () => ({
      sentence: "Command and environment are longer than AWS takes: put some of it into a file or a secret.",
      field: "definition.environment",
    }),
  ],
  [
    /secret|valueFrom|parameter store|ssm/i,
    () => ({ sentence: "AWS does not take a secret reference of this job: check it.", field: "definition.secrets" }),
  ],
  [/role/i, () => ({ sentence: "AWS does not take one of the environment's roles: check that it exists.", field: null })],
  [
    /\bimage\b/i,
    ({ definition }) => ({ sentence: `AWS does not take the image ${definition.image}: change it.`, field: "definition.image" }),
  ],
  [
    /fargate configuration|\bcpu\b|\bmemory\b/i,
    ({ definition }) => ({
      sentence: `AWS does not take ${definition.cpu} CPU units with ${definition.memory} MiB: choose another size.`,
      field: "definition.cpu",
    }),
  ],
  [
    /TaskOverride|target input|\binput\b/i,
    () => ({ sentence: "AWS does not take this command and environment: change them.", field: "definition.command" }),
  ],
];

function explainRefusal(cause: unknown, job: Pick<Job, "expression" | "timeZone" | "definition">): Refusal {
  if (cause instanceof BelfryError) return { sentence: cause.sentence, field: cause.faults[0]?.field ?? null };
  const { code, message } = wordsOf(cause);
  const [, explain] = refusals.find(([pattern]) => pattern.test(`${code}: ${message}`)) ?? [];
  return explain?.(job) ?? { sentence: "AWS refuses what this job asks for; its own words say why.", field: null };
}
