import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { endGroup, signalGroup } from "./process-group";
import { Sentence } from "./sentence";

/** A program ends so when it cannot work with its settings (sysexits.h): to start it again is of no use. */
const badSettings = 78;
/** So often a child is started again within a minute. */
const restartsPerMinute = 5;
const shownLines = 15;

export type ChildPlan = {
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Emptied by the first start, lengthened by each restart. */
  logFile: string;
  /** Hears what there is to tell: an unexpected end with the last lines, a restart. */
  tell(sentence: string): void;
  onStart(pid: number): void;
  onEnd(pid: number): void;
};

export type Supervised = {
  name: string;
  /** Rejects when the child died so often that starting it again is of no use; never resolves. */
  failed: Promise<never>;
  /** From now on an end is an end. True when it was not too often yet. */
  settled(): void;
  /** Ends the child's whole group: politely, by force after `patienceMs`. */
  stop(patienceMs: number): Promise<void>;
  /** By force, at once. */
  kill(): void;
};

/**
 * Keeps a child running in a process group of its own, so that Ctrl-C does not reach it before its turn. One that dies is
 * started again, at most five times a minute; before `settled`, five deaths are a failure.
 */
export function supervise(plan: ChildPlan): Supervised {
  const deaths: number[] = [];
  let child: ChildProcess | null = null;
  let waiting: NodeJS.Timeout | null = null;
  let isStopping = false;
  let isSettled = false;
  let fail: (reason: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // Somebody may look only later.
  failed.catch(() => {});

  const start = (flags: "w" | "a") => {
    waiting = null;
    const log = openSync(plan.logFile, flags);
    const started = spawn(plan.command, plan.args, { cwd: plan.cwd, env: plan.env, detached: true, stdio: ["ignore", log, log] });
    closeSync(log);
    child = started;
    const { pid } = started;
    if (pid !== undefined) plan.onStart(pid);
    started.once("error", (error) => fail(new Sentence(`The ${plan.name} could not be started: ${error.message}`)));
    started.once("exit", (code, signal) => {
      // What it had started itself does not outlive it.
      if (pid !== undefined) {
        signalGroup(pid, "SIGKILL");
        plan.onEnd(pid);
      }
      child = null;
      if (!isStopping) died(code, signal);
    });
  };

  const died = (code: number | null, signal: NodeJS.Signals | null) => {
    const now = Date.now();
    deaths.push(now);
    const recent = deaths.filter((at) => at > now - 60_000);
    const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
    const last = `Its last lines (all of them: ${plan.logFile}):\n${lastLines(plan.logFile)}`;
    if (!isSettled && code === badSettings) return fail(new Sentence(`The ${plan.name} cannot work with its settings. ${last}`));
    if (!isSettled && recent.length >= restartsPerMinute)
      return fail(new Sentence(`The ${plan.name} ${how}, ${recent.length} times within a minute. ${last}`));
    const waitMs = recent.length >= restartsPerMinute ? 60_000 - (now - (recent[0] ?? now)) : 500 * recent.length;
    plan.tell(`The ${plan.name} ${how} and is started again in ${(waitMs / 1000).toFixed(1)} s. ${last}`);
    waiting = setTimeout(() => start("a"), waitMs);
  };

  start("w");
  return {
    name: plan.name,
    failed,
    settled: () => {
      isSettled = true;
    },
    stop: async (patienceMs) => {
      isStopping = true;
      if (waiting) clearTimeout(waiting);
      if (child?.pid !== undefined) await endGroup(child.pid, patienceMs);
    },
    kill: () => {
      isStopping = true;
      if (child?.pid !== undefined) signalGroup(child.pid, "SIGKILL");
    },
  };
}

function lastLines(file: string): string {
  try {
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    return lines
      .slice(-shownLines)
      .map((line) => `    ${line.slice(0, 300)}`)
      .join("\n");
  } catch {
    return "    (none)";
  }
}
