import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { ECSClient } from "@aws-sdk/client-ecs";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Environment } from "@/lib/domain/environment";
import { type EcsDoor, ecsDoor } from "./ecs";
import { type LogsDoor, logsDoor } from "./logs";
import { Paces } from "./paced";
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

/** AWS answers within a second or not at all; whoever waits for longer keeps others waiting. */
const answerWithinMs = 5_000;

type OwnOptions = { endpoint?: string; answerWithinMs?: number };

/** A set of doors of its own. Without `endpoint` the SDK's variables say where AWS is, as they are with the first call. */
export function makeAws(region: string, own: OwnOptions = {}): Aws {
  const { answerWithinMs: withinMs = answerWithinMs, ...given } = own;
  const options = {
    ...given,
    region,
    maxAttempts: 3,
    requestHandler: {
      // More sockets than a round has calls in flight.
      httpAgent: { keepAlive: true, maxSockets: 64 },
      httpsAgent: { keepAlive: true, maxSockets: 64 },
      connectionTimeout: 3_000,
      requestTimeout: withinMs,
      throwOnRequestTimeout: true,
    },
  };
  const once = { ...options, maxAttempts: 1 };
  const paces = new Paces();
  return {
    scheduler: schedulerDoor(paces.watch(new SchedulerClient(options))),
    ecs: ecsDoor(paces.watch(new ECSClient(options)), paces.watch(new ECSClient(once))),
    logs: logsDoor(paces.watch(new CloudWatchLogsClient(options)), paces.watch(new CloudWatchLogsClient(once))),
    queue: queueDoor(paces.watch(new SQSClient(options)), withinMs),
  };
}
