import { parseArgs } from "node:util";
import { startSandbox } from "./start-server";

/*
 * The endpoint alone, for the AWS CLI or anybody's tests: no database, no worker, no pages.
 * npm run sandbox:aws -- --port 4566
 */

const usage = `The imitated AWS at one address on this machine.

  npm run sandbox:aws -- [--port 4566] [--data .data/aws] [--account 123456789012]

Then, in another terminal:
  export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
  aws scheduler list-schedules`;

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "4566" },
      data: { type: "string", default: ".data/aws" },
      account: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return void process.stdout.write(`${usage}\n`);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port has to be a number from 0 to 65535, not "${values.port}".`);
  const sandbox = await startSandbox({ port, dataFolder: values.data, accountId: values.account });
  process.stdout.write(`The sandbox answers at ${sandbox.endpoint} (account ${sandbox.world.accountId}). Ctrl-C ends it.\n`);

  let leaving = false;
  const leave = () => {
    // Asked twice, it does not wait for anything.
    if (leaving) process.exit(1);
    leaving = true;
    sandbox.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on("SIGINT", leave);
  process.on("SIGTERM", leave);
}

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

run().catch(fail);
