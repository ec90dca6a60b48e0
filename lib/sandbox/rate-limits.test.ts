import { expect, test } from "vitest";
import { RateLimits } from "./rate-limits";
import { type ServiceName, serviceNames } from "./service";

const account = "123456789012";

function limitsAt() {
  let now = 0;
  const limits = new RateLimits(() => now);
  const take = (service: ServiceName, operation: string, input: object = {}, region = "eu-west-1") =>
    limits.take(account, region, service, operation, input);
  return {
    take,
    /** How many calls go through one after the other. */
    burst: (service: ServiceName, operation: string, input: object = {}) => {
      for (let count = 0; ; count += 1) if (count >= 10_000 || !take(service, operation, input)) return count;
    },
    wait: (seconds: number) => {
      now += seconds * 1000;
    },
  };
}

test.each<[ServiceName, string, number, number]>([
  ["ecs", "RegisterTaskDefinition", 20, 1],
  ["ecs", "DeleteTaskDefinitions", 5, 1],
  ["ecs", "DescribeTaskDefinition", 50, 20],
  ["ecs", "RunTask", 20, 20],
  ["ecs", "DescribeTasks", 100, 20],
  ["ecs", "StopTask", 100, 40],
  ["scheduler", "ListSchedules", 50, 50],
  ["scheduler", "CreateScheduleGroup", 10, 10],
  ["scheduler", "TagResource", 1, 1],
  ["logs", "GetLogEvents", 25, 25],
])("%s.%s: %i at once, then %i a second", (service, operation, atOnce, perSecond) => {
  const { burst, wait } = limitsAt();
  expect(burst(service, operation)).toBe(atOnce);
  wait(1);
  expect(burst(service, operation)).toBe(Math.min(atOnce, perSecond));
  wait(3600);
  expect(burst(service, operation)).toBe(atOnce);
});

test("registering and deregistering share one bucket, regions do not", () => {
  const { burst, take } = limitsAt();
  burst("ecs", "RegisterTaskDefinition");
  expect(take("ecs", "DeregisterTaskDefinition")).toBe(false);
  expect(take("ecs", "DeregisterTaskDefinition", {}, "us-east-1")).toBe(true);
});

test("one RunTask of ten tasks counts as ten launches", () => {
  const { burst } = limitsAt();
  expect(burst("ecs", "RunTask", { count: 10 })).toBe(10);
});

test("one schedule takes ten calls a second, others are not concerned", () => {
  const { burst, take } = limitsAt();
  expect(burst("scheduler", "UpdateSchedule", { Name: "a" })).toBe(10);
  expect(take("scheduler", "GetSchedule", { Name: "a", GroupName: "default" })).toBe(false);
  expect(take("scheduler", "GetSchedule", { Name: "a", GroupName: "jobs" })).toBe(true);
  expect(burst("scheduler", "CreateSchedule", { Name: "b" })).toBe(10);
});

test("what has no quota that matters is never throttled", () => {
  const { burst } = limitsAt();
  for (const service of serviceNames.filter((name) => !["ecs", "scheduler", "logs"].includes(name)))
    expect(burst(service, "Any")).toBe(10_000);
});
