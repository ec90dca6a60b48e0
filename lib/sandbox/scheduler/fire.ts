import { randomBytes } from "node:crypto";
import type { Target } from "@aws-sdk/client-scheduler";
import { canAssume } from "../iam/trust";
import { AwsError, type Region, type World } from "../service";
import { findByArn } from "../sqs/queue-attributes";
import { momentsAfter, planNext } from "./next-moment";
import { forgetTokens } from "./operations";
import type { Invocation, ScheduleRecord } from "./state";
import { callOf, secondsOf } from "./target";

/*
 * What the Scheduler does by itself: a schedule's moment comes, its target is called until it answers or until attempts
 * and age run out, and what could not be delivered goes to the dead-letter queue.
 */

/** A clock that is moved over more moments of one schedule fires so many, the oldest. */
const mostMomentsAtOnce = 1000;
/** AWS starts 1,000 invocations a second and delays the rest (User Guide, "Quotas"). */
const mostInFlight = 1000;
const firstPauseMs = 1000;
const longestPauseMs = 5 * 60_000;
/** Between two beats of a sandbox that runs lies a tenth of a second; after this much the machine slept. */
const sleptMs = 90_000;

const inFlight = new WeakSet<Invocation>();
const lastBeats = new WeakMap<Region["scheduler"], { realMs: number; movedByMs: number }>();

/** Fires what is due, tries again what is due again, and ends deleted groups. */
export function beat(world: World, region: Region): void {
  const state = region.scheduler;
  const now = world.now();
  if (hasSlept(state, now)) skipMissed(world, region);
  endDeletedGroups(region, now);
  forgetTokens(state.tokens, now);
  fireDue(world, region, now);
  let free = mostInFlight;
  for (const invocation of state.invocations.values()) {
    if (inFlight.has(invocation)) free -= 1;
    else if (invocation.nextAttemptAt <= now && free > 0) {
      free -= 1;
      inFlight.add(invocation);
      void attempt(world, region, invocation);
    }
  }
}

/** After the sandbox was down: moments that passed meanwhile are not fired; deliveries that had begun go on. */
export function skipMissed(world: World, region: Region): void {
  const now = world.now();
  for (const schedule of region.scheduler.schedules.values())
    if (schedule.next && schedule.next.fireAt < now) planNext(schedule, now, world.settings);
}

/** Fires a schedule now, whatever its state and its expression say. Throws ResourceNotFoundException. */
export function fireNow(world: World, region: Region, { groupName, name }: { groupName: string; name: string }): { executionId: string } {
  const schedule = region.scheduler.schedules.get(`${groupName}/${name}`);
  if (!schedule) throw new AwsError("ResourceNotFoundException", `Schedule ${name} does not exist.`, 404);
  const invocation = begin(region, schedule, world.now(), world.now());
  world.touch();
  world.wake();
  return { executionId: invocation.id };
}

function fireDue(world: World, region: Region, now: Date): void {
  const due: { schedule: ScheduleRecord; nominal: Date; fireAt: Date }[] = [];
  for (const schedule of region.scheduler.schedules.values()) {
    if (!schedule.next || schedule.next.fireAt > now) continue;
    due.push({ schedule, ...schedule.next });
    planNext(schedule, schedule.next.nominal, world.settings);
    if (schedule.next && schedule.next.fireAt <= now) {
      const passed = [schedule.next.nominal, ...momentsAfter(schedule, schedule.next.nominal, mostMomentsAtOnce)].filter((at) => at <= now);
      due.push(...passed.map((nominal) => ({ schedule, nominal, fireAt: nominal })));
      planNext(schedule, now, world.settings);
    }
  }
  if (due.length === 0) return;
  due.sort((left, right) => left.fireAt.getTime() - right.fireAt.getTime());
  const lastOf = new Map(due.map(({ schedule, nominal }) => [schedule, nominal]));
  for (const { schedule, nominal } of due) {
    const invocation = begin(region, schedule, nominal, now);
    schedule.firedAt = nominal;
    if (lastOf.get(schedule) === nominal && isOver(schedule)) invocation.deletesScheduleOf = schedule.modifiedAt;
  }
  world.touch();
}

/** A recurring schedule without an EndDate is never over. */
function isOver({ next, definition }: ScheduleRecord): boolean {
  return (
    next === null &&
    definition.actionAfterCompletion === "DELETE" &&
    (definition.expression.startsWith("at(") || definition.endDate !== undefined)
  );
}

function begin(region: Region, schedule: ScheduleRecord, scheduledAt: Date, now: Date): Invocation {
  const invocation: Invocation = {
    id: randomBytes(8).toString("hex"),
    groupName: schedule.groupName,
    name: schedule.name,
    scheduleArn: schedule.arn,
    target: schedule.definition.target,
    scheduledAt,
    startedAt: now,
    attempts: 0,
    nextAttemptAt: now,
    deletesScheduleOf: null,
  };
  region.scheduler.invocations.set(invocation.id, invocation);
  return invocation;
}

async function attempt(world: World, region: Region, invocation: Invocation): Promise<void> {
  invocation.attempts += 1;
  try {
    requireRole(world, region, invocation);
    const call = callOf(invocation, invocation.attempts, region, world);
    // An answer with failures[] is an answer: nothing is tried again.
    await world.invoke(call.region, call.service, call.operation, call.input);
    end(region, invocation);
  } catch (error) {
    const refusal = error instanceof AwsError ? error : new AwsError("AWS.Scheduler.InternalServerError", String(error), 500);
    await afterError(world, region, invocation, refusal);
  } finally {
    inFlight.delete(invocation);
    world.touch();
    world.wake();
  }
}

async function afterError(world: World, region: Region, invocation: Invocation, error: AwsError): Promise<void> {
  const exhausted = exhaustedBy(world, invocation);
  if (isPassing(error) && !exhausted) {
    invocation.nextAttemptAt = new Date(world.now().getTime() + pauseMs(invocation.attempts));
    return;
  }
  await sendToDeadLetters(world, invocation, error, isPassing(error) ? exhausted : undefined);
  end(region, invocation);
}

function exhaustedBy(world: World, { target, attempts, startedAt }: Invocation): string | undefined {
  const policy = retryPolicyOf(target);
  if (attempts - 1 >= policy.attempts) return "MaximumRetryAttempts";
  const ageMs = world.now().getTime() + pauseMs(attempts) - startedAt.getTime();
  return ageMs > policy.ageSeconds * 1000 ? "MaximumEventAgeInSeconds" : undefined;
}

function retryPolicyOf(target: Target): { attempts: number; ageSeconds: number } {
  return { attempts: target.RetryPolicy?.MaximumRetryAttempts ?? 185, ageSeconds: target.RetryPolicy?.MaximumEventAgeInSeconds ?? 86400 };
}

/** What may be better a little later: throttling, faults of the service, no capacity. All else is permanent, as for EventBridge rules. */
function isPassing(error: AwsError): boolean {
  return (
    error.status >= 500 ||
    error.status === 429 ||
    /Throttl|TooManyRequests/.test(error.code) ||
    /Capacity is unavailable/.test(error.message)
  );
}

function pauseMs(attempts: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - 1));
}

function requireRole(world: World, region: Region, { target, groupName }: Invocation): void {
  const context = { "aws:SourceAccount": world.accountId, "aws:SourceArn": region.scheduler.groups.get(groupName)?.arn };
  if (!canAssume(world, target.RoleArn ?? "", { service: "scheduler.amazonaws.com" }, context))
    throw new AwsError("AccessDeniedException", `The role ${target.RoleArn} cannot be assumed by scheduler.amazonaws.com.`, 403);
}

async function sendToDeadLetters(world: World, invocation: Invocation, error: AwsError, exhausted: string | undefined): Promise<void> {
  const { target, scheduledAt, scheduleArn, attempts, id } = invocation;
  const arn = target.DeadLetterConfig?.Arn;
  if (!arn) return;
  const [, , , region = "", account, name] = arn.split(":");
  const whole = target.Input ?? "{}";
  const attributes: Record<string, string | undefined> = {
    ERROR_CODE: error.code,
    ERROR_MESSAGE: error.message || "Unexpected error occurred while processing the request",
    EXECUTION_ID: id,
    EXHAUSTED_RETRY_CONDITION: exhausted,
    IS_PAYLOAD_TRUNCATED: "false",
    RETRY_ATTEMPTS: String(attempts - 1),
    SCHEDULED_TIME: secondsOf(scheduledAt),
    SCHEDULE_ARN: scheduleArn,
    TARGET_ARN: target.Arn,
  };
  const limit = Number(findByArn(world.region(region).sqs, arn)?.attributes.MaximumMessageSize ?? Number.POSITIVE_INFINITY);
  const body = cutTo(limit - bytesOf(attributes), whole);
  if (body.length < whole.length) attributes.IS_PAYLOAD_TRUNCATED = "true";
  const present = Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== undefined);
  try {
    await world.invoke(region, "sqs", "SendMessage", {
      QueueUrl: `${world.endpoint}/${account}/${name}`,
      MessageBody: body,
      MessageAttributes: Object.fromEntries(present.map(([key, value]) => [key, { DataType: "String", StringValue: value }])),
    });
  } catch {
    // As on AWS: what the dead-letter queue does not take is lost, and only a metric knows.
  }
}

/** What attributes take of a message's size: name, type and value. */
function bytesOf(attributes: Record<string, string | undefined>): number {
  return Object.entries(attributes).reduce(
    (sum, [name, value]) => (value === undefined ? sum : sum + Buffer.byteLength(`${name}String${value}`)),
    0,
  );
}

/** The text, cut between two characters where it takes more bytes. */
function cutTo(bytes: number, text: string): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const whole = Buffer.from(text).subarray(0, Math.max(0, bytes));
  return new TextDecoder().decode(whole, { stream: true });
}

function end(region: Region, invocation: Invocation): void {
  const { invocations, schedules } = region.scheduler;
  invocations.delete(invocation.id);
  const key = `${invocation.groupName}/${invocation.name}`;
  const schedule = schedules.get(key);
  // Not if it was changed meanwhile: it may have moments again.
  if (invocation.deletesScheduleOf && schedule?.modifiedAt.getTime() === invocation.deletesScheduleOf.getTime()) schedules.delete(key);
}

function endDeletedGroups(region: Region, now: Date): void {
  const { groups, schedules } = region.scheduler;
  for (const group of groups.values()) {
    if (!group.goneAt || group.goneAt > now) continue;
    groups.delete(group.name);
    for (const [key, schedule] of schedules) if (schedule.groupName === group.name) schedules.delete(key);
  }
}

/** Whether the machine slept: real time passed that nobody moved the clock by. */
function hasSlept(state: Region["scheduler"], now: Date): boolean {
  const realMs = Date.now();
  const movedByMs = now.getTime() - realMs;
  const last = lastBeats.get(state);
  lastBeats.set(state, { realMs, movedByMs });
  return last !== undefined && realMs - last.realMs > sleptMs && Math.abs(movedByMs - last.movedByMs) < 1000;
}
