import pg from "pg";
import { awsCall } from "./aws-call";
import type { BenchHouse } from "./bench-house";
import { makeJob } from "./jobs";

/** What ECS tells of a task from its begin to its end. */
const versions = 5;

/**
 * What ECS tells of so many tasks of one job since `from` (milliseconds since 1970), each from its begin to its end in five versions, five hundred
 * of them side by side, as in a busy minute.
 */
export function eventsOf({ jobId, clusterArn }: Pick<EventQueue, "jobId" | "clusterArn">, tasks: number, from: number): string[] {
  const arns = Array.from(
    { length: tasks },
    () => `${clusterArn.replace(":cluster/", ":task/")}/${crypto.randomUUID().replaceAll("-", "")}`,
  );
  const order = Array.from({ length: tasks * versions }, (_, n) => n);
  order.sort(
    (left, right) => Math.floor(left / versions / 500) - Math.floor(right / versions / 500) || (left % versions) - (right % versions),
  );
  return order.map((n) => {
    const [task, version] = [Math.floor(n / versions), (n % versions) + 1];
    const at = (seconds: number) => new Date(from + (task + seconds) * 1000).toISOString();
    const lastStatus = ["PROVISIONING", "PENDING", "RUNNING", "DEPROVISIONING", "STOPPED"][version - 1];
    const taskArn = arns[task];
    return JSON.stringify({
      ...{ version: "0", id: crypto.randomUUID(), "detail-type": "ECS Task State Change", source: "aws.ecs", account: "123456789012" },
      ...{ time: at(version), region: "us-east-1", resources: [taskArn] },
      detail: {
        ...{ taskArn, clusterArn, version, lastStatus, desiredStatus: version > 3 ? "STOPPED" : "RUNNING" },
        ...{ group: `belfry-${jobId}`, launchType: "FARGATE", cpu: "256", memory: "512", createdAt: at(0), updatedAt: at(version) },
        ...(version > 2 && { pullStartedAt: at(1), pullStoppedAt: at(2), startedAt: at(3) }),
        ...(version > 4 && { stoppingAt: at(4), executionStoppedAt: at(4), stoppedAt: at(5) }),
        ...(version > 3 && { stopCode: "EssentialContainerExited", stoppedReason: "Essential container in task exited" }),
        containers: [
          {
            ...{ containerArn: `${clusterArn}/c`, name: "main", lastStatus, image: "busybox:1.36", runtimeId: "r", taskArn, cpu: "0" },
            ...(version > 3 && { exitCode: 0 }),
            networkInterfaces: [{ attachmentId: crypto.randomUUID(), privateIpv4Address: "10.0.0.7" }],
          },
        ],
        overrides: {
          containerOverrides: [
            {
              name: "main",
              command: ["true"],
              environment: [
                { name: "BELFRY_JOB", value: jobId },
                { name: "BELFRY_SCHEDULED_TIME", value: `${at(0).slice(0, 19)}Z` },
                { name: "BELFRY_ATTEMPT", value: "1" },
              ],
            },
          ],
        },
      },
    });
  });
}

export type EventQueue = {
  jobId: string;
  clusterArn: string;
  /** Puts events into the queue, as fast as it takes them. */
  put(events: string[]): Promise<void>;
  /** Messages that it has, those in somebody's hands included. */
  waiting(): Promise<number>;
  /** Runs of the job of which the last event was written. */
  endedRuns(): Promise<number>;
  close(): Promise<void>;
};

/** The house's queue of events, and a job of its own that they tell of. */
export async function openEventQueue({ api, aws, databaseUrl }: BenchHouse): Promise<EventQueue> {
  const { id: jobId } = await makeJob(api, `events-${crypto.randomUUID().slice(0, 8)}`, ["true"]);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ clusterArn: string; url: string }>(
    'select cluster_arn as "clusterArn", event_queue_url as url from environment join job on environment_id = environment.id where job.id = $1',
    [jobId],
  );
  const [environment] = rows;
  if (!environment) throw new Error("The job's environment is not there.");
  const { clusterArn, url: QueueUrl } = environment;
  return {
    jobId,
    clusterArn,
    put: async (events) => {
      let next = 0;
      const lane = async () => {
        while (next < events.length) {
          const some = events.slice(next, next + 10);
          next += 10;
          const Entries = some.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
          await awsCall(aws, "AmazonSQS.SendMessageBatch", { QueueUrl, Entries });
        }
      };
      await Promise.all(Array.from({ length: 8 }, lane));
    },
    waiting: async () => {
      const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
      const { Attributes } = await awsCall<{ Attributes: Record<string, string> }>(aws, "AmazonSQS.GetQueueAttributes", {
        QueueUrl,
        AttributeNames,
      });
      return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
    },
    endedRuns: async () => {
      const counted = await client.query<{ ended: number }>(
        "select count(*)::int as ended from run where job_id = $1 and state = 'succeeded' and task_version = $2",
        [jobId, versions],
      );
      return counted.rows[0]?.ended ?? 0;
    },
    close: () => client.end(),
  };
}
