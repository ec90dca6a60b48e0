import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { LineSplitter } from "./logs/line-splitter";

/** A container's program: its argv, every variable that it gets, and the folder that is its home. */
export type Command = {
  argv: string[];
  environment: Record<string, string>;
  /** Made if it is not there. */
  folder: string;
  /** As in the task definition; a path below `folder`, because this machine's own folders are not the container's. */
  workingDirectory?: string;
  /** Where pid and start time are noted, so that a later sandbox can end what this one left behind. */
  noteFile: string;
  now(): Date;
  /** Lines in the order in which they were read, some at a time. */
  onLines(lines: { timestamp: number; message: string }[]): void;
};

export type RunningCommand = {
  pid: number;
  /** Sends a signal to the program alone, as a container runtime signals the first process of a container. */
  signal(name: "SIGTERM"): void;
  /** Ends the program and everything that it started in its process group. */
  kill(): void;
  /** Comes when the program has ended, its group is gone and its last line was handed over. */
  ended: Promise<{ exitCode: number }>;
};

const flushAfterMs = 20;
const flushBytes = 1_000_000;
/** How long pipes may stay open and silent after the program's end, held by a process that left the group; and how long at all. */
const closeIdleMs = 300;
const closeWithinMs = 5_000;

/** Where programs are looked for: a container's usual path, then the folder of the Node that runs the sandbox. */
export const commandPath = `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${dirname(process.execPath)}`;

/**
 * Starts a program as a process group of its own, with no variable but those given (PATH and HOME are added where missing).
 * Answers the running program, or why it could not start, in the words of the container runtime that Fargate uses.
 */
export async function runCommand(command: Command): Promise<{ running: RunningCommand } | { refused: string }> {
  const folder = join(command.folder, join("/", command.workingDirectory ?? ""));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Next's types want NODE_ENV in every environment; a task has it only if it says so.
  const environment = { PATH: commandPath, HOME: command.folder, ...command.environment } as unknown as NodeJS.ProcessEnv;
  const [file = "", ...rest] = command.argv;
  let child: ChildProcess;
  try {
    child = spawn(file, rest, { cwd: folder, env: environment, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
  } catch (error) {
    return { refused: describeRefusal(file, error) };
  }
  const pid = child.pid as number;
  writeFileSync(command.noteFile, JSON.stringify({ pid, startedAt: startOfProcess(pid) }));
  let isGone = false;
  // Once the group was killed its number may be another's.
  const kill = () => {
    if (!isGone) killGroup(pid);
  };
  child.once("exit", () => {
    // The end of a container's first process is the end of all in it.
    kill();
    isGone = true;
  });
  return { running: { pid, signal: (name) => child.kill(name), kill, ended: follow(child, command) } };
}

/**
 * Ends what a killed sandbox left behind: the group noted in a file, if its first process still is the one that was noted.
 * Never any other process: a number that the machine has given to another process since is left alone.
 */
export function endLeftOver(noteFile: string): void {
  const note = readNote(noteFile);
  rmSync(noteFile, { force: true });
  if (note !== null && startOfProcess(note.pid) === note.startedAt) killGroup(note.pid);
}

/** Null where there is no note, or one that was cut off in the writing. */
function readNote(noteFile: string): { pid: number; startedAt: string } | null {
  try {
    const { pid, startedAt } = JSON.parse(readFileSync(noteFile, "utf8")) as { pid: unknown; startedAt: unknown };
    // 0 and 1 would mean this sandbox's own group and every process there is.
    return Number.isSafeInteger(pid) && (pid as number) > 1 && typeof startedAt === "string" ? { pid: pid as number, startedAt } : null;
  } catch {
    return null;
  }
}

/** Ends every process of this user that has a variable with this value (Linux only): what left its process group is found so. */
export function endProcessesWith(variable: string, values: ReadonlySet<string>): void {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return;
  }
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const variables = readFileSync(`/proc/${name}/environ`, "utf8").split("\0");
      const value = variables.find((text) => text.startsWith(`${variable}=`))?.slice(variable.length + 1);
      if (value !== undefined && values.has(value)) process.kill(Number(name), "SIGKILL");
    } catch {
      // Another user's process, or one that has just ended.
    }
  }
}

function follow(child: ChildProcess, command: Command): Promise<{ exitCode: number }> {
  let pending: { timestamp: number; message: string }[] = [];
  let pendingBytes = 0;
  let timer: NodeJS.Timeout | null = null;
  const flush = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (pending.length === 0) return;
    const lines = pending;
    pending = [];
    pendingBytes = 0;
    command.onLines(lines);
  };
  const take = (messages: string[]) => {
    const timestamp = command.now().getTime();
    for (const message of messages) {
      pending.push({ timestamp, message });
      pendingBytes += message.length;
    }
    if (pendingBytes >= flushBytes) flush();
    else if (pending.length > 0) timer ??= setTimeout(flush, flushAfterMs);
  };
  let pieces = 0;
  const splitters = [child.stdout, child.stderr].map((stream) => {
    const splitter = new LineSplitter();
    stream?.on("data", (chunk: Buffer) => {
      pieces += 1;
      take(splitter.push(chunk));
    });
    return splitter;
  });
  const closeWhenIdle = (until: number) => {
    const before = pieces;
    setTimeout(() => {
      // After the next turn of the loop, so that what lies in the pipes is read first, however late the timer came.
      setImmediate(() => {
        if (pieces !== before && Date.now() < until) return closeWhenIdle(until);
        child.stdout?.destroy();
        child.stderr?.destroy();
      });
    }, closeIdleMs).unref();
  };
  return new Promise((resolve) => {
    let exitCode = 255;
    child.once("exit", (code, signal) => {
      exitCode = code ?? 128 + (signal === null ? 127 : constants.signals[signal]);
      closeWhenIdle(Date.now() + closeWithinMs);
    });
    child.once("close", () => {
      for (const splitter of splitters) take(splitter.end());
      flush();
      rmSync(command.noteFile, { force: true });
      resolve({ exitCode });
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left in the group.
  }
}

/** When a process began, in words that no later process of the same number can have. Null if there is none. */
function startOfProcess(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may hold blanks; the start, in ticks since boot, is the 20th field after it.
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${ticks}`;
  } catch {
    if (process.platform === "linux") return null;
  }
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || null;
  } catch {
    return null;
  }
}

function describeRefusal(file: string, error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  const quoted = JSON.stringify(file);
  if (code === "ENOENT" && !file.includes("/")) return `exec: ${quoted}: executable file not found in $PATH: unknown`;
  if (code === "ENOENT") return `exec: ${quoted}: stat ${file}: no such file or directory: unknown`;
  if (code === "EACCES") return `exec: ${quoted}: permission denied: unknown`;
  if (code === "E2BIG") return `exec ${file}: argument list too long: unknown`;
  return `exec: ${quoted}: ${error instanceof Error ? error.message : String(error)}: unknown`;
}
