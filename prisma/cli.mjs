/*
 * The Prisma CLI with what it needs and cannot download: an engine from npm (schema-engine.mjs) and a database (the
 * embedded one unless DATABASE_URL is set).   npm run prisma -- migrate dev --name add_runs
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const args = process.argv.slice(2);
const asksForHelp = args.includes("--help") || args.includes("-h");
const needsDatabase = ["migrate", "db", "studio"].includes(args[0]) && !asksForHelp;
const runsEngine = needsDatabase;
const projectFolder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const environment = { CHECKPOINT_DISABLE: "1", PRISMA_HIDE_UPDATE_MESSAGE: "1", ...process.env };
// Windows cannot execute an .mjs file: there the CLI downloads its own engine for the commands that run one.
if (process.platform !== "win32" || !runsEngine)
  environment.PRISMA_SCHEMA_ENGINE_BINARY ??= path.join(projectFolder, "prisma", "schema-engine.mjs");

let release = async () => {};
if (needsDatabase && !environment.DATABASE_URL) {
  const { tsImport } = await import("tsx/esm/api");
  const { startEmbedded } = await tsImport("../lib/sandbox/postgres.ts", import.meta.url);
  const embedded = await startEmbedded({ projectFolder, log: (sentence) => console.error(sentence) });
  environment.DATABASE_URL = embedded.url;
  release = embedded.release;
}

// A signal from a terminal reaches the CLI too; this process stays to release the database afterwards.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
const cli = path.join(path.dirname(createRequire(import.meta.url).resolve("prisma/package.json")), "build", "index.js");
const child = spawn(process.execPath, [cli, ...args], { stdio: "inherit", cwd: projectFolder, env: environment });
child.on("exit", async (code, signal) => {
  await release();
  process.exit(signal ? 1 : (code ?? 1));
});
