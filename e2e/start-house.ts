import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

const startSeconds = 300;

export type Account = { email: string; password: string };
export type House = { address: string; aws: string; admin: Account; stop(): Promise<void> };

type HouseOptions = { dataFolder: string; port: number; databaseUrl?: string; variables?: Record<string, string> };

/** Starts a whole Belfry the way a newcomer does, on ports and in a folder of its own, and reads how to sign in from what it prints. */
export async function startHouse({ dataFolder, port, databaseUrl, variables }: HouseOptions): Promise<House> {
  const ports = ["--port", String(port), "--aws-port", String(port + 1)];
  const house = spawn("tsx", ["lib/sandbox/start.ts", "--data", dataFolder, ...ports, ...(databaseUrl ? [] : ["--reset"])], {
    cwd: join(import.meta.dirname, ".."),
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...withoutOtherHouses(process.env), ...(databaseUrl && { DATABASE_URL: databaseUrl }), ...variables },
  });
  const stop = () => end(house);
  try {
    const admin = await firstAdmin(house);
    return { address: `http://localhost:${port}`, aws: `http://127.0.0.1:${port + 1}`, admin, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Whoever runs this may have an AWS account and a database of their own in their variables: neither is meant. */
function withoutOtherHouses(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isMeant = ([name]: [string, unknown]) => !/^(AWS_|BELFRY_|PG|DATABASE_URL$)/.test(name);
  return Object.fromEntries(Object.entries(variables).filter(isMeant)) as NodeJS.ProcessEnv;
}

function firstAdmin(house: ChildProcess): Promise<Account> {
  return new Promise((resolve, reject) => {
    if (!house.stdout) throw new Error("The start has no output to read.");
    const timer = setTimeout(() => reject(new Error(`Belfry did not start within ${startSeconds} s.`)), startSeconds * 1000);
    let email = "";
    createInterface({ input: house.stdout }).on("line", (line) => {
      process.stdout.write(`  ${line}\n`);
      email = /e-?mail:?\s+(\S+@\S+)/i.exec(line)?.[1] ?? email;
      const password = /password:?\s+(\S+)/i.exec(line)?.[1];
      if (!email || !password) return;
      clearTimeout(timer);
      resolve({ email, password });
    });
    house.once("exit", (code) => reject(new Error(`Belfry's start ended with ${code}.`)));
  });
}

function end(house: ChildProcess): Promise<void> {
  if (house.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    house.once("exit", () => resolve());
    house.kill("SIGTERM");
  });
}
