import { doStep, run } from "./step";

/* npm run check: what can be said of the source without running it. Every step runs, whatever the others found. */

const steps = [
  await doStep("Database client", () => run("node", ["prisma/cli.mjs", "generate"])),
  await doStep("Types", () => run("tsc", ["--noEmit", "-p", "."])),
  await doStep("Lint and format", () => run("biome", ["ci", "."])),
  await doStep("House: imports, names, comments", () => run("vitest", ["run", "--config", "lib/testing/house.config.ts"])),
  await doStep("Nothing unused", () => run("knip", ["--no-progress"])),
];

const failed = steps.filter(({ problem }) => problem !== "");
console.log(failed.length === 0 ? "\nAll checks passed." : `\nFailed: ${failed.map(({ name }) => name).join(", ")}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
