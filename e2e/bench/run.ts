import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchHouse, startBenchHouse } from "./bench-house";
import { type Figure, printFigures } from "./figures";
import { measureKilled } from "./killed";
import { measureColdLoad, measureList } from "./list";
import { measureBusy, measureIdle } from "./load";
import { measureLogs } from "./log";
import { measureMinute } from "./minute";
import { measureFirstInstruction, measureSaving } from "./people";
import { measureIdleRounds, measureRounds } from "./rounds";
import { measureEvents, measureRunNow } from "./works";

/*
 * Figures, not verdicts: counts of calls and queries, ratios and percentiles, on the machine that it runs on. Everything is
 * the production build with real processes; only AWS is the sandbox, whose phases take no time where that is said.
 * `npm run bench` is one table of all parts, `npm run bench -- rounds works` one of those that are named. It fails only where
 * something could not be measured.
 */

type Measure = { what: string; figures: () => Promise<Figure[]> };

const folder = mkdtempSync(join(tmpdir(), "belfry-bench-"));
chmodSync(folder, 0o755); // PostgreSQL does not run as root: its account must be able to enter

let house: Promise<BenchHouse> | undefined;
/** One house for all that needs one, started by the first of them. */
const inHouse = (what: string, measure: (house: BenchHouse) => Promise<Figure[]>): Measure => ({
  what,
  figures: async () => {
    house ??= startBenchHouse(folder);
    return await measure(await house);
  },
});

const sizes = [
  { jobs: 1000, seconds: 1 },
  { jobs: 10_000, seconds: 6 },
];

/** The parts by name, in an order in which the early ones leave the later ones a full history. */
const parts: Record<string, Measure[]> = {
  rounds: [
    { what: "rounds that change something", figures: () => measureRounds(join(folder, "rounds"), 1000) },
    { what: "rounds that change nothing", figures: () => measureIdleRounds(join(folder, "idle-rounds"), sizes) },
  ],
  list: [inHouse("lists", (house) => measureList(house, 10_000, 1_000_000)), inHouse("cold load", (house) => measureColdLoad(house))],
  // Before events of tasks that never were: the worker looks for the logs of those.
  log: [inHouse("logs", measureLogs)],
  works: [
    inHouse("saving", measureSaving),
    inHouse("run now", (house) => measureRunNow(house)),
    inHouse("first instruction", measureFirstInstruction),
    inHouse("a hundred jobs at once", measureMinute),
    inHouse("events", measureEvents),
  ],
  load: [inHouse("at rest", measureIdle), inHouse("under load", measureBusy), inHouse("kill -9", measureKilled)],
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in parts));
if (unknown.length > 0) {
  process.stderr.write(`There is no part ${unknown.join(", ")}: there are ${Object.keys(parts).join(", ")}.\n`);
  process.exit(64);
}

const figures: Figure[] = [];
try {
  for (const [name, measures] of Object.entries(parts)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    for (const { what, figures: measure } of measures) {
      process.stdout.write(`  ${name}: ${what}\n`);
      const found = await measure().catch((error: unknown): Figure[] => {
        process.exitCode = 1;
        return [{ what, figure: `not measured: ${error instanceof Error ? error.message : String(error)}`, held: false }];
      });
      for (const { what: of, figure } of found) process.stdout.write(`    ${of}: ${figure}\n`);
      figures.push(...found);
    }
  }
  printFigures(figures);
} finally {
  await (await house?.catch(() => undefined))?.stop();
  rmSync(folder, { recursive: true, force: true });
}
