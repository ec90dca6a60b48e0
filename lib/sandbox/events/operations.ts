import { randomUUID } from "node:crypto";
import type { PutEventsRequestEntry, Rule as RuleAnswer, Target } from "@aws-sdk/client-eventbridge";
import { parseExpression } from "@/lib/schedule/parse";
import type { OperationsOf } from "../operations-of";
import { AwsError, type Call } from "../service";
import { isMatch, PatternFault, parseEventPattern } from "./event-pattern";
import type model from "./model.json";
import { putOnBus } from "./publish";
import type { Rule } from "./state";

export const operations: OperationsOf<typeof import("@aws-sdk/client-eventbridge"), typeof model> = {
  PutRule(input, call) {
    if (input.ScheduleExpression && input.EventBusName && !isDefaultBus(call, input.EventBusName))
      throw invalid("ScheduleExpression is supported only on the default event bus.");
    checkBus(call, input.EventBusName);
    const name = input.Name ?? "";
    if (!input.EventPattern && !input.ScheduleExpression)
      throw invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.");
    if (input.EventPattern) readPattern(input.EventPattern);
    if (input.ScheduleExpression && !isRuleExpression(input.ScheduleExpression))
      throw invalid("Parameter ScheduleExpression is not valid.");
    const known = call.region.events.rules.get(name);
    const rule: Rule = {
      name,
      arn: `arn:aws:events:${call.region.name}:${call.accountId}:rule/${name}`,
      eventPattern: input.EventPattern ?? null,
      scheduleExpression: input.ScheduleExpression ?? null,
      state: input.State ?? "ENABLED",
      description: input.Description ?? null,
      roleArn: input.RoleArn ?? null,
      // Tags are taken when a rule is made; an update leaves them alone (EventBridge API, PutRule).
      tags: known?.tags ?? (input.Tags ?? []).map(({ Key, Value }) => ({ Key: Key ?? "", Value: Value ?? "" })),
      targets: known?.targets ?? new Map(),
    };
    call.region.events.rules.set(name, rule);
    return { RuleArn: rule.arn };
  },

  DescribeRule(input, call) {
    checkBus(call, input.EventBusName);
    const rule = ruleNamed(call, input.Name);
    return { ...answerOf(rule), CreatedBy: call.accountId };
  },

  DeleteRule(input, call) {
    checkBus(call, input.EventBusName);
    const rule = call.region.events.rules.get(input.Name ?? "");
    if (rule && rule.targets.size > 0) throw invalid("Rule can't be deleted since it has targets.");
    call.region.events.rules.delete(input.Name ?? "");
    return {};
  },

  ListRules(input, call) {
    checkBus(call, input.EventBusName);
    const rules = [...call.region.events.rules.values()].filter(({ name }) => name.startsWith(input.NamePrefix ?? ""));
    const { items, next } = pageOf(rules, ({ name }) => name, input);
    return { Rules: items.map(answerOf), ...next };
  },

  EnableRule(input, call) {
    checkBus(call, input.EventBusName);
    ruleNamed(call, input.Name).state = "ENABLED";
    return {};
  },

  DisableRule(input, call) {
    checkBus(call, input.EventBusName);
    ruleNamed(call, input.Name).state = "DISABLED";
    return {};
  },

  PutTargets(input, call) {
    checkBus(call, input.EventBusName);
    const rule = ruleNamed(call, input.Rule);
    const targets = input.Targets ?? [];
    for (const target of targets) checkTarget(target);
    const ids = new Set([...rule.targets.keys(), ...targets.map(({ Id }) => Id ?? "")]);
    if (ids.size > 5) throw new AwsError("LimitExceededException", "The requested resource exceeds the maximum number allowed.");
    for (const target of targets) rule.targets.set(target.Id ?? "", target);
    return { FailedEntryCount: 0, FailedEntries: [] };
  },

  RemoveTargets(input, call) {
    checkBus(call, input.EventBusName);
    const rule = ruleNamed(call, input.Rule);
    const failed = (input.Ids ?? [])
      .filter((id) => !rule.targets.delete(id))
      .map((TargetId) => ({
        TargetId,
        ErrorCode: "ResourceNotFoundException",
        ErrorMessage: `Rule ${rule.name} does not have target ${TargetId}.`,
      }));
    return { FailedEntryCount: failed.length, FailedEntries: failed };
  },

  ListTargetsByRule(input, call) {
    checkBus(call, input.EventBusName);
    const { items, next } = pageOf([...ruleNamed(call, input.Rule).targets.values()], ({ Id }) => Id ?? "", input);
    return { Targets: items, ...next };
  },

  ListRuleNamesByTarget(input, call) {
    checkBus(call, input.EventBusName);
    const rules = [...call.region.events.rules.values()].filter(({ targets }) =>
      [...targets.values()].some(({ Arn }) => Arn === input.TargetArn),
    );
    const { items, next } = pageOf(rules, ({ name }) => name, input);
    return { RuleNames: items.map(({ name }) => name), ...next };
  },

  PutEvents(input, call) {
    const entries = input.Entries ?? [];
    if (entries.reduce((sum, entry) => sum + bytesOf(entry), 0) > 262_144)
      throw invalid("Total size of the entries in the request is over the limit.");
    const results = entries.map((entry) => putEvent(call, entry));
    return { FailedEntryCount: results.filter((result) => "ErrorCode" in result).length, Entries: results };
  },

  TestEventPattern(input) {
    const pattern = readPattern(input.EventPattern ?? "");
    return { Result: isMatch(pattern, readObject(input.Event) ?? refuseEvent()) };
  },

  DescribeEventBus(input, call) {
    checkBus(call, input.Name);
    return defaultBus(call);
  },

  ListEventBuses(input, call) {
    return { EventBuses: "default".startsWith(input.NamePrefix ?? "") ? [defaultBus(call)] : [] };
  },
};

const invalid = (message: string) => new AwsError("ValidationException", message);

function refuseEvent(): never {
  throw invalid("Parameter Event is not valid.");
}

const defaultBus = (call: Call) => ({ Name: "default", Arn: `arn:aws:events:${call.region.name}:${call.accountId}:event-bus/default` });

/** There is the default bus only; it may be named by its ARN. */
function checkBus(call: Call, nameOrArn = "default"): void {
  if (!isDefaultBus(call, nameOrArn))
    throw new AwsError("ResourceNotFoundException", `Event bus ${nameOrArn.split("/").at(-1)} does not exist.`);
}

function isDefaultBus(call: Call, nameOrArn: string): boolean {
  const { Name, Arn } = defaultBus(call);
  return nameOrArn === Name || nameOrArn === Arn;
}

function ruleNamed(call: Call, name: string | undefined): Rule {
  const rule = call.region.events.rules.get(name ?? "");
  if (!rule) throw new AwsError("ResourceNotFoundException", `Rule ${name} does not exist on EventBus default.`);
  return rule;
}

function answerOf(rule: Rule): RuleAnswer {
  return {
    Name: rule.name,
    Arn: rule.arn,
    State: rule.state,
    EventBusName: "default",
    ...(rule.eventPattern !== null && { EventPattern: rule.eventPattern }),
    ...(rule.scheduleExpression !== null && { ScheduleExpression: rule.scheduleExpression }),
    ...(rule.description !== null && { Description: rule.description }),
    ...(rule.roleArn !== null && { RoleArn: rule.roleArn }),
  };
}

function readPattern(text: string) {
  try {
    return parseEventPattern(text);
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    throw new AwsError("InvalidEventPatternException", `Event pattern is not valid. Reason: ${error.message}`);
  }
}

/** Rules know cron and rate, and unlike the Scheduler want the unit to agree with the number (EventBridge User Guide). */
function isRuleExpression(text: string): boolean {
  const parsed = parseExpression(text);
  if (!parsed.ok || parsed.schedule.kind === "at") return false;
  return parsed.schedule.kind === "cron" || (parsed.schedule.value === 1) !== /s\)$/.test(text);
}

function checkTarget({ Id, Arn, Input, InputPath, InputTransformer }: Target): void {
  const [prefix, , service, region, account, ...rest] = (Arn ?? "").split(":");
  if (prefix !== "arn" || !service || !region || !account || !rest[0])
    throw invalid(`Parameter ${Arn} is not valid. Reason: Provided Arn is not in correct format.`);
  if (service !== "sqs" && service !== "ecs")
    throw invalid(`Parameter ${Arn} is not valid. Reason: The sandbox has no targets of ${service}; it delivers to SQS queues.`);
  if ([Input, InputPath, InputTransformer].filter((given) => given !== undefined).length > 1)
    throw invalid(`Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`);
  if (Input !== undefined && !isJson(Input)) throw invalid(`Parameter Input for target ${Id} is not valid. Reason: It is not JSON.`);
}

const bytesOf = (entry: PutEventsRequestEntry) =>
  [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])].reduce((sum, part) => sum + Buffer.byteLength(part ?? ""), 14);

function putEvent(call: Call, entry: PutEventsRequestEntry) {
  for (const name of ["Source", "DetailType", "Detail"] as const)
    if (!entry[name]) return refused("InvalidArgument", `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
  if (entry.Source?.startsWith("aws.")) return refused("NotAuthorizedForSourceException", "Not authorized for the source.");
  const detail = readObject(entry.Detail);
  if (!detail) return refused("MalformedDetail", "Detail is malformed.");
  const id = randomUUID();
  const bus = entry.EventBusName?.split("/").at(-1) ?? "default";
  // An event for a bus that does not exist is accepted and goes nowhere, as in AWS.
  if (bus === "default")
    putOnBus(call.world, call.region, {
      version: "0",
      id,
      "detail-type": entry.DetailType ?? "",
      source: entry.Source ?? "",
      account: call.accountId,
      time: (entry.Time ?? call.now).toISOString().replace(/\.\d+Z$/, "Z"),
      region: call.region.name,
      resources: entry.Resources ?? [],
      detail,
    });
  return { EventId: id };
}

const refused = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });

function readObject(text: string | undefined): Record<string, unknown> | null {
  if (!text || !isJson(text)) return null;
  const value: unknown = JSON.parse(text);
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A page in the order of names; the token names the last one given. */
function pageOf<Item>(all: Item[], nameOf: (item: Item) => string, { Limit = 100, NextToken }: { Limit?: number; NextToken?: string }) {
  const after = NextToken === undefined ? "" : Buffer.from(NextToken, "base64").toString("utf8");
  if (NextToken !== undefined && !/^[.\-_A-Za-z0-9]+$/.test(after)) throw invalid("Parameter NextToken is not valid.");
  const rest = all.filter((item) => nameOf(item) > after).sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  const items = rest.slice(0, Limit);
  const last = items.at(-1);
  return { items, next: last && rest.length > items.length ? { NextToken: Buffer.from(nameOf(last)).toString("base64") } : {} };
}
