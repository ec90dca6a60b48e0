import { existsSync, readFileSync } from "node:fs";

export type Counts = { passed: number; failed: number; skipped: number };

const none: Counts = { passed: 0, failed: 0, skipped: 0 };

type UnitResults = { numPassedTests: number; numFailedTests: number; numPendingTests: number; numTodoTests: number };
type BrowserResults = { stats: { expected: number; unexpected: number; flaky: number; skipped: number }; errors: unknown[] };

/** What Vitest's JSON report counts; nothing where there is no report. */
export function readUnitCounts(file: string): Counts {
  const results = readJson<UnitResults>(file);
  if (!results) return none;
  return { passed: results.numPassedTests, failed: results.numFailedTests, skipped: results.numPendingTests + results.numTodoTests };
}

/** What Playwright's JSON report counts; a test that passed only when repeated is a failed one. */
export function readBrowserCounts(file: string): Counts {
  const results = readJson<BrowserResults>(file);
  if (!results) return none;
  const { expected, unexpected, flaky, skipped } = results.stats;
  return { passed: expected, failed: unexpected + flaky + results.errors.length, skipped };
}

function readJson<Content>(file: string): Content | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Content) : null;
}

/** The sum of all. */
export function addCounts(all: Counts[]): Counts {
  return all.reduce(
    (sum, counts) => ({
      passed: sum.passed + counts.passed,
      failed: sum.failed + counts.failed,
      skipped: sum.skipped + counts.skipped,
    }),
    none,
  );
}

/** "1204 passed, 0 failed", with the skipped ones where there are any. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
