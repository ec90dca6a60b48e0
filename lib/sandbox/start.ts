/*
 * npm run sandbox: a whole Belfry with one command. This process only stands between the terminal and start/main.ts: it
 * passes signals on and waits. The one that holds everything runs beside it, in a process group of its own, so that
 * neither Ctrl-C nor an impatient parent (tsx kills a child that does not answer a signal within 60 ms) can end it before
 * it has put everything away; and when this process is killed, that one notices and stops.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isMarkAlive, processMark } from "./folder-lock";

const oldestNode = 22;

if (Number(process.versions.node.split(".")[0]) < oldestNode) {
  process.stderr.write(
    `Belfry needs Node ${oldestNode} or newer, and this is ${process.version}. On Linux npm ci brings one along, which npm run sandbox uses; elsewhere install Node 24 from nodejs.org.\n`,
  );
  process.exit(1);
}

const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const main = fileURLToPath(new URL("./start/main.ts", import.meta.url));
const launcher = spawn(process.execPath, ["--import", loader, main, ...process.argv.slice(2)], {
  stdio: ["inherit", "inherit", "inherit", "ipc"],
  detached: true,
});
launcher.on("exit", (code, signal) => {
  if (signal)
    process.stderr.write(`\nThe launcher was ended by ${signal} and could put nothing away: the next start in its folder does that.\n`);
  process.exit(code ?? 1);
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => launcher.kill(signal));

// npm passes a signal to its shell, which dies of it and passes nothing on: when any of these is gone, all is to stop.
const between = parentsUpToNpm().map((pid) => processMark(pid));
let isStopping = false;
setInterval(() => {
  if (isStopping || between.every(isMarkAlive)) return;
  isStopping = true;
  launcher.kill("SIGTERM");
}, 250);

/** The processes from this one's parent to the npm that runs the script; none where no npm does, or where /proc is missing. */
function parentsUpToNpm(): number[] {
  const found: number[] = [];
  for (let pid = process.ppid; pid > 1 && found.length < 5; ) {
    found.push(pid);
    try {
      if (/^npm( |$)/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "))) return found;
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      pid = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    } catch {
      break;
    }
  }
  // tsx alone stands there: it has a line to its child, which breaks when it goes.
  process.on("disconnect", () => launcher.kill("SIGTERM"));
  return [];
}
