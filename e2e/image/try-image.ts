import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded } from "@/lib/sandbox/postgres";
import { makeGround } from "@/lib/sandbox/start/ground";
import { startSandbox } from "@/lib/sandbox/start-server";
import { findContainerEngine, findNodeImage } from "./container-engine";

/*
 * Builds the image and runs its two commands as a deployment would: an ordinary user, settings by variables alone, Postgres
 * and an AWS endpoint beside it. Says what it saw, and fails when it saw something else.
 */

const image = "localhost/belfry:check";
const projectFolder = join(import.meta.dirname, "../..");
const stopSeconds = 10;

const say = (sentence: string) => process.stdout.write(`${sentence}\n`);

async function main(): Promise<void> {
  const engine = findContainerEngine();
  const base = findNodeImage(engine);
  say(`Building the image with ${engine.command} on ${base}`);
  execFileSync(engine.command, ["build", ...engine.flags, "--build-arg", `NODE_IMAGE=${base}`, ...secrets(), "-t", image, "."], {
    cwd: projectFolder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const user = execFileSync(engine.command, ["run", "--rm", ...engine.flags, "--entrypoint", "id", image, "-u"], {
    encoding: "utf8",
  }).trim();
  expectTo(`run as an ordinary user (it is ${user})`, user !== "0");

  const dataFolder = mkdtempSync(join(tmpdir(), "belfry-image-"));
  chmodSync(dataFolder, 0o755); // PostgreSQL does not run as root: its account must be able to enter
  const postgres = await startEmbedded({ projectFolder, dataFolder: join(dataFolder, "postgres"), port: 0 });
  const sandbox = await startSandbox({ port: 0, dataFolder: join(dataFolder, "aws") });
  const started: string[] = [];
  try {
    const port = await freePort();
    const settings = {
      ...(await makeGround(sandbox.endpoint)),
      DATABASE_URL: postgres.url,
      NEXTAUTH_URL: `http://localhost:${port}`,
      NEXTAUTH_SECRET: "a secret of the image's check, 32+ characters",
      PORT: String(port),
      AWS_ENDPOINT_URL: sandbox.endpoint,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "check",
      AWS_SECRET_ACCESS_KEY: "check",
    };
    for (const command of ["worker", "web"]) {
      const name = `belfry-check-${command}-${process.pid}`;
      started.push(name);
      const variables = Object.entries(settings).flatMap(([key, value]) => ["-e", `${key}=${value}`]);
      spawn(engine.command, ["run", "--rm", "--name", name, ...engine.flags, ...variables, image, command], { stdio: "inherit" });
    }
    const health = await until(60, async () => {
      const response = await fetch(`http://localhost:${port}/api/health`);
      const body = (await response.json()) as { workerSeenAt: string | null };
      return response.ok && body.workerSeenAt ? body : null;
    });
    expectTo("answer /api/health and see the worker", health !== null);
    for (const name of started) {
      const from = Date.now();
      execFileSync(engine.command, ["stop", "-t", String(stopSeconds), name], { stdio: "ignore" });
      expectTo(`end on the stop signal (${name.split("-")[2]}: ${Date.now() - from} ms)`, Date.now() - from < stopSeconds * 1000);
    }
    started.length = 0;
  } finally {
    for (const name of started) spawn(engine.command, ["rm", "-f", name], { stdio: "ignore" });
    await sandbox.close();
    await postgres.release();
    rmSync(dataFolder, { recursive: true, force: true });
  }
  say("The image builds, starts, answers and stops.");
}

function expectTo(what: string, seen: boolean): void {
  if (!seen) throw new Error(`The image does not ${what}.`);
  say(`  it does ${what}`);
}

/** This machine's npm settings and the authorities that it trusts, for a registry of its own: handed to the build as secrets. */
function secrets(): string[] {
  const files = {
    npmrc: process.env.npm_config_userconfig ?? join(process.env.HOME ?? "", ".npmrc"),
    ca: process.env.NODE_EXTRA_CA_CERTS ?? "",
  };
  return Object.entries(files).flatMap(([id, file]) => (existsSync(file) ? ["--secret", `id=${id},src=${file}`] : []));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .once("error", reject)
      .listen(0, "127.0.0.1", () => {
        const address = server.address();
        server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
      });
  });
}

/** Asks again until there is an answer; null after `seconds`. */
async function until<Answer>(seconds: number, ask: () => Promise<Answer | null>): Promise<Answer | null> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 500))) {
    const answer = await ask().catch(() => null);
    if (answer) return answer;
  }
  return null;
}

await main();
