import type { ServiceName } from "./service";

/** A token bucket of AWS's: so many calls at once, and so many more each second. */
type Bucket = { name: string; burst: number; perSecond: number; cost?: (input: unknown) => number; keyOf?: (input: unknown) => string };

const bucket = (name: string, burst: number, perSecond: number): Bucket => ({ name, burst, perSecond });
/** A quota that AWS states as calls per second only: one second's worth at once. */
const each = (name: string, perSecond: number): Bucket => bucket(name, perSecond, perSecond);

// ECS: Developer Guide, "Request throttling for the Amazon ECS API"; General Reference, ECS quotas.
const definitionModify = bucket("task definition modify", 20, 1);
const definitionDelete = bucket("task definition delete", 5, 1);
const definitionRead = bucket("task definition read", 50, 20);
const clusterModify = bucket("cluster modify", 50, 20);
const resourceModify = bucket("cluster resource modify", 100, 40);
const resourceRead = bucket("cluster resource read", 100, 20);
const clusterRead = bucket("cluster read", 50, 20);
const fargateCalls = bucket("Fargate RunTask calls", 20, 20);
const fargateLaunches: Bucket = { ...bucket("Fargate launches", 100, 20), cost: taskCount };

// EventBridge Scheduler: User Guide, "Quotas", the big Regions.
const oneSchedule: Bucket = { ...each("one schedule", 10), keyOf: scheduleOf };

const buckets: Partial<Record<ServiceName, Record<string, Bucket[]>>> = {
  scheduler: {
    CreateSchedule: [each("CreateSchedule", 5000), oneSchedule],
    UpdateSchedule: [each("UpdateSchedule", 1000), oneSchedule],
    DeleteSchedule: [each("DeleteSchedule", 1000), oneSchedule],
    GetSchedule: [each("GetSchedule", 1000), oneSchedule],
    ListSchedules: [each("ListSchedules", 50)],
    CreateScheduleGroup: [each("CreateScheduleGroup", 10)],
    DeleteScheduleGroup: [each("DeleteScheduleGroup", 10)],
    GetScheduleGroup: [each("GetScheduleGroup", 10)],
    ListScheduleGroups: [each("ListScheduleGroups", 10)],
    ListTagsForResource: [each("ListTagsForResource", 10)],
    TagResource: [each("TagResource", 1)],
    UntagResource: [each("UntagResource", 1)],
  },
  ecs: {
    RegisterTaskDefinition: [definitionModify],
    DeregisterTaskDefinition: [definitionModify],
    DeleteTaskDefinitions: [definitionDelete],
    DescribeTaskDefinition: [definitionRead],
    ListTaskDefinitions: [definitionRead],
    ListTaskDefinitionFamilies: [definitionRead],
    CreateCluster: [clusterModify],
    DeleteCluster: [clusterModify],
    RunTask: [resourceModify, fargateCalls, fargateLaunches],
    StopTask: [resourceModify],
    ListTasks: [resourceRead],
    DescribeTasks: [resourceRead],
    DescribeClusters: [clusterRead],
    ListClusters: [clusterRead],
    TagResource: [bucket("tag modify", 20, 10)],
    UntagResource: [bucket("tag modify", 20, 10)],
    ListTagsForResource: [bucket("tag read", 50, 20)],
  },
  // CloudWatch Logs: User Guide, "Quotas", us-east-1.
  logs: {
    GetLogEvents: [each("GetLogEvents", 25)],
    FilterLogEvents: [each("FilterLogEvents", 25)],
    DescribeLogStreams: [each("DescribeLogStreams", 25)],
    DescribeLogGroups: [each("DescribeLogGroups", 10)],
    CreateLogGroup: [each("CreateLogGroup", 10)],
    CreateLogStream: [each("CreateLogStream", 50)],
    PutRetentionPolicy: [each("PutRetentionPolicy", 5)],
    PutLogEvents: [each("PutLogEvents", 5000)],
  },
};

type Level = { tokens: number; filledAt: number };

/** AWS's token buckets, one set for each account and Region. Filled by real time: a moved clock gives no calls away. */
export class RateLimits {
  private levels = new Map<string, Level>();

  /** `nowMs` counts real milliseconds and never goes back. */
  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** Takes a call's tokens from all its buckets, or from none and answers false. */
  take(accountId: string, region: string, service: ServiceName, operation: string, input: unknown): boolean {
    const wanted = (buckets[service]?.[operation] ?? []).map((limit) => {
      const key = [accountId, region, service, limit.name, limit.keyOf?.(input) ?? ""].join("|");
      return { level: this.filled(key, limit), cost: limit.cost?.(input) ?? 1 };
    });
    if (wanted.some(({ level, cost }) => level.tokens < cost)) return false;
    for (const { level, cost } of wanted) level.tokens -= cost;
    return true;
  }

  clear(): void {
    this.levels.clear();
  }

  private filled(key: string, limit: Bucket): Level {
    const now = this.nowMs();
    const level = this.levels.get(key) ?? { tokens: limit.burst, filledAt: now };
    level.tokens = Math.min(limit.burst, level.tokens + ((now - level.filledAt) / 1000) * limit.perSecond);
    level.filledAt = now;
    this.levels.set(key, level);
    // One bucket for each schedule: those that are full again need not be remembered.
    if (this.levels.size > 50_000) this.forgetOldest(now);
    return level;
  }

  private forgetOldest(now: number): void {
    for (const [key, level] of this.levels) if (now - level.filledAt > 60_000) this.levels.delete(key);
  }
}

function taskCount(input: unknown): number {
  const count = (input as { count?: unknown }).count;
  return typeof count === "number" ? count : 1;
}

function scheduleOf(input: unknown): string {
  const { GroupName, Name } = input as { GroupName?: unknown; Name?: unknown };
  return `${typeof GroupName === "string" ? GroupName : "default"}/${String(Name)}`;
}
