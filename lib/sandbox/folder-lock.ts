import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/*
 * One process at a time in a folder, also after kill -9.
 *
 * The lock is a row of numbered files; the highest one counts and is never removed, only followed by the next number.
 * A file that names its holder is made in one step (link), so nobody reads half of it; a lock whose holder died, or that
 * says "released", is followed by whoever makes the next number first. Taking a dead holder's file away instead would let
 * two waiters take it one after the other.
 */

const released = "released";

/**
 * This process, told apart from a later one with the same pid: the pid and, where the system tells it (Linux), the
 * moment it started.
 */
export function processMark(pid: number = process.pid): string {
  return `${pid}:${startOf(pid)}`;
}

/** Whether the process that a mark names still runs. */
export function isMarkAlive(mark: string): boolean {
  const [pid, start] = mark.split(":");
  if (!pid || !isProcessAlive(Number(pid)) || hasEnded(Number(pid))) return false;
  return !start || startOf(Number(pid)) === start;
}

/** Whether any process has this pid now. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Ended, and kept by the system until its parent asks: where no parent does (a container without an init), for ever. */
const hasEnded = (pid: number): boolean => statOf(pid)[0] === "Z";

/** Clock ticks from boot to the start of the process. Empty where the system does not tell. */
const startOf = (pid: number): string => statOf(pid)[19] ?? "";

/** /proc/<pid>/stat from its third field, the state, on (proc(5)); empty on other systems than Linux. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

/** Waits until no living process holds the folder's lock, runs `work` and releases it. Milliseconds between two looks: 25. */
export async function withFolderLock<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  mkdirSync(folder, { recursive: true });
  const mine = path.join(folder, `.${process.pid}-${randomBytes(6).toString("hex")}`);
  writeFileSync(mine, processMark());
  try {
    const lock = await take(folder, mine);
    try {
      return await work();
    } finally {
      // Renamed into place: a process that dies here leaves its own name, never an empty lock.
      writeFileSync(`${mine}.released`, released);
      renameSync(`${mine}.released`, lock);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

async function take(folder: string, mine: string): Promise<string> {
  for (;;) {
    const highest = numbersIn(folder)[0] ?? 0;
    const holder = highest > 0 ? readIfThere(path.join(folder, String(highest))) : released;
    if (holder === released || (holder && !isMarkAlive(holder))) {
      const next = path.join(folder, String(highest + 1));
      if (tryLink(mine, next)) {
        // Whoever looked long ago may have made a number that others had already left behind.
        const [first, ...older] = numbersIn(folder);
        if (first === highest + 1) {
          for (const number of older) rmSync(path.join(folder, String(number)), { force: true });
          return next;
        }
        rmSync(next, { force: true });
      }
      continue;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

const numbersIn = (folder: string): number[] =>
  readdirSync(folder)
    .map(Number)
    .filter((number) => Number.isInteger(number) && number > 0)
    .sort((left, right) => right - left);

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
