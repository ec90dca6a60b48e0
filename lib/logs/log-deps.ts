import { type Aws, awsFor } from "@/lib/aws/clients";
import { type Database, database } from "@/lib/db/client";
import type { Clock } from "@/lib/deps";
import type { Environment } from "@/lib/domain/environment";

/** What reading a log needs: the run's row, the one door to CloudWatch, the time. */
export type LogDeps = { db: Database; logs: (environment: Environment) => Pick<Aws["logs"], "getLogEvents">; clock: Clock };

/** The process' own. */
export function logDeps(): LogDeps {
  return { db: database(), logs: (environment) => awsFor(environment).logs, clock: { now: () => new Date() } };
}
