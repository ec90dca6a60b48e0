import { expect, test } from "vitest";
import { sampleEnvironment, sampleJob } from "@/lib/testing/samples";
import { describeDrift, diffInWords } from "./diff";
import { toSchedules } from "./schedules";

const environment = sampleEnvironment();
const job = sampleJob();

test("a new job is told in two sentences", () => {
  expect(diffInWords(null, job, environment)).toEqual([
    "A schedule is made in the group belfry-prod: cron(30 2 * * ? *), Europe/Berlin.",
    "It starts a task of the family belfry-prod-billing with the image registry.example.com/billing:1.4.2, 0.5 vCPU and 1 GB.",
  ]);
});

test("nothing is told of a save that AWS does not notice", () => {
  const told = (change: Partial<typeof job>) => diffInWords(job, { ...job, ...change }, environment);
  expect(told({ labels: { team: "ledger" } })).toEqual([]);
  expect(told({ name: "Renamed", description: "Explained", expression: job.expression })).toEqual([]);
});

test.each([
  ["the schedule", { expression: "cron(0 3 * * ? *)" }, ["The schedule: cron(30 2 * * ? *) becomes cron(0 3 * * ? *)."]],
  ["the zone", { timeZone: "UTC" }, ["The time zone: Europe/Berlin becomes UTC."]],
  ["retries", { policies: { ...job.policies, maximumRetryAttempts: 0 } }, ["The number of start retries: 3 becomes 0."]],
  [
    "the command",
    { definition: { ...job.definition, command: ["report", "all of it"] } },
    ['The command: report --month last becomes report "all of it".'],
  ],
  ["the size", { definition: { ...job.definition, memory: 2048 } }, ["Memory: 1 GB becomes 2 GB."]],
  [
    "variables",
    { definition: { ...job.definition, environment: [{ name: "DEPTH", value: "2" }] } },
    ["The variable MODE is removed.", 'The variable DEPTH is added: "2".'],
  ],
  [
    "the image",
    { definition: { ...job.definition, image: "registry.example.com/billing:2" } },
    [
      "The image: registry.example.com/billing:1.4.2 becomes registry.example.com/billing:2.",
      "The job moves to another revision of the task definition belfry-prod-billing.",
    ],
  ],
])("a change of %s is told in words", (_what, change, sentences) => {
  expect(diffInWords(job, { ...job, ...change }, environment)).toEqual(sentences);
});

test("a rate that is saved starts anew, and the preview says so", () => {
  expect(diffInWords(sampleJob({ expression: "rate(1 hour)" }), { ...job, expression: "rate(2 hours)" }, environment)).toContain(
    "The rate starts anew: the Scheduler counts from the moment of the change.",
  );
});

test("what was changed in AWS is told with what it is again", () => {
  const [wanted] = toSchedules(job, environment, "arn:42", new Date());
  if (!wanted) throw new Error("no schedule");
  const found = { $metadata: {}, ...wanted, State: "DISABLED" as const, ScheduleExpression: "rate(1 minute)" };
  expect(describeDrift(found, wanted)).toEqual([
    "The schedule was rate(1 minute) and is cron(30 2 * * ? *) again",
    "The state was disabled and is enabled again",
  ]);
  expect(describeDrift({ ...found, ...wanted, Target: { ...wanted.Target, Input: "nonsense" } }, wanted)).toContain(
    "The input was nonsense and is gone again",
  );
});
