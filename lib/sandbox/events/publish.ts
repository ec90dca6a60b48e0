import { randomUUID } from "node:crypto";
import type { Region, World } from "../service";
import { placeMessage } from "../sqs/messages";
import { isAllowedByPolicy } from "../sqs/policy";
import { findByArn } from "../sqs/queue-attributes";
import { type EventPattern, isMatch, parseEventPattern } from "./event-pattern";
import type { BusEvent, Rule } from "./state";
import { inputOf } from "./target-input";

/** So many events are kept to be delivered again on order. */
const keptEvents = 1000;

export type NewEvent = { source: string; detailType: string; detail: object; resources: string[]; time: Date };

/**
 * Puts an event on the default bus as AWS's own services do. It arrives at once, or after about
 * `settings.eventDelayMs` and then in any order, as often as `settings.eventCopies` says.
 */
export function publishEvent(world: World, region: Region, event: NewEvent): void {
  putOnBus(world, region, {
    version: "0",
    id: randomUUID(),
    "detail-type": event.detailType,
    source: event.source,
    account: world.accountId,
    // EventBridge's time has whole seconds.
    time: event.time.toISOString().replace(/\.\d+Z$/, "Z"),
    region: region.name,
    resources: event.resources,
    // A copy: the publisher goes on changing its objects.
    detail: JSON.parse(JSON.stringify(event.detail)),
  });
}

/** Puts a complete event on the default bus. */
export function putOnBus(world: World, region: Region, event: BusEvent): void {
  const { recent, pending } = region.events;
  recent.push(event);
  if (recent.length > keptEvents) recent.splice(0, recent.length - keptEvents);
  const { eventDelayMs, eventCopies } = world.settings;
  for (let copy = 0; copy < eventCopies; copy += 1) {
    if (eventDelayMs === 0) route(world, region, event);
    // Half to one and a half times the delay: later ones overtake earlier ones.
    else pending.push({ dueAt: world.now().getTime() + eventDelayMs * (0.5 + Math.random()), event });
  }
  world.touch();
}

/** Delivers what has been on its way long enough. */
export function deliverDue(world: World, region: Region): void {
  const now = world.now().getTime();
  const due = region.events.pending.filter(({ dueAt }) => dueAt <= now).sort((left, right) => left.dueAt - right.dueAt);
  if (due.length === 0) return;
  region.events.pending = region.events.pending.filter(({ dueAt }) => dueAt > now);
  for (const { event } of due) route(world, region, event);
  world.touch();
}

/** Which of the recent events shall come again; all members must fit. `containing` is looked for in the event's JSON. */
export type EventFilter = { id?: string; source?: string; detailType?: string; containing?: string; newestFirst?: boolean; limit?: number };

/** Delivers recent events again, each once, at once. Returns how many. */
export function redeliver(world: World, region: Region, filter: EventFilter): number {
  const found = region.events.recent.filter(
    (event) =>
      (filter.id === undefined || event.id === filter.id) &&
      (filter.source === undefined || event.source === filter.source) &&
      (filter.detailType === undefined || event["detail-type"] === filter.detailType) &&
      (filter.containing === undefined || JSON.stringify(event).includes(filter.containing)),
  );
  const ordered = (filter.newestFirst ? found.reverse() : found).slice(0, filter.limit);
  for (const event of ordered) route(world, region, event);
  world.touch();
  return ordered.length;
}

function route(world: World, region: Region, event: BusEvent): void {
  for (const rule of region.events.rules.values()) {
    if (rule.state === "DISABLED" || rule.eventPattern === null || !isMatch(patternOf(rule.eventPattern), event)) continue;
    for (const target of rule.targets.values()) {
      const failure = deliver(world, region, rule, target.Arn ?? "", inputOf(target, event, rule, world.now()));
      const key = `${rule.name} ${target.Id}`;
      const count = region.events.deliveries.get(key) ?? {
        ruleName: rule.name,
        targetArn: target.Arn ?? "",
        delivered: 0,
        failed: 0,
        lastFailure: null,
      };
      if (failure === null) count.delivered += 1;
      else Object.assign(count, { failed: count.failed + 1, lastFailure: failure });
      region.events.deliveries.set(key, count);
    }
  }
}

/** Null, or why it failed. The sender of the event never learns of it, as in AWS. */
function deliver(world: World, region: Region, rule: Rule, targetArn: string, body: string): string | null {
  const [, , service, regionName = ""] = targetArn.split(":");
  if (service !== "sqs") return `The sandbox does not deliver events to ${service}.`;
  const queue = regionName === region.name ? findByArn(region.sqs, targetArn) : undefined;
  if (!queue) return "The queue does not exist.";
  const isAllowed = isAllowedByPolicy(queue.attributes.Policy, {
    service: "events.amazonaws.com",
    action: "sqs:SendMessage",
    resource: queue.arn,
    context: { "aws:sourcearn": rule.arn, "aws:sourceaccount": world.accountId },
  });
  if (!isAllowed) return "The queue's policy does not let events.amazonaws.com send for this rule.";
  placeMessage(world, queue, { body, senderId: "AIDAIE45EVENTBRIDGE00" });
  return null;
}

const read = new Map<string, EventPattern>();

function patternOf(text: string): EventPattern {
  const known = read.get(text) ?? parseEventPattern(text);
  read.set(text, known);
  return known;
}
