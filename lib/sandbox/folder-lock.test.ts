import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { isMarkAlive, processMark, withFolderLock } from "./folder-lock";

const root = mkdtempSync(path.join(tmpdir(), "belfry-lock-"));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(root, "l-"));
});
afterAll(() => rmSync(root, { recursive: true }));

const projectFolder = path.resolve(import.meta.dirname, "..", "..");

/** A process of its own that takes the lock `rounds` times, adding one to a number in a file that only a lock keeps right. */
function counter(file: string, rounds: number): Promise<void> {
  const program = `
    import { readFileSync, writeFileSync } from "node:fs";
    const { withFolderLock } = await import("./lib/sandbox/folder-lock.ts");
    const [folder, file, rounds] = process.argv.slice(1);
    for (let round = 0; round < Number(rounds); round++)
      await withFolderLock(folder, async () => {
        const number = Number(readFileSync(file, "utf8"));
        await new Promise((resolve) => setTimeout(resolve, 2));
        writeFileSync(file, String(number + 1));
      });`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program, folder, file, String(rounds)], {
    cwd: projectFolder,
    stdio: "inherit",
  });
  return new Promise((resolve, reject) => child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`exit ${code}`)))));
}

test("three processes that take the lock many times never hold it together", async () => {
  const file = path.join(root, "number");
  writeFileSync(file, "0");
  await Promise.all([counter(file, 40), counter(file, 40), counter(file, 40)]);
  const { readFileSync } = await import("node:fs");
  expect(readFileSync(file, "utf8")).toBe("120");
  expect(readdirSync(folder)).toHaveLength(1);
});

test("a lock whose holder was killed does not block the next, nor do several that wait for it get it together", async () => {
  writeFileSync(path.join(folder, "7"), "999999999:1");
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 8 }, () =>
      withFolderLock(folder, async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 1));
        inside--;
      }),
    ),
  );
  expect(most).toBe(1);
});

test("work that fails gives the lock back", async () => {
  await expect(
    withFolderLock(folder, async () => {
      throw new Error("broken");
    }),
  ).rejects.toThrow("broken");
  expect(await withFolderLock(folder, async () => "next")).toBe("next");
});

test("a process is not mistaken for an earlier one with its pid", () => {
  expect(isMarkAlive(processMark())).toBe(true);
  expect(isMarkAlive("999999999:")).toBe(false);
  if (process.platform === "linux") expect(isMarkAlive(`${process.pid}:1`)).toBe(false);
});
