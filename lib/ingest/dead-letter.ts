import type { QueueMessage } from "@/lib/aws/queue";
import { type DeadLetterFacts, recordDeadLetter } from "@/lib/db/dead-letters";
import { type SetAside, setAside } from "@/lib/db/set-aside";
import type { Deps } from "@/lib/deps";
import { jobIdOfScheduleName, ownVariables } from "@/lib/desired/names";
import type { Environment } from "@/lib/domain/environment";
import { NotFound, Unavailable } from "@/lib/domain/errors";
import { explainLaunchError } from "@/lib/domain/failure";
import type { Cause } from "@/lib/domain/run";
import { noteToldAll } from "./told-all";

/*
 * The Scheduler's dead letters: starts that it gave up on. They leave no task and no event, so this queue is the only
 * place that tells of them. A letter becomes a failed run of its job and moment; it is removed only after that is written.
 */

/** A letter as it was read. Belfry keys on the schedule and its moment, never on TARGET_ARN, whose form is not documented for ECS. */
export type DeadLetter = {
  jobId: string;
  scheduleName: string | null;
  scheduledAt: Date;
  executionId: string | null;
  /** How often the Scheduler called ECS in all; null where the letter does not say. */
  attempts: number | null;
  /** What was used up; null for an error that trying again would not have helped. */
  exhausted: "attempts" | "age" | null;
  errorCode: string;
  errorMessage: string;
  jobGeneration: number | null;
};

/** `aside`: nothing for the history, with the reason as a sentence. */
export type ReadLetter = { letter: DeadLetter } | { aside: string };

type Letter = Pick<QueueMessage, "body" | "attributes">;

const longestMessage = 4000;
const mostTries = 10;

/**
 * Reads one message of the dead-letter queue: its attributes, and where they are missing what Belfry itself had put into
 * the schedule's input, which is the body (EventBridge Scheduler User Guide, "Configuring a dead-letter queue").
 * Never throws: what cannot be read says why.
 */
export function parseDeadLetter({ body, attributes }: Letter): ReadLetter {
  const own = variablesOf(body);
  const scheduleName = nameOf(attributes.SCHEDULE_ARN ?? own.get(ownVariables.scheduleArn));
  if (scheduleName !== null && jobIdOfScheduleName(scheduleName) === null)
    return { aside: `It is about the schedule ${scheduleName}, which is not one of Belfry's.` };
  const said = own.get(ownVariables.job);
  const jobId = scheduleName === null ? (said && /^[a-z0-9]{10}$/.test(said) ? said : null) : jobIdOfScheduleName(scheduleName);
  if (jobId === null) return { aside: "It does not say which schedule it is about: SCHEDULE_ARN is missing or is no schedule's ARN." };
  const scheduledAt = momentOf(attributes.SCHEDULED_TIME) ?? momentOf(own.get(ownVariables.scheduledTime));
  if (!scheduledAt) return { aside: "It does not say which moment it is about: SCHEDULED_TIME is missing or is no time." };
  const retries = wholeNumber(attributes.RETRY_ATTEMPTS);
  return {
    letter: {
      jobId,
      scheduleName,
      scheduledAt,
      executionId: attributes.EXECUTION_ID || null,
      attempts: retries === null ? null : retries + 1,
      exhausted: exhaustedOf(attributes.EXHAUSTED_RETRY_CONDITION),
      errorCode: attributes.ERROR_CODE ?? "",
      errorMessage: (attributes.ERROR_MESSAGE ?? "").slice(0, longestMessage),
      jobGeneration: wholeNumber(own.get(ownVariables.generation)),
    },
  };
}

/** ".../schedule/<group>/<name>"; AWS's own example leaves the group out. Null for what is no schedule's ARN. */
function nameOf(arn: string | undefined): string | null {
  return /^arn:[a-z-]+:scheduler:[^:]*:[^:]*:schedule\/(?:[^/]+\/)?([^/]+)$/.exec(arn ?? "")?.[1] ?? null;
}

function exhaustedOf(condition: string | undefined): DeadLetter["exhausted"] {
  if (!condition) return null;
  return /age/i.test(condition) ? "age" : "attempts";
}

/** The variables of the schedule's input. One that was cut off is no JSON any more, but Belfry's own pairs can still stand in it. */
function variablesOf(body: string): Map<string, string> {
  const pairs = body.matchAll(/\{"name":"(BELFRY_[A-Z_]{1,30})","value":"([^"\\]{1,300})"\}/g);
  return new Map([...pairs].map(([, name = "", value = ""]) => [name, value]));
}

function momentOf(text: string | undefined): Date | null {
  if (!text || !/^(19|2\d)\d{2}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/.test(text)) return null;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? null : at;
}

function wholeNumber(text: string | undefined): number | null {
  return text && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** Why the start was given up, from the letter alone. */
export function explainDeadLetter(letter: DeadLetter): Cause {
  const { errorCode, errorMessage, attempts, exhausted } = letter;
  const cause = explainLaunchError({ awsCode: errorCode, awsMessage: errorMessage });
  const tries =
    attempts === null ? "The Scheduler tried to start it" : `The Scheduler tried ${attempts === 1 ? "once" : `${attempts} times`}`;
  const end =
    exhausted === "attempts"
      ? "and gave up: all its attempts were used up"
      : exhausted === "age"
        ? "and gave up: the start had become too old for its retry policy"
        : "and gave up at once: trying again would not have helped";
  return { ...cause, evidence: [...cause.evidence, `${tries} ${end}`] };
}

/** What a round of the dead letters came to, in messages. */
export type DeadLettersReport = {
  received: number;
  /** Became a failed run, or told more of one. */
  recorded: number;
  /** Told nothing new: told before, or the moment has a task after all. */
  known: number;
  /** Kept aside for people to look at. */
  setAside: number;
  /** Not written; they come again. */
  failed: number;
};

type LettersRequest = {
  deps: Deps;
  environment: Environment;
  signal?: AbortSignal;
  /** How long a look waits for a message: from one second on SQS asks all its servers. */
  waitSeconds?: number;
  /** A round that always finds more ends after so many looks, so that it is reported. */
  mostLooks?: number;
};

/**
 * Takes the Scheduler's dead letters into the history until the queue is empty. One that cannot be read, or belongs to
 * nobody here, is kept aside whole and holds up nobody.
 * Throws when nothing of a look could be written: Postgres is away then.
 */
export async function readDeadLetters(request: LettersRequest): Promise<DeadLettersReport & { againAt: Date | null }> {
  const { deps, environment, signal, waitSeconds = 1, mostLooks = 200 } = request;
  const { queue } = deps.aws(environment);
  const url = environment.deadLetterQueueUrl;
  const report: DeadLettersReport = { received: 0, recorded: 0, known: 0, setAside: 0, failed: 0 };
  for (let looks = 0; looks < mostLooks && !signal?.aborted; looks++) {
    const at = deps.clock.now();
    let messages: QueueMessage[];
    try {
      messages = await queue.receive(url, waitSeconds, signal);
    } catch (error) {
      if (signal?.aborted) break;
      throw error;
    }
    if (messages.length === 0) {
      if (report.failed === 0) await noteToldAll({ deps, environment, source: "dead-letters", url, at });
      return { ...report, againAt: null };
    }
    await takeAll(request, messages, report);
  }
  return { ...report, againAt: deps.clock.now() };
}

async function takeAll({ deps, environment }: LettersRequest, messages: QueueMessage[], report: DeadLettersReport): Promise<void> {
  report.received += messages.length;
  const outcomes = await Promise.allSettled(messages.map((message) => take(deps, environment, message)));
  const done: string[] = [];
  let firstError: unknown;
  for (const [index, outcome] of outcomes.entries()) {
    const message = messages[index];
    if (!message) continue;
    if (outcome.status === "fulfilled") {
      report[outcome.value]++;
      done.push(message.handle);
      continue;
    }
    report.failed++;
    firstError ??= outcome.reason;
    deps.log.warn({ messageId: message.id, error: String(outcome.reason) }, "A dead letter could not be written; it comes again.");
  }
  await deps.aws(environment).queue.remove(environment.deadLetterQueueUrl, done);
  if (done.length === 0 && firstError !== undefined) throw firstError;
}

async function take(deps: Deps, environment: Environment, message: QueueMessage): Promise<"recorded" | "known" | "setAside"> {
  const now = deps.clock.now();
  const read = parseDeadLetter(message);
  if ("aside" in read) return keepAside(deps, environment, message, read.aside);
  try {
    const { changed } = await recordDeadLetter(deps.db, toFacts(environment, read.letter, message.sentAt ?? now, now));
    return changed ? "recorded" : "known";
  } catch (error) {
    if (error instanceof NotFound)
      return keepAside(deps, environment, message, `It is about the job ${read.letter.jobId}, which is not in this environment.`);
    // No redrive takes it away: what can never be written must not come for ever.
    if (message.receiveCount < mostTries || error instanceof Unavailable) throw error;
    return keepAside(deps, environment, message, `It could not be written ${mostTries} times: ${String(error).slice(0, 300)}`);
  }
}

function toFacts(environment: Environment, letter: DeadLetter, gaveUpAt: Date, seenAt: Date): DeadLetterFacts {
  const { jobId, scheduledAt, executionId, attempts, jobGeneration } = letter;
  const cause = explainDeadLetter(letter);
  return { environmentId: environment.id, jobId, scheduledAt, executionId, attempts, jobGeneration, gaveUpAt, seenAt, cause };
}

async function keepAside(deps: Deps, environment: Environment, message: QueueMessage, reason: string): Promise<"setAside"> {
  deps.log.warn({ messageId: message.id, reason }, "A dead letter is no part of the history; it is kept aside.");
  await setAside(deps.db, [toSetAside(environment, "dead-letters", message, { reason, at: deps.clock.now() })]);
  return "setAside";
}

/** A message as it is kept aside, whole. */
export function toSetAside(
  environment: Pick<Environment, "id">,
  queue: SetAside["queue"],
  { id, body, attributes }: Pick<QueueMessage, "id" | "body" | "attributes">,
  { reason, at }: { reason: string; at: Date },
): Omit<SetAside, "id"> {
  return { environmentId: environment.id, queue, messageId: id, body, attributes, reason, setAsideAt: at };
}
