import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Job } from "@/lib/domain/job";
import { hostileTexts } from "@/lib/testing/hostile-texts";
import { intake } from "./intake";
import { type TestGround, testGround } from "./test-ground";

let ground: TestGround;
beforeAll(async () => {
  ground = await testGround();
});
afterAll(() => ground.close());

let count = 0;

/** An event of a task that failed, in which everything that has words has these. */
function eventSaying(job: Job, text: string): { arn: string; body: string } {
  const { environment } = ground;
  const id = `${++count}`.padStart(32, "a");
  const arn = `${environment.clusterArn.replace(":cluster/", ":task/")}/${id}`;
  const container = { lastStatus: "STOPPED", taskArn: arn, networkInterfaces: [], cpu: "256" };
  const detail = {
    ...{ taskArn: arn, clusterArn: environment.clusterArn, group: `belfry-${job.id}`, lastStatus: "STOPPED", desiredStatus: "STOPPED" },
    ...{ version: 5, createdAt: new Date().toISOString(), stoppedAt: new Date().toISOString(), cpu: "256", memory: "512" },
    taskDefinitionArn: `arn:aws:ecs:${environment.region}:${environment.accountId}:task-definition/belfry-${environment.name}-${job.application}:1`,
    ...{ startedBy: text, stopCode: text, stoppedReason: text, capacityProviderName: text, platformVersion: text },
    containers: [
      { ...container, name: "main", exitCode: 1, reason: text, image: text, imageDigest: text },
      { ...container, name: text, exitCode: 1, reason: text },
    ],
    overrides: { containerOverrides: [{ name: "main", command: [text], environment: [{ name: "GREETING", value: text }] }] },
  };
  const envelope = { version: "0", id, "detail-type": "ECS Task State Change", source: "aws.ecs", time: new Date().toISOString(), detail };
  return { arn, body: JSON.stringify(envelope) };
}

test.each(hostileTexts)("AWS's words with %s become a failed run that says them", async (_what, text) => {
  const job = await ground.jobThatRuns("exit 1");
  const { arn, body } = eventSaying(job, text);
  // A message of SQS may have 256 KB: the longest text stands in it only so often.
  await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: ground.environment.eventQueueUrl, MessageBody: shortened(body) }));
  const report = await intake({ deps: ground.deps, environment: ground.environment, waitSeconds: 0 });
  expect(report).toMatchObject({ recorded: 1, unreadable: 0, failed: 0 });
  const [run] = await ground.runsOf(job);
  expect(run).toMatchObject({ state: "failed", taskArn: arn, exitCode: 1 });
  const kept = text.replaceAll("\u0000", "\ufffd").toWellFormed();
  expect(run?.cause?.awsWords.join("\n")).toContain(kept.slice(0, 500));
  // The headline stands in lists: a line, not a wall.
  expect(run?.cause?.headline.length).toBeLessThan(300);
  expect(run?.cause?.headline).not.toMatch(/\p{Cc}/u);
});

/** The 100 kB are told in full once, and by their beginning elsewhere. */
function shortened(body: string): string {
  if (Buffer.byteLength(body) < 200_000) return body;
  let told = 0;
  return JSON.stringify(JSON.parse(body), (key, value: unknown) =>
    typeof value === "string" && value.length > 10_000 && !(key === "stoppedReason" && told++ === 0) ? value.slice(0, 1000) : value,
  );
}
