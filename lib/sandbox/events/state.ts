import type { Target } from "@aws-sdk/client-eventbridge";

export type Rule = {
  name: string;
  arn: string;
  eventPattern: string | null;
  scheduleExpression: string | null;
  state: "ENABLED" | "DISABLED" | "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";
  description: string | null;
  roleArn: string | null;
  tags: { Key: string; Value: string }[];
  /** By id. */
  targets: Map<string, Target>;
};

/** An event as its receiver reads it. */
export type BusEvent = {
  version: "0";
  id: string;
  "detail-type": string;
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: unknown;
};

/** What became of deliveries to one target of one rule. */
export type DeliveryCount = { ruleName: string; targetArn: string; delivered: number; failed: number; lastFailure: string | null };

export type EventsState = {
  /** Rules of the default bus by name. */
  rules: Map<string, Rule>;
  /** The latest events, oldest first, so that one can be delivered again. */
  recent: BusEvent[];
  /** On their way; `dueAt` in milliseconds of the sandbox's time. */
  pending: { dueAt: number; event: BusEvent }[];
  /** By rule and target. EventBridge itself tells of failures only in metrics. */
  deliveries: Map<string, DeliveryCount>;
};

/** A region whose default bus has no rules. */
export function newEventsState(): EventsState {
  return { rules: new Map(), recent: [], pending: [], deliveries: new Map() };
}
