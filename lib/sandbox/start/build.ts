import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { withFolderLock } from "../folder-lock";
import { fingerprintOf } from "./fingerprint";
import { type Launch, runToEnd } from "./run-to-end";

/** What decides how the built application looks. */
const sources = [
  ...["app", "components", "lib", "public", "prisma/schema.prisma", "instrumentation.ts"],
  ...["next.config.ts", "postcss.config.mjs", "tsconfig.json", "package.json", "package-lock.json"],
];
const isNoSource = (file: string) => /\.test\.tsx?$|\.md$|^lib\/(sandbox|testing)\//.test(file);

/** A program of npm's, as one that this Node runs. */
export const nodeProgram = (projectFolder: string, file: string) => path.join(projectFolder, "node_modules", file);

/** Makes the database client's code where it is missing or older than the schema. True if it was made. */
export async function generateClient(launch: Launch): Promise<boolean> {
  const { projectFolder } = launch;
  const record = path.join(projectFolder, "lib", "db", "generated", "schema.fingerprint");
  const fingerprint = fingerprintOf(projectFolder, ["prisma/schema.prisma", "package-lock.json"]);
  if (readIfThere(record) === fingerprint) return false;
  await withFolderLock(path.join(projectFolder, ".data", "build.lock"), async () => {
    await runToEnd(launch, {
      name: "client generator",
      failure: "The database client could not be made",
      args: ["prisma/cli.mjs", "generate"],
    });
    writeFileSync(record, fingerprint);
  });
  return true;
}

/**
 * Builds the console and the worker unless the last build was of these very sources. True if it was built.
 * `onBuild` is called before a build begins. The record names the build itself, so that one which somebody made in between by hand is not taken for it.
 */
export async function buildOnce(launch: Launch, onBuild: () => void): Promise<boolean> {
  const { projectFolder } = launch;
  const record = path.join(projectFolder, ".data", "build.json");
  const fingerprint = fingerprintOf(projectFolder, sources, isNoSource);
  return await withFolderLock(path.join(projectFolder, ".data", "build.lock"), async () => {
    const stateOf = () => JSON.stringify({ fingerprint, products: productsOf(projectFolder) });
    if (isBuilt(projectFolder) && readIfThere(record) === stateOf()) return false;
    onBuild();
    rmSync(record, { force: true });
    const next = nodeProgram(projectFolder, "next/dist/bin/next");
    const env = { NODE_ENV: "production" };
    await runToEnd(launch, { name: "build", failure: "The console could not be built", args: [next, "build"], env });
    await runToEnd(launch, { name: "build", failure: "The worker could not be built", args: ["lib/worker/build.mjs"], env });
    completeStandalone(projectFolder);
    mkdirSync(path.dirname(record), { recursive: true });
    writeFileSync(record, stateOf());
    return true;
  });
}

/** What the build made: the server's entry, and the worker. */
export const serverFile = (projectFolder: string) => path.join(projectFolder, ".next", "standalone", "server.js");
export const workerFile = (projectFolder: string) => path.join(projectFolder, "dist", "worker.mjs");

const isBuilt = (projectFolder: string) =>
  existsSync(serverFile(projectFolder)) &&
  existsSync(workerFile(projectFolder)) &&
  existsSync(path.join(projectFolder, ".next", "standalone", ".next", "static"));

/** Next gives each build an id of its own; the worker is one file. */
const productsOf = (projectFolder: string) => [
  readIfThere(path.join(projectFolder, ".next", "BUILD_ID")),
  readIfThere(path.join(projectFolder, ".next", "standalone", ".next", "BUILD_ID")),
  fingerprintOf(projectFolder, ["dist/worker.mjs"]),
];

/** The standalone server does not bring what browsers load (Next, "output"). */
function completeStandalone(projectFolder: string): void {
  const standalone = path.join(projectFolder, ".next", "standalone");
  for (const [from, to] of [
    [".next/static", ".next/static"],
    ["public", "public"],
  ] as const) {
    rmSync(path.join(standalone, to), { recursive: true, force: true });
    if (existsSync(path.join(projectFolder, from))) cpSync(path.join(projectFolder, from), path.join(standalone, to), { recursive: true });
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
