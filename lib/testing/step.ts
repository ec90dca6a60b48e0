import { spawn } from "node:child_process";
import path from "node:path";

/** The repository's root: every step runs there. */
export const root = path.resolve(import.meta.dirname, "..", "..");

/** Where steps leave what others read: counts of tests. Ignored by git. */
export const resultsFolder = path.join(root, ".data", "test-results");

/** How a step ended. `problem` is empty where it ended well. */
export type Step = { name: string; seconds: number; problem: string };

/** Says the step's name, does it, says how long it took. Never throws. */
export async function doStep(name: string, work: () => Promise<unknown>): Promise<Step> {
  const start = performance.now();
  console.log(`\n▸ ${name}`);
  let problem = "";
  try {
    await work();
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
    console.error(problem);
  }
  const seconds = (performance.now() - start) / 1000;
  console.log(`${problem === "" ? "✓" : "✗"} ${name}: ${seconds.toFixed(1)} s`);
  return { name, seconds, problem };
}

/** Runs a program of node_modules with its output passed through. Throws when it does not end with 0. */
export async function run(command: string, args: string[], environment: Record<string, string> = {}): Promise<void> {
  const PATH = [path.join(root, "node_modules", ".bin"), process.env.PATH].join(path.delimiter);
  const child = spawn(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, PATH, ...environment } });
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args[0] ?? ""} ended with ${signal ?? code}.`));
    });
  });
}
