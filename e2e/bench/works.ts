import pg from "pg";
import { awsCall } from "./aws-call";
import type { BenchHouse } from "./bench-house";
import { describeSamples, type Figure, percentile } from "./figures";
import { makeJob, nowMs, pause, until, untilVerified } from "./jobs";
import { cpuSeconds } from "./process-figures";

/** From the moment at which a request "run now" is sent to the console to the moment at which RunTask reaches AWS. */
export async function measureRunNow(house: BenchHouse, presses = 60): Promise<Figure[]> {
  const { slug } = await makeJob(house.api, `run-now-${crypto.randomUUID().slice(0, 8)}`, ["true"]);
  await untilVerified(house.api, slug);
  const warmUp = 15;
  await house.control.forgetCalls();
  const sentAt = new Map<string, number>();
  for (let press = 0; press < presses + warmUp; press += 1) {
    const from = nowMs();
    const answer = await fetch(`${house.address}/api/v1/jobs/${slug}/runs`, {
      method: "POST",
      headers: { cookie: house.cookie, "content-type": "application/json" },
      body: JSON.stringify({ requestKey: crypto.randomUUID() }),
    });
    const { id } = (await answer.json()) as { id: string };
    if (!answer.ok) throw new Error(`Run now was answered ${answer.status}.`);
    if (press >= warmUp) sentAt.set(id, from);
    // As people press: one run is under way before the next is asked for.
    await pause(150 + Math.random() * 100);
  }
  const samples = await until("RunTask for each request", async () => {
    const calls = (await house.control.recentCalls()).filter(({ name }) => name === "ecs.RunTask");
    const found = [...sentAt].flatMap(([id, from]) => {
      const call = calls.find(({ clientToken }) => clientToken === id);
      return call ? [call.at - from] : [];
    });
    return found.length === sentAt.size ? found : null;
  });
  return [
    {
      what: "run now: request in to RunTask out",
      figure: describeSamples(samples),
      bound: "median 15 ms, p95 40 ms",
      held: percentile(samples, 0.5) < 15 && percentile(samples, 0.95) < 40,
    },
  ];
}

const tasks = 2000;
const versions = 5;

/** How many events a second the worker takes from the queue into the history, while ten thousand wait there. */
export async function measureEvents(house: BenchHouse): Promise<Figure[]> {
  const { id: jobId } = await makeJob(house.api, `events-${crypto.randomUUID().slice(0, 8)}`, ["true"]);
  const client = new pg.Client({ connectionString: house.databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ cluster_arn: string; event_queue_url: string }>(
      "select cluster_arn, event_queue_url from environment where id <> 'benchbench' limit 1",
    );
    const [environment] = rows;
    const worker = house.pidOf("worker");
    if (!environment || !worker) throw new Error("There is no environment or no worker.");
    const bodies = eventsOf(jobId, environment.cluster_arn);
    process.kill(worker, "SIGSTOP");
    await fillQueue(house.aws, environment.event_queue_url, bodies);
    const cpuBefore = cpuSeconds(worker);
    const from = performance.now();
    process.kill(worker, "SIGCONT");
    await until(
      "history of all events",
      async () => {
        const counted = await client.query<{ ended: number }>(
          "select count(*)::int as ended from run where job_id = $1 and state = 'succeeded' and task_version = $2",
          [jobId, versions],
        );
        return counted.rows[0]?.ended === tasks ? true : null;
      },
      300,
    );
    await until("empty queue", async () => ((await waitingIn(house.aws, environment.event_queue_url)) === 0 ? true : null));
    const seconds = (performance.now() - from) / 1000;
    const rate = bodies.length / seconds;
    return [
      {
        what: `events from the queue into the history, ${bodies.length.toLocaleString("en")} of ${tasks.toLocaleString("en")} tasks`,
        figure: `${Math.round(rate).toLocaleString("en")} a second, the worker's CPU ${(((cpuSeconds(worker) - cpuBefore) / seconds) * 100).toFixed(0)} %`,
        bound: "1,000 a second",
        held: rate >= 1000,
      },
    ];
  } finally {
    await client.end();
  }
}

/** What ECS tells of so many tasks of one job, each from its begin to its end, all of them mixed. */
function eventsOf(jobId: string, clusterArn: string): string[] {
  const begin = Date.now() - 7_200_000;
  const arns = Array.from(
    { length: tasks },
    () => `${clusterArn.replace(":cluster/", ":task/")}/${crypto.randomUUID().replaceAll("-", "")}`,
  );
  const order = Array.from({ length: tasks * versions }, (_, n) => n);
  // Five hundred tasks at a time go on side by side, as they do on a busy minute.
  order.sort(
    (left, right) => Math.floor(left / versions / 500) - Math.floor(right / versions / 500) || (left % versions) - (right % versions),
  );
  return order.map((n) => {
    const [task, version] = [Math.floor(n / versions), (n % versions) + 1];
    const at = (seconds: number) => new Date(begin + task * 1000 + seconds * 1000).toISOString();
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

async function fillQueue(endpoint: string, QueueUrl: string, bodies: string[]): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < bodies.length) {
      const some = bodies.slice(next, next + 10);
      next += 10;
      const Entries = some.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
      await awsCall(endpoint, "AmazonSQS.SendMessageBatch", { QueueUrl, Entries });
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

async function waitingIn(endpoint: string, QueueUrl: string): Promise<number> {
  const { Attributes } = await awsCall<{ Attributes: Record<string, string> }>(endpoint, "AmazonSQS.GetQueueAttributes", {
    QueueUrl,
    AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
  });
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
}
