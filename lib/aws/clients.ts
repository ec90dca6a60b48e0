import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { ECSClient } from "@aws-sdk/client-ecs";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Environment } from "@/lib/domain/environment";
import { type EcsDoor, ecsDoor } from "./ecs";
import { type LogsDoor, logsDoor } from "./logs";
import { type QueueDoor, queueDoor } from "./queue";
import { type SchedulerDoor, schedulerDoor } from "./scheduler";

/**
 * All that Belfry asks of AWS: a door for each service, with only the calls in use. Nobody else imports the SDK's code.
 * Endpoints and credentials are the SDK's own affair (AWS_ENDPOINT_URL and its kind): nothing here knows where AWS is.
 */
export type Aws = { scheduler: SchedulerDoor; ecs: EcsDoor; logs: LogsDoor; queue: QueueDoor };

const made = new Map<string, Aws>();

/** The doors to an environment's region; one set of clients and connections for each in a process. */
export function awsFor({ region }: Pick<Environment, "region">): Aws {
  const aws = made.get(region) ?? makeAws(region);
  made.set(region, aws);
  return aws;
}

/** A set of doors of its own. Without `endpoint` the SDK's variables say where AWS is, as they are with the first call. */
export function makeAws(region: string, own: { endpoint?: string } = {}): Aws {
  const options = {
    ...own,
    region,
    maxAttempts: 3,
    requestHandler: {
      // More sockets than a round has calls in flight; longer than SQS's longest wait for a message (20 s).
      httpAgent: { keepAlive: true, maxSockets: 64 },
      httpsAgent: { keepAlive: true, maxSockets: 64 },
      connectionTimeout: 3_000,
      requestTimeout: 30_000,
      throwOnRequestTimeout: true,
    },
  };
  return {
    scheduler: schedulerDoor(new SchedulerClient(options)),
    ecs: ecsDoor(new ECSClient(options), new ECSClient({ ...options, maxAttempts: 1 })),
    logs: logsDoor(new CloudWatchLogsClient(options), new CloudWatchLogsClient({ ...options, maxAttempts: 1 })),
    queue: queueDoor(new SQSClient(options)),
  };
}
