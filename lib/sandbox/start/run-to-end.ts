import { spawn } from "node:child_process";
import { signalGroup } from "./process-group";
import { Sentence } from "./sentence";

/** Where this start notes the processes that it made, and what tells them to end. */
export type Launch = {
  projectFolder: string;
  /** Aborted when everything shall end. */
  leaving: AbortSignal;
  addChild(name: string, pid: number): void;
  removeChild(pid: number): void;
};

/**
 * Runs a Node program of this project to its end, in a process group of its own, and answers what it wrote to stdout.
 * Throws a Sentence that begins with `failure` and ends with all that it said.
 */
export async function runToEnd(
  launch: Launch,
  { name, failure, args, env = {} }: { name: string; failure: string; args: string[]; env?: Record<string, string> },
): Promise<string> {
  const child = spawn(process.execPath, args, {
    cwd: launch.projectFolder,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { pid } = child;
  const end = () => pid !== undefined && signalGroup(pid, "SIGKILL");
  if (pid !== undefined) launch.addChild(name, pid);
  launch.leaving.addEventListener("abort", end, { once: true });
  let stdout = "";
  let all = "";
  child.stdout.on("data", (part: Buffer) => {
    stdout += part.toString();
    all += part.toString();
  });
  child.stderr.on("data", (part: Buffer) => {
    all += part.toString();
  });
  const code = await new Promise<number | null>((resolve) => {
    child.on("error", (error) => {
      all += String(error);
      resolve(null);
    });
    child.on("close", resolve);
  });
  launch.leaving.removeEventListener("abort", end);
  if (pid !== undefined) launch.removeChild(pid);
  launch.leaving.throwIfAborted();
  if (code !== 0) throw new Sentence(`${failure}:\n${all.trim()}`);
  return stdout;
}
