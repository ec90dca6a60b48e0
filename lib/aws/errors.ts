/**
 * What the SDK throws, in Belfry's words. Told apart by AWS's codes, never by its sentences, save where AWS gives
 * one code to two different things; those exceptions are named.
 */

/** AWS asks for fewer calls of this kind: it threw this one back, or an earlier one, so that this one was not made. */
export class HeldBack extends Error {
  /** AWS's words, and after how many milliseconds there is room for a call of this kind again. */
  constructor(
    readonly words: { code: string; message: string },
    readonly againInMs: number,
  ) {
    super(words.message);
    this.name = "HeldBack";
  }
}

/**
 * No answer came within the client's patience: it may have been done, or may be done yet. Without a cause, by which the SDK would
 * know it as something to try again.
 */
export class Unanswered extends Error {
  constructor() {
    super("AWS did not answer in time.");
    this.name = "Unanswered";
  }
}

/** AWS's own code and sentence, verbatim, for the page that shows them. */
export function wordsOf(error: unknown): { code: string; message: string } {
  if (error instanceof HeldBack) return error.words;
  if (error instanceof Error) return { code: error.name || "Error", message: error.message };
  return { code: "Error", message: String(error) };
}

/** The thing does not exist there (any more). */
export function isGone(error: unknown): boolean {
  return hasCode(error, ["ResourceNotFoundException", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"]);
}

/** Too many calls; each service has its own name for it (Scheduler 429, ECS 400, SQS RequestThrottled). */
export function isThrottled(error: unknown): boolean {
  const codes = [
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "SlowDown",
  ];
  return error instanceof HeldBack || hasCode(error, codes) || statusOf(error) === 429;
}

/** It exists already, or is being changed by somebody at this moment. */
export function isConflict(error: unknown): boolean {
  return hasCode(error, ["ConflictException", "ResourceAlreadyExistsException"]);
}

/**
 * The Scheduler cannot assume the schedule's role. It says so for a role that will never do, and as well during the first
 * minutes of a good one, because IAM spreads slowly; the code alone is that of every other invalid input.
 */
export function isRoleNotReady(error: unknown): boolean {
  return hasCode(error, ["ValidationException"]) && /must allow AWS EventBridge Scheduler to assume the role/.test(wordsOf(error).message);
}

/** Fargate has no room at this moment; ECS has one code for that and for every wrong request. */
export function isNoCapacity(error: unknown): boolean {
  return hasCode(error, ["ClientException"]) && /capacity is unavailable/i.test(wordsOf(error).message);
}

/** The revision is not ACTIVE any more; again a matter of the sentence. */
export function isInactiveRevision(error: unknown): boolean {
  return hasCode(error, ["ClientException", "InvalidParameterException"]) && /TaskDefinition is inactive/i.test(wordsOf(error).message);
}

/** It may go well when tried again: throttled, in conflict, no capacity, AWS's own fault, no network, or no credentials at this moment. */
export function isPassing(error: unknown): boolean {
  if (isThrottled(error) || isConflict(error) || isNoCapacity(error) || error instanceof Unanswered) return true;
  if (hasCode(error, ["CredentialsProviderError", "ExpiredTokenException", "ExpiredToken", "RequestTimeoutException", "TimeoutError"]))
    return true;
  const status = statusOf(error);
  return status === undefined ? isOfNetwork(error) : status >= 500;
}

/** AWS understood and said no; it will say no again until somebody changes something. */
export function isRefused(error: unknown): boolean {
  return statusOf(error) !== undefined && !isPassing(error);
}

function hasCode(error: unknown, codes: string[]): boolean {
  return error instanceof Error && codes.includes(error.name);
}

/** Undefined where no answer came, or the error is not AWS's. */
function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;
}

/** The operating system's codes of a connection that failed (ECONNREFUSED, ENOTFOUND, EPIPE); ERR_ is Node's word for a mistake of ours. */
function isOfNetwork(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^E(?!RR_)[A-Z_]+$/.test(code);
}
