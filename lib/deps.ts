import pino from "pino";
import { type Aws, awsFor } from "./aws/clients";
import type { Config } from "./config";
import { type Database, makeDatabase } from "./db/client";
import type { Environment } from "./domain/environment";

/** What time it is; a test moves it. */
export type Clock = { now(): Date };

export type Log = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

/** What the works are given: the two doors, the time, and where to say what happened. Built once per process. */
export type Deps = { db: Database; aws: (environment: Environment) => Aws; clock: Clock; log: Log };

export const systemClock: Clock = { now: () => new Date() };

/** The doors as the settings describe them, and a log of JSON lines on standard output. */
export function makeDeps(config: Pick<Config, "databaseUrl" | "logLevel">): Deps {
  const log = pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  return { db: makeDatabase(config.databaseUrl), aws: awsFor, clock: systemClock, log };
}
