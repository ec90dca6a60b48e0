/*
 * A whole Belfry: Postgres, the imitated AWS, the worker and the console. It is a launcher: what belongs to the product
 * runs as programs of their own and is told everything by environment variables.
 * Whatever is started is noted first, so that it can be ended: on Ctrl-C within 5 seconds, after kill -9 by the next start.
 */
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { startEmbedded } from "../postgres";
import { startSandbox } from "../start-server";
import { anotherAws, sandboxVariables } from "./aws-choice";
import { buildOnce, generateClient, nodeProgram, serverFile, workerFile } from "./build";
import { freePort } from "./free-port";
import { makeGround } from "./ground";
import { keptSecret } from "./kept-secret";
import { readOptions, type StartOptions, usage } from "./options";
import { Progress } from "./progress";
import { type Launch, runToEnd } from "./run-to-end";
import { Sentence, speaking } from "./sentence";
import { type StartLock, takeStartLock } from "./start-lock";
import { type Supervised, supervise } from "./supervise";

const projectFolder = path.resolve(import.meta.dirname, "..", "..", "..");
const region = "us-east-1";
/** Of the console, as in the image: without them V8 lets garbage pile up to a multiple of what is alive. */
const heapOptions = ["--max-old-space-size=384", "--max-semi-space-size=4"];
/** Web and worker have so long to end by themselves; with Postgres and the sandbox all is over within 5 s. */
const patienceMs = 2500;
const readyWithinMs = 60_000;

const say = (line: string) => void process.stdout.write(`${line}\n`);
const progress = new Progress(say);
const leaving = new AbortController();
const children: Supervised[] = [];
/** What has to be ended, in the order in which it was started. */
const undo: (() => Promise<unknown> | unknown)[] = [];
/** Settled once nothing is being started any more. */
let starting: Promise<void> = Promise.resolve();

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), projectFolder);
  if (options.help) return say(usage);
  if (options.resetPassword) return await renewPassword(options);
  listenForSignals();
  starting = start(options);
  await starting;
}

async function start(options: StartOptions): Promise<void> {
  const otherAws = anotherAws(process.env);
  const lock = await takeStartLock(options.dataFolder);
  undo.push(() => lock.release());
  const launch: Launch = { projectFolder, leaving: leaving.signal, addChild: lock.addChild, removeChild: lock.removeChild };
  if (lock.leftOver) progress.note(lock.leftOver);
  // Before anything is made: a port that is taken is said at once, not after the build.
  const note = (sentence: string) => progress.note(sentence);
  const port = await freePort(options.port, 3000, "--port", note, options.awsPort);
  const awsPort = otherAws ? null : await freePort(options.awsPort, 4566, "--aws-port", note, port);
  if (options.reset) await step("All data of last time is forgotten", () => forgetData(options));

  await step("The database client is made", async () => ((await generateClient(launch)) ? undefined : null));
  let databaseUrl = "";
  await step("PostgreSQL is ready", async () => {
    databaseUrl = await startPostgres(options);
    return process.env.DATABASE_URL ? "PostgreSQL of DATABASE_URL is used" : undefined;
  });
  let prepared: Prepared | undefined;
  await step("The database is up to date", async () => {
    prepared = await prepare(launch, databaseUrl, otherAws ? [] : ["--skip-passed-moments"]);
    const { applied } = prepared;
    return applied > 0 ? `The database is up to date (${applied} ${applied === 1 ? "migration" : "migrations"} applied)` : undefined;
  });
  // Also said here: what comes may still fail or be stopped, and nobody else knows it.
  if (prepared?.account) note(`The first admin is ${prepared.account.email}, with the password ${prepared.account.password}`);

  let variables: Record<string, string | undefined> = { ...process.env };
  if (awsPort === null) note(`${otherAws} is set: that AWS is used, not the sandbox.`);
  else
    await step("The imitated AWS answers", async () => {
      const endpoint = await startAws(options, awsPort);
      variables = sandboxVariables(process.env, { endpoint, region }, await makeGround(endpoint, { region }));
      return `The imitated AWS answers at ${endpoint}, with cluster, roles, queues and log group`;
    });

  if (!options.dev)
    await step("The console is built as it was last time", async () =>
      (await buildOnce(launch, () => note("The console is being built: half a minute, once for these sources ...")))
        ? "The console is built; the next start uses it again"
        : undefined,
    );

  // A build takes long enough for another program to come first.
  await freePort(port, port, "--port", note);
  const address = `http://localhost:${port}`;
  await step("Worker and console are ready", async () => {
    const env = {
      ...variables,
      DATABASE_URL: databaseUrl,
      NEXTAUTH_URL: address,
      NEXTAUTH_SECRET: keptSecret(path.join(options.dataFolder, "nextauth-secret")),
      NEXT_TELEMETRY_DISABLED: "1",
    };
    const startedAt = new Date();
    startChildren(options, lock, env, port);
    lock.setAddress(address);
    await untilReady(port, startedAt);
    return undefined;
  });
  await seedOnce(launch, options, databaseUrl);
  say(welcome(options, address, prepared, otherAws, variables.AWS_ENDPOINT_URL));
}

/** A step that is not begun any more once everything is to end. */
async function step(what: string, work: () => Promise<string | null | undefined>): Promise<void> {
  leaving.signal.throwIfAborted();
  await progress.step(what, work);
  leaving.signal.throwIfAborted();
}

// Postgres ------------------------------------------------------------------------------------------------------------

async function startPostgres(options: StartOptions): Promise<string> {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  const dataFolder = path.join(options.dataFolder, "postgres");
  const embedded = await speaking(() => startEmbedded({ projectFolder, dataFolder, log: (sentence) => progress.note(sentence) }));
  undo.push(() => embedded.release());
  return embedded.url;
}

type Prepared = { applied: number; email: string; account: { email: string; password: string } | null };

/** Migrations and the first admin, by the product's own code. */
async function prepare(launch: Launch, databaseUrl: string, args: string[]): Promise<Prepared> {
  const said = await runToEnd(launch, {
    name: "preparation of the database",
    failure: "The database could not be prepared",
    args: ["--import", "tsx", "prisma/prepare.ts", ...args],
    env: { DATABASE_URL: databaseUrl },
  });
  return JSON.parse(said.trim().split("\n").at(-1) ?? "") as Prepared;
}

async function renewPassword(options: StartOptions): Promise<void> {
  const launch: Launch = { projectFolder, leaving: leaving.signal, addChild: () => {}, removeChild: () => {} };
  try {
    await generateClient(launch);
    const { email, account } = await prepare(launch, await startPostgres(options), ["--reset-password"]);
    if (!account) throw new Sentence(`Nobody has the e-mail ${email}: set BELFRY_FIRST_ADMIN_EMAIL to the e-mail of an admin.`);
    say(`${account.email} signs in with ${account.password} from now on. It is shown this once; open sessions have ended.`);
  } finally {
    for (const end of undo.reverse()) await end();
  }
}

// Data ----------------------------------------------------------------------------------------------------------------

async function forgetData(options: StartOptions): Promise<undefined> {
  if (process.env.DATABASE_URL)
    throw new Sentence("--reset leaves a database of your own alone: unset DATABASE_URL, or empty that database yourself.");
  const embedded = await startEmbedded({ projectFolder, dataFolder: path.join(options.dataFolder, "postgres") });
  try {
    const client = new pg.Client({ connectionString: embedded.url });
    await client.connect();
    await client.query("drop schema public cascade; create schema public;").finally(() => client.end());
  } finally {
    await embedded.release();
  }
  for (const name of readdirSync(options.dataFolder))
    if (["aws", "nextauth-secret"].includes(name) || name.startsWith("seeded-"))
      rmSync(path.join(options.dataFolder, name), { recursive: true, force: true });
}

/** The samples are made once for a database; whoever deletes them does not get them again. */
async function seedOnce(launch: Launch, options: StartOptions, databaseUrl: string): Promise<void> {
  const marker = path.join(options.dataFolder, process.env.DATABASE_URL ? "seeded-own" : "seeded-embedded");
  if (existsSync(marker)) return;
  await step("Four sample jobs are saved", async () => {
    const said = await runToEnd(launch, {
      name: "sample jobs",
      failure: "The sample jobs could not be saved",
      args: ["--import", "tsx", "prisma/seed.ts"],
      env: { DATABASE_URL: databaseUrl },
    });
    writeFileSync(marker, `${new Date().toISOString()}\n`);
    const { made } = JSON.parse(said.trim().split("\n").at(-1) ?? "") as { made: string[] };
    return made.length > 0 ? `${made.length} sample jobs are saved` : "There are jobs already: no samples were added";
  });
}

// AWS -----------------------------------------------------------------------------------------------------------------

async function startAws(options: StartOptions, port: number): Promise<string> {
  const sandbox = await speaking(() => startSandbox({ port, dataFolder: path.join(options.dataFolder, "aws") }));
  undo.push(() => sandbox.close());
  return sandbox.endpoint;
}

// Worker and console --------------------------------------------------------------------------------------------------

function startChildren(options: StartOptions, lock: StartLock, variables: Record<string, string | undefined>, port: number): void {
  undo.push(() => Promise.all(children.map((child) => child.stop(patienceMs))));
  const { dev } = options;
  const tsx = nodeProgram(projectFolder, "tsx/dist/cli.mjs");
  const next = nodeProgram(projectFolder, "next/dist/bin/next");
  const env = { ...variables, NODE_ENV: dev ? ("development" as const) : ("production" as const) };
  const common = { command: process.execPath, cwd: projectFolder, tell: (sentence: string) => progress.note(sentence) };
  const keep = (name: string, args: string[], more: Record<string, string>) =>
    children.push(
      supervise({
        ...common,
        name,
        args,
        env: { ...env, ...more },
        logFile: path.join(options.dataFolder, `${name}.log`),
        onStart: (pid) => lock.addChild(name, pid),
        onEnd: (pid) => lock.removeChild(pid),
      }),
    );
  keep("worker", dev ? [tsx, "watch", "--clear-screen=false", "lib/worker/main.ts"] : [workerFile(projectFolder)], {});
  // Loopback only: whoever may write jobs runs commands on this machine.
  const host = { HOSTNAME: "127.0.0.1", PORT: String(port) };
  keep("web", dev ? [next, "dev", "--hostname", host.HOSTNAME, "--port", host.PORT] : [...heapOptions, serverFile(projectFolder)], host);
}

/** Until the console answers and the worker has given a sign of life since `startedAt`. Throws when one of them keeps dying. */
async function untilReady(port: number, startedAt: Date): Promise<void> {
  const looking = async () => {
    for (const giveUpAt = Date.now() + readyWithinMs; Date.now() < giveUpAt; ) {
      leaving.signal.throwIfAborted();
      const { workerSeenAt } = await healthOf(port);
      if (workerSeenAt && new Date(workerSeenAt) >= startedAt) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Sentence(`Console and worker did not get ready within ${readyWithinMs / 1000} s: see the .log files in the data folder.`);
  };
  await Promise.race([looking(), ...children.map(({ failed }) => failed)]);
  for (const child of children) child.settled();
}

async function healthOf(port: number): Promise<{ workerSeenAt?: string | null }> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/api/health`, {
      signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(20_000)]),
    });
    return (await response.json()) as { workerSeenAt?: string | null };
  } catch {
    return {};
  }
}

function welcome(
  options: StartOptions,
  address: string,
  prepared: Prepared | undefined,
  otherAws: string | null,
  endpoint: string | undefined,
): string {
  const account = prepared?.account;
  const again = options.dataFolder === path.join(projectFolder, ".data") ? "" : ` --data ${options.dataFolder}`;
  const signIn = account
    ? [`  E-mail         ${account.email}`, `  Password       ${account.password}   (kept nowhere: write it down)`]
    : [
        `  Sign in        as ${prepared?.email}, with the password of the first start`,
        `                 (forgotten: npm run sandbox --${again} --reset-password)`,
      ];
  const lines = [
    "",
    `  Belfry is at   ${address}`,
    ...signIn,
    ...(otherAws
      ? []
      : [
          `  AWS CLI        AWS_ENDPOINT_URL=${endpoint} AWS_DEFAULT_REGION=${region} AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox`,
        ]),
    `  Logs and data  ${path.relative(process.cwd(), options.dataFolder) || "."}/`,
    `  Stop           Ctrl-C; the next start goes on where this one stopped`,
    "",
    `  Ready after ${progress.total()}.`,
  ];
  return lines.join("\n");
}

// The end -------------------------------------------------------------------------------------------------------------

let ending: Promise<void> | undefined;
let asked = 0;
let lastAskedAt = 0;

function listenForSignals(): void {
  // A terminal that was closed takes its output along.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stopAsked);
  // start.ts, which passes signals on, was itself killed.
  process.on("disconnect", stopAsked);
}

function stopAsked(): void {
  // One Ctrl-C may arrive twice: from the terminal, and passed on by npm.
  if (Date.now() - lastAskedAt < 300) return;
  lastAskedAt = Date.now();
  asked += 1;
  if (asked === 1) {
    say("\n  Stopping ...");
    void leave(0);
  } else for (const child of children) child.kill();
  if (asked > 2) process.exit(130);
}

/** Ends all that was started, the last first, and then this process. */
function leave(exitCode: number): Promise<void> {
  leaving.abort();
  ending ??= (async () => {
    const from = Date.now();
    // What is being started right now can be ended only once it is there.
    await Promise.race([starting.catch(() => {}), new Promise((resolve) => setTimeout(resolve, patienceMs))]);
    for (const end of [...undo].reverse())
      try {
        await end();
      } catch (error) {
        say(`  ${error instanceof Error ? error.message : String(error)}`);
        exitCode = 1;
      }
    if (exitCode === 0) say(`  Everything has ended (${((Date.now() - from) / 1000).toFixed(1)} s).`);
    process.exit(exitCode);
  })();
  return ending;
}

main().catch(async (error: unknown) => {
  if (!leaving.signal.aborted) {
    const text = error instanceof Sentence ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`\n${text}\n`);
  }
  // Asked to stop in the middle of a start: that is no failure.
  await leave(leaving.signal.aborted ? 0 : 1);
});
