import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { addCounts, closingLine, readBrowserCounts, readUnitCounts } from "./counts";

const folder = mkdtempSync(path.join(tmpdir(), "belfry-counts-"));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, content: unknown): string {
  const file = path.join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

test("both reports are summed into one line", () => {
  const unit = readUnitCounts(written("unit.json", { numPassedTests: 40, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 }));
  const browser = readBrowserCounts(written("e2e.json", { stats: { expected: 9, unexpected: 1, flaky: 1, skipped: 0 }, errors: [{}] }));
  expect(closingLine(addCounts([unit, browser]))).toBe("49 passed, 4 failed, 3 skipped");
});

test("a run in which nothing was skipped does not speak of it", () => {
  expect(closingLine({ passed: 3, failed: 0, skipped: 0 })).toBe("3 passed, 0 failed");
});

test("a report that was never written counts nothing", () => {
  expect(readUnitCounts(path.join(folder, "none.json"))).toEqual({ passed: 0, failed: 0, skipped: 0 });
});
