import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "@/lib/testing/database";

let ground: TestDatabase;
let folder: string;
beforeAll(async () => {
  ground = await testDatabase();
  folder = mkdtempSync(path.join(tmpdir(), "belfry-start-"));
});
afterAll(async () => {
  await ground.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a first start that is stopped in the middle has told the password and leaves no lock behind", async () => {
  const projectFolder = path.resolve(import.meta.dirname, "..", "..", "..");
  // --dev: a start that is to be stopped shall not throw a build away.
  const start = spawn(process.execPath, ["--import", "tsx", "lib/sandbox/start/main.ts", "--dev", "--data", folder], {
    cwd: projectFolder,
    env: { ...process.env, DATABASE_URL: ground.url, BELFRY_FIRST_ADMIN_EMAIL: "first@example.com" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  const ended = new Promise((resolve) => start.once("exit", resolve));
  await new Promise<void>((resolve) => {
    void ended.then(() => resolve());
    start.stdout.on("data", (part: Buffer) => {
      said += part.toString();
      if (/password \S+\n/.test(said)) resolve();
    });
  });
  start.kill("SIGTERM");
  expect(await ended).toBe(0);
  expect(said).toMatch(/The first admin is first@example\.com, with the password \S{12,}\n/);
  expect(said).not.toContain("Belfry is at");
  expect(existsSync(path.join(folder, "start.json"))).toBe(false);
}, 30_000);
