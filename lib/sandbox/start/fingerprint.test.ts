import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fingerprintOf } from "./fingerprint";

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "belfry-fingerprint-"));
  write("app/page.tsx", "one");
  write("app/jobs/page.tsx", "two");
  write("package-lock.json", "{}");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(name: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  writeFileSync(path.join(root, name), text);
}
const current = () => fingerprintOf(root, ["app", "package-lock.json", "public"], (file) => file.endsWith(".test.ts"));

test("the same sources have the same fingerprint, whenever they were written", () => {
  const before = current();
  utimesSync(path.join(root, "app", "page.tsx"), new Date(0), new Date(0));
  write("app/page.test.ts", "a test is no source");
  write("README.md", "elsewhere");
  expect(current()).toBe(before);
});

test.each([
  ["a changed file", () => write("app/jobs/page.tsx", "three")],
  ["a new file", () => write("app/layout.tsx", "")],
  ["a file that is gone", () => rmSync(path.join(root, "app", "page.tsx"))],
  ["other packages", () => write("package-lock.json", '{"a":1}')],
  ["a folder that was not there", () => write("public/icon.svg", "<svg/>")],
])("%s changes it", (_, change) => {
  const before = current();
  change();
  expect(current()).not.toBe(before);
});

test("text that moves from one file to the next changes it", () => {
  const before = current();
  write("app/jobs/page.tsx", "twoo");
  write("app/page.tsx", "ne");
  expect(current()).not.toBe(before);
});
