import { readdirSync, readFileSync } from "node:fs";
import { isProcessAlive } from "../folder-lock";

/**
 * Whether a process group that was noted by its leader's pid is still that one. `isLeaderAlive` says that the leader is
 * the very process that was noted. Without any leader the group's number cannot have been given to others, because a
 * number in use by a group is not used again; with a leader that is another process it has been.
 */
export function isGroupLeft(pid: number, isLeaderAlive: boolean): boolean {
  return isGroupAlive(pid) && (isLeaderAlive || !isProcessAlive(pid));
}

/**
 * Whether any process of the group runs. One that has ended and only waits to be collected does not: where nothing
 * collects (a container without an init) it would stay for ever.
 */
export function isGroupAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  if (process.platform !== "linux") return true;
  return readdirSync("/proc").some((name) => {
    if (!/^\d+$/.test(name)) return false;
    const { state, group } = readStat(name);
    return group === String(pid) && state !== "Z" && state !== "X";
  });
}

/** A process's state and group (proc(5)). */
function readStat(pid: string): { state?: string; group?: string } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state, group };
  } catch {
    return {};
  }
}

/** Ends a process group: politely, and after `patienceMs` by force. Answers when nothing of it is left. */
export async function endGroup(pid: number, patienceMs: number): Promise<void> {
  signalGroup(pid, "SIGTERM");
  const forceAt = Date.now() + patienceMs;
  const giveUpAt = forceAt + 1000;
  let isForced = false;
  while (isGroupAlive(pid) && Date.now() < giveUpAt) {
    if (!isForced && Date.now() >= forceAt) {
      signalGroup(pid, "SIGKILL");
      isForced = true;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Sends a signal to every process of a group; none is left, nothing happens. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone.
  }
}
