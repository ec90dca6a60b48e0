/*
 * npm run sandbox: a whole Belfry with one command. This process only stands between the terminal and start/main.ts: it
 * passes signals on and waits. The one that holds everything runs beside it, in a process group of its own, so that
 * neither Ctrl-C nor an impatient parent (tsx kills a child that does not answer a signal within 60 ms) can end it before
 * it has put everything away; and when this process is killed, that one notices and stops.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const oldestNode = 22;

if (Number(process.versions.node.split(".")[0]) < oldestNode) {
  process.stderr.write(
    `Belfry needs Node ${oldestNode} or newer, and this is ${process.version}. On Linux npm ci brings one along, which npm run sandbox uses; elsewhere install Node 24 from nodejs.org.\n`,
  );
  process.exit(1);
}

const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const main = path.join(import.meta.dirname, "start", "main.ts");
const launcher = spawn(process.execPath, ["--import", loader, main, ...process.argv.slice(2)], {
  stdio: ["inherit", "inherit", "inherit", "ipc"],
  detached: true,
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => launcher.kill(signal));
// The parent that spoke to this process has gone.
process.on("disconnect", () => launcher.kill("SIGTERM"));
launcher.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
