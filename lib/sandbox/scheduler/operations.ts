import { createHash } from "node:crypto";
import type { CreateScheduleCommandInput, UpdateScheduleCommandInput } from "@aws-sdk/client-scheduler";
import { parseExpression } from "@/lib/schedule/parse";
import { isTimeZone } from "@/lib/schedule/time-zone";
import { canAssume } from "../iam/trust";
import type { OperationsOf } from "../operations-of";
import { AwsError, type Call } from "../service";
import type model from "./model.json";
import { planNext } from "./next-moment";
import type { ScheduleDefinition, ScheduleGroupRecord, ScheduleRecord } from "./state";
import { checkTarget } from "./target";

const defaultPageSize = 100;
const defaultGroup = "default";
const oldestStartMs = 5 * 60_000;
/** AWS does not say how long it remembers a ClientToken. */
const tokenMemoryMs = 10 * 60_000;
/** Quotas of an account and Region (User Guide, "Quotas"). */
const mostGroups = 500;

export const operations: OperationsOf<typeof import("@aws-sdk/client-scheduler"), typeof model> = {
  CreateSchedule(input, call) {
    const name = input.Name ?? "";
    const group = groupNamed(call, input.GroupName ?? defaultGroup);
    const key = `${group.name}/${name}`;
    const definition = definitionOf(input, call, group);
    const arn = arnOf(call, "schedule", key);
    const { schedules } = call.region.scheduler;
    if (isRepeated(call, `create/${key}`, input)) return { ScheduleArn: arn };
    if (schedules.has(key)) throw new AwsError("ConflictException", `Schedule ${name} already exists.`, 409);
    if (group.goneAt) throw new AwsError("ConflictException", `Schedule group ${group.name} is being deleted.`, 409);
    const schedule: ScheduleRecord = {
      groupName: group.name,
      name,
      arn,
      createdAt: call.now,
      modifiedAt: call.now,
      definition,
      anchor: definition.startDate ?? call.now,
      next: null,
      firedAt: null,
    };
    // A rate without a StartDate fires at once, so this very moment counts.
    planNext(schedule, isRate(definition) ? new Date(call.now.getTime() - 1) : call.now, call.world.settings);
    schedules.set(key, schedule);
    remember(call, `create/${key}`, input);
    return { ScheduleArn: arn };
  },

  UpdateSchedule(input, call) {
    const group = groupNamed(call, input.GroupName ?? defaultGroup);
    const definition = definitionOf(input, call, group);
    const schedule = scheduleNamed(call, input.GroupName, input.Name);
    if (isRepeated(call, `update/${group.name}/${schedule.name}`, input)) return { ScheduleArn: schedule.arn };
    const wasDisabled = schedule.definition.state === "DISABLED";
    schedule.definition = definition;
    // Two updates within a millisecond are told apart too.
    schedule.modifiedAt = new Date(Math.max(call.now.getTime(), schedule.modifiedAt.getTime() + 1));
    schedule.anchor = definition.startDate ?? call.now;
    planNext(schedule, isRate(definition) ? new Date(call.now.getTime() - 1) : call.now, call.world.settings);
    const isPastAt = definition.expression.startsWith("at(") && schedule.next === null;
    // An at() whose time passed while it was disabled fires when it is enabled (User Guide, "Troubleshooting").
    if (isPastAt && wasDisabled && definition.state === "ENABLED" && !schedule.firedAt)
      planNext(schedule, new Date(0), call.world.settings);
    remember(call, `update/${group.name}/${schedule.name}`, input);
    return { ScheduleArn: schedule.arn };
  },

  GetSchedule(input, call) {
    const schedule = scheduleNamed(call, input.GroupName, input.Name);
    const { definition } = schedule;
    return {
      Arn: schedule.arn,
      GroupName: schedule.groupName,
      Name: schedule.name,
      CreationDate: schedule.createdAt,
      LastModificationDate: schedule.modifiedAt,
      ScheduleExpression: definition.expression,
      ScheduleExpressionTimezone: definition.timeZone,
      State: definition.state,
      ActionAfterCompletion: definition.actionAfterCompletion,
      FlexibleTimeWindow: definition.window,
      Description: definition.description,
      StartDate: definition.startDate,
      EndDate: definition.endDate,
      KmsKeyArn: definition.kmsKeyArn,
      Target: definition.target,
    };
  },

  DeleteSchedule(input, call) {
    const key = `${input.GroupName ?? defaultGroup}/${input.Name}`;
    if (isRepeated(call, `delete/${key}`, input)) return {};
    scheduleNamed(call, input.GroupName, input.Name);
    call.region.scheduler.schedules.delete(key);
    remember(call, `delete/${key}`, input);
    return {};
  },

  ListSchedules(input, call) {
    if (input.GroupName !== undefined) groupNamed(call, input.GroupName);
    const fits = (schedule: ScheduleRecord) =>
      (input.GroupName === undefined || schedule.groupName === input.GroupName) &&
      (input.State === undefined || schedule.definition.state === input.State) &&
      schedule.name.startsWith(input.NamePrefix ?? "");
    const page = pageOf(call.region.scheduler.schedules, fits, input.NextToken, input.MaxResults);
    return {
      Schedules: page.items.map((schedule) => ({
        Arn: schedule.arn,
        GroupName: schedule.groupName,
        Name: schedule.name,
        State: schedule.definition.state,
        CreationDate: schedule.createdAt,
        LastModificationDate: schedule.modifiedAt,
        Target: { Arn: schedule.definition.target.Arn },
      })),
      NextToken: page.nextToken,
    };
  },

  CreateScheduleGroup(input, call) {
    const name = input.Name ?? "";
    const { groups } = call.region.scheduler;
    const arn = arnOf(call, "schedule-group", name);
    ensureDefaultGroup(call);
    if (isRepeated(call, `create-group/${name}`, input)) return { ScheduleGroupArn: arn };
    if (groups.has(name)) throw new AwsError("ConflictException", `Schedule group ${name} already exists.`, 409);
    if (groups.size >= mostGroups)
      throw new AwsError("ServiceQuotaExceededException", "The maximum number of schedule groups has been reached.", 402);
    groups.set(name, {
      name,
      arn,
      createdAt: call.now,
      modifiedAt: call.now,
      tags: new Map((input.Tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""])),
      goneAt: null,
    });
    remember(call, `create-group/${name}`, input);
    return { ScheduleGroupArn: arn };
  },

  GetScheduleGroup(input, call) {
    return summaryOf(groupNamed(call, input.Name ?? ""));
  },

  DeleteScheduleGroup(input, call) {
    const name = input.Name ?? "";
    if (name === defaultGroup) throw new AwsError("ValidationException", "The default schedule group cannot be deleted.");
    if (isRepeated(call, `delete-group/${name}`, input)) return {};
    const group = groupNamed(call, name);
    group.goneAt ??= new Date(call.now.getTime() + call.world.settings.groupDeletionMs);
    remember(call, `delete-group/${name}`, input);
    return {};
  },

  ListScheduleGroups(input, call) {
    ensureDefaultGroup(call);
    const fits = (group: ScheduleGroupRecord) => group.name.startsWith(input.NamePrefix ?? "");
    const page = pageOf(call.region.scheduler.groups, fits, input.NextToken, input.MaxResults);
    return { ScheduleGroups: page.items.map(summaryOf), NextToken: page.nextToken };
  },

  TagResource(input, call) {
    const group = groupOfArn(call, input.ResourceArn);
    const tags = new Map(group.tags);
    for (const { Key, Value } of input.Tags ?? []) tags.set(Key ?? "", Value ?? "");
    if (tags.size > 200) throw new AwsError("ValidationException", "A schedule group can have at most 200 tags.");
    group.tags = tags;
    group.modifiedAt = call.now;
    return {};
  },

  UntagResource(input, call) {
    const group = groupOfArn(call, input.ResourceArn);
    for (const key of input.TagKeys ?? []) group.tags.delete(key);
    group.modifiedAt = call.now;
    return {};
  },

  ListTagsForResource(input, call) {
    return { Tags: [...groupOfArn(call, input.ResourceArn).tags].map(([Key, Value]) => ({ Key, Value })) };
  },
};

/** Checks a create or update and fills in what AWS fills in. The expression is judged before the role. Throws ValidationException. */
function definitionOf(
  input: CreateScheduleCommandInput | UpdateScheduleCommandInput,
  call: Call,
  group: ScheduleGroupRecord,
): ScheduleDefinition {
  const expression = input.ScheduleExpression ?? "";
  const timeZone = input.ScheduleExpressionTimezone ?? "UTC";
  const target = input.Target ?? { Arn: undefined, RoleArn: undefined };
  const window = input.FlexibleTimeWindow ?? { Mode: "OFF" };
  if (!parseExpression(expression).ok) throw invalid(`Invalid Schedule Expression ${expression}.`);
  if (!isTimeZone(timeZone)) throw invalid(`Invalid Schedule Expression Timezone ${timeZone}.`);
  if (window.Mode === "FLEXIBLE" && window.MaximumWindowInMinutes === undefined)
    throw invalid("MaximumWindowInMinutes must be given when FlexibleTimeWindow.Mode is FLEXIBLE.");
  if (window.Mode === "OFF" && window.MaximumWindowInMinutes !== undefined)
    throw invalid("MaximumWindowInMinutes must not be given when FlexibleTimeWindow.Mode is OFF.");
  if (input.StartDate && input.StartDate.getTime() < call.now.getTime() - oldestStartMs)
    throw invalid("The StartDate you specify cannot be earlier than 5 minutes ago.");
  if (input.StartDate && input.EndDate && input.EndDate <= input.StartDate)
    throw invalid("The EndDate you specify must be after the StartDate.");
  checkTarget(target);
  const context = { "aws:SourceAccount": call.accountId, "aws:SourceArn": group.arn };
  if (!canAssume(call.world, target.RoleArn ?? "", { service: "scheduler.amazonaws.com" }, context))
    throw invalid("The execution role you provide must allow AWS EventBridge Scheduler to assume the role.");
  return {
    expression,
    timeZone,
    state: input.State ?? "ENABLED",
    description: input.Description,
    startDate: input.StartDate,
    endDate: input.EndDate,
    kmsKeyArn: input.KmsKeyArn,
    window,
    actionAfterCompletion: input.ActionAfterCompletion ?? "NONE",
    target: {
      ...target,
      RetryPolicy: {
        MaximumEventAgeInSeconds: target.RetryPolicy?.MaximumEventAgeInSeconds ?? 86400,
        MaximumRetryAttempts: target.RetryPolicy?.MaximumRetryAttempts ?? 185,
      },
    },
  };
}

function isRate(definition: ScheduleDefinition): boolean {
  return definition.expression.startsWith("rate(");
}

/** Whether this very call was answered before, by its ClientToken. Throws ConflictException where the token came with other members. */
function isRepeated(call: Call, what: string, input: { ClientToken?: string }): boolean {
  if (!input.ClientToken) return false;
  const known = call.region.scheduler.tokens.get(`${what}/${input.ClientToken}`);
  if (known && call.now.getTime() - known.at.getTime() < tokenMemoryMs) {
    if (known.fingerprint === fingerprintOf(input)) return true;
    throw new AwsError("ConflictException", "The ClientToken was used before with other parameters.", 409);
  }
  return false;
}

function remember(call: Call, what: string, input: { ClientToken?: string }): void {
  if (!input.ClientToken) return;
  call.region.scheduler.tokens.set(`${what}/${input.ClientToken}`, { fingerprint: fingerprintOf(input), at: call.now });
}

/** Tokens are many and inputs long, so only a digest is kept. */
function fingerprintOf(input: object): string {
  return createHash("sha256").update(JSON.stringify(input)).digest("base64");
}

/** Forgets tokens after their time. */
export function forgetTokens(tokens: Map<string, { at: Date }>, now: Date): void {
  // In the order in which they came.
  for (const [key, { at }] of tokens) {
    if (now.getTime() - at.getTime() < tokenMemoryMs) return;
    tokens.delete(key);
  }
}

function scheduleNamed(call: Call, groupName: string | undefined, name: string | undefined): ScheduleRecord {
  const schedule = call.region.scheduler.schedules.get(`${groupName ?? defaultGroup}/${name}`);
  if (!schedule) throw new AwsError("ResourceNotFoundException", `Schedule ${name} does not exist.`, 404);
  return schedule;
}

function groupNamed(call: Call, name: string): ScheduleGroupRecord {
  ensureDefaultGroup(call);
  const group = call.region.scheduler.groups.get(name);
  if (!group) throw new AwsError("ResourceNotFoundException", `Schedule group ${name} does not exist.`, 404);
  return group;
}

function groupOfArn(call: Call, arn: string | undefined): ScheduleGroupRecord {
  const name = (arn ?? "").slice((arn ?? "").lastIndexOf("/") + 1);
  const group = groupNamed(call, name);
  if (group.arn !== arn) throw new AwsError("ResourceNotFoundException", `Schedule group ${name} does not exist.`, 404);
  return group;
}

/** The group `default` is always there. */
function ensureDefaultGroup(call: Call): void {
  const { groups } = call.region.scheduler;
  if (groups.has(defaultGroup)) return;
  const arn = arnOf(call, "schedule-group", defaultGroup);
  groups.set(defaultGroup, { name: defaultGroup, arn, createdAt: call.now, modifiedAt: call.now, tags: new Map(), goneAt: null });
}

function summaryOf(group: ScheduleGroupRecord) {
  return {
    Arn: group.arn,
    Name: group.name,
    State: group.goneAt ? ("DELETING" as const) : ("ACTIVE" as const),
    CreationDate: group.createdAt,
    LastModificationDate: group.modifiedAt,
  };
}

function arnOf(call: Call, kind: "schedule" | "schedule-group", rest: string): string {
  return `arn:aws:scheduler:${call.region.name}:${call.accountId}:${kind}/${rest}`;
}

/** The items that fit, in the order of their keys. */
function pageOf<Item>(
  items: ReadonlyMap<string, Item>,
  fits: (item: Item) => boolean,
  token: string | undefined,
  size = defaultPageSize,
): { items: Item[]; nextToken: string | undefined } {
  let after = "";
  if (token !== undefined) {
    after = Buffer.from(token, "base64url").toString("utf8");
    if (!after.startsWith("after:")) throw invalid("Invalid NextToken provided.");
    after = after.slice("after:".length);
  }
  // The first ones behind the token, and one more to know whether there is more: sorting all of ten thousand for each page would
  // take longer than AWS's whole answer.
  const page: { key: string; item: Item }[] = [];
  for (const [key, item] of items) {
    if (key <= after || (page.length > size && key >= (page[size]?.key ?? "")) || !fits(item)) continue;
    const at = page.findIndex((other) => other.key > key);
    page.splice(at < 0 ? page.length : at, 0, { key, item });
    if (page.length > size + 1) page.pop();
  }
  const hasMore = page.length > size;
  if (hasMore) page.pop();
  return {
    items: page.map(({ item }) => item),
    nextToken: hasMore ? Buffer.from(`after:${page.at(-1)?.key}`).toString("base64url") : undefined,
  };
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
