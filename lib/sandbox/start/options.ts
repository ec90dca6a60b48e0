import path from "node:path";
import { parseArgs } from "node:util";
import { Sentence } from "./sentence";

export type StartOptions = {
  /** Absolute: where data, logs and keys of this Belfry are kept. */
  dataFolder: string;
  /** Null: 3000, or the next free one. */
  port: number | null;
  /** Null: 4566, or the next free one. */
  awsPort: number | null;
  /** Next's development server and a worker that restarts with each change, instead of what is built. */
  dev: boolean;
  reset: boolean;
  resetPassword: boolean;
  help: boolean;
};

export const usage = `A whole Belfry on this machine: Postgres, an imitated AWS, the worker and the console.

  npm run sandbox                        starts it, and goes on with the data of last time
  npm run sandbox -- --reset             forgets all data first
  npm run sandbox -- --reset-password    gives the first admin a new password
  npm run dev                            the same with pages and worker that follow each change

  --port N        port of the console (3000, or the next free one)
  --aws-port N    port of the imitated AWS (4566, or the next free one)
  --data DIR      folder of data and logs (.data)

DATABASE_URL makes it use a PostgreSQL server of your own.
AWS_ENDPOINT_URL, AWS_PROFILE or AWS_ACCESS_KEY_ID make it use another AWS, which the BELFRY_ variables then describe.`;

const known = {
  data: { type: "string", default: ".data" },
  port: { type: "string" },
  "aws-port": { type: "string" },
  dev: { type: "boolean", default: false },
  reset: { type: "boolean", default: false },
  "reset-password": { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** Reads the command line. Throws a Sentence for what it does not know. */
export function readOptions(args: string[], projectFolder: string): StartOptions {
  const { values } = parse(args);
  const port = readPort("--port", values.port);
  const awsPort = readPort("--aws-port", values["aws-port"]);
  if (port !== null && port === awsPort) throw new Sentence(`--port and --aws-port are both ${port}: give each a port of its own.`);
  return {
    dataFolder: path.resolve(projectFolder, values.data),
    port,
    awsPort,
    dev: values.dev,
    reset: values.reset,
    resetPassword: values["reset-password"],
    help: values.help,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: known });
  } catch (error) {
    throw new Sentence(`${error instanceof Error ? error.message : String(error)}. --help tells what there is.`);
  }
}

function readPort(name: string, value: string | undefined): number | null {
  if (value === undefined) return null;
  const port = Number(value);
  if (!/^\d+$/.test(value) || port < 1 || port > 65_535) throw new Sentence(`${name} has to be a number from 1 to 65535, not "${value}".`);
  return port;
}
