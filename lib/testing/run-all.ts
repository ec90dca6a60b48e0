import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { buildOnce } from "@/lib/sandbox/start/build";
import { addCounts, type Counts, closingLine, readBrowserCounts, readUnitCounts } from "./counts";
import { doStep, resultsFolder, root, run } from "./step";

/*
 * npm test: the checks, every unit test, a production build, every journey in a browser. A step that fails does not keep
 * the next from running, so that one run tells everything; the last line has the sums.
 */

const unitResults = path.join(resultsFolder, "unit.json");
const browserResults = path.join(root, "test-results", "e2e.json");
for (const file of [unitResults, browserResults]) rmSync(file, { force: true });
mkdirSync(resultsFolder, { recursive: true });

const checks = await doStep("Checks", () => run("tsx", ["lib/testing/check.ts"]));
const unit = await doStep("Unit tests", () =>
  run("vitest", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${unitResults}`]),
);
// The start that the journeys make finds this build and uses it.
const ground = { projectFolder: root, leaving: new AbortController().signal, addChild: () => undefined, removeChild: () => undefined };
const build = await doStep("Production build", () => buildOnce(ground, () => undefined));
const browser = await doStep("Journeys in a browser", () => run("playwright", ["test", "--config", "e2e/playwright.config.ts"]));

const counted = [
  { step: unit, counts: readUnitCounts(unitResults) },
  { step: browser, counts: readBrowserCounts(browserResults) },
];
const sums: Counts = addCounts([
  ...counted.map(({ counts }) => counts),
  // A step that failed without a failed test of its own counts as one, so that no fault hides behind a zero.
  ...[checks, build].map(({ problem }) => ({ passed: 0, failed: problem === "" ? 0 : 1, skipped: 0 })),
  ...counted.map(({ step, counts }) => ({ passed: 0, failed: step.problem !== "" && counts.failed === 0 ? 1 : 0, skipped: 0 })),
]);

console.log("");
for (const { name, seconds, problem } of [checks, unit, build, browser])
  console.log(`${problem === "" ? "✓" : "✗"} ${name.padEnd(24)} ${seconds.toFixed(0).padStart(4)} s`);
console.log(`\n${closingLine(sums)}`);
process.exitCode = sums.failed === 0 ? 0 : 1;
