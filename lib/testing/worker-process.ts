import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import type { EnvironmentSettings } from "@/lib/domain/environment";

export type WorkerProcess = { process: ChildProcess; output(): string };

const root = path.resolve(import.meta.dirname, "..", "..");

/** The worker as it is started, with the settings of a deployment and `more` of them. It says all in `output`. */
export function startWorkerProcess(
  { databaseUrl, environment }: { databaseUrl: string; environment: EnvironmentSettings },
  more: Record<string, string> = {},
): WorkerProcess {
  const child = spawn(process.execPath, ["--import", "tsx", "lib/worker/main.ts"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      BELFRY_ENVIRONMENT_NAME: environment.name,
      BELFRY_CLUSTER_ARN: environment.clusterArn,
      BELFRY_SCHEDULER_ROLE_ARN: environment.schedulerRoleArn,
      BELFRY_EXECUTION_ROLE_ARN: environment.executionRoleArn,
      BELFRY_SUBNETS: environment.subnets.join(","),
      BELFRY_SECURITY_GROUPS: environment.securityGroups.join(","),
      BELFRY_EVENT_QUEUE_URL: environment.eventQueueUrl,
      BELFRY_DEAD_LETTER_QUEUE_URL: environment.deadLetterQueueUrl,
      BELFRY_DEAD_LETTER_QUEUE_ARN: environment.deadLetterQueueArn,
      BELFRY_LOG_GROUP: environment.logGroup,
      ...more,
    },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
  return { process: child, output: () => said };
}
