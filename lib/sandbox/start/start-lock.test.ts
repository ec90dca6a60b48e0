import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { processMark } from "../folder-lock";
import { isGroupAlive, signalGroup } from "./process-group";
import { takeStartLock } from "./start-lock";

let folder: string;
const groups: number[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "belfry-start-lock-"));
});
afterEach(() => {
  for (const pid of groups.splice(0)) signalGroup(pid, "SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** A process group whose leader runs `script`; settled once that has said "ready". */
async function startGroup(script: string): Promise<number> {
  const child = spawn("/bin/sh", ["-c", script], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  const pid = child.pid as number;
  groups.push(pid);
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return pid;
}

/** What a start that was killed leaves behind. */
async function leaveStaleLock(children: { name: string; mark: string }[]): Promise<void> {
  const dead = await startGroup("echo ready");
  const mark = processMark(dead);
  await expect.poll(() => isGroupAlive(dead)).toBe(false);
  writeFileSync(path.join(folder, "start.json"), JSON.stringify({ holder: mark, address: "http://localhost:3000", children }));
}

test("a second start in the same folder is told where the first one answers", async () => {
  const lock = await takeStartLock(folder);
  await expect(takeStartLock(folder)).rejects.toThrow(`Belfry runs already in ${folder}, and is still starting (process ${process.pid}).`);
  lock.setAddress("http://localhost:3001");
  await expect(takeStartLock(folder)).rejects.toThrow(
    `Belfry runs already in ${folder}, at http://localhost:3001 (process ${process.pid}).`,
  );
  lock.release();
  const next = await takeStartLock(folder);
  expect(next.leftOver).toBeNull();
  next.release();
  expect(existsSync(path.join(folder, "start.json"))).toBe(false);
});

test("the lock of a killed start is taken over, and what it left running is ended with all that it started", async () => {
  const child = await startGroup("trap '' TERM; sleep 600 & echo ready; wait");
  await leaveStaleLock([{ name: "worker", mark: processMark(child) }]);
  const lock = await takeStartLock(folder);
  expect(lock.leftOver).toMatch(
    /^The last start \(process \d+\) was killed .*its worker still ran and was ended\. Its lock is taken over\.$/,
  );
  expect(isGroupAlive(child)).toBe(false);
  lock.release();
});

test("a process that has the number of an earlier child by chance is left alone", async () => {
  const stranger = await startGroup("echo ready; exec sleep 600");
  await leaveStaleLock([{ name: "worker", mark: `${stranger}:1` }]);
  const lock = await takeStartLock(folder);
  expect(lock.leftOver).not.toContain("worker");
  expect(isGroupAlive(stranger)).toBe(true);
  lock.release();
});

test("children are noted while they run", async () => {
  const lock = await takeStartLock(folder);
  const noted = () => JSON.parse(readFileSync(path.join(folder, "start.json"), "utf8")) as { children: { name: string }[] };
  lock.addChild("web", process.pid);
  expect(noted().children).toEqual([{ name: "web", mark: processMark() }]);
  lock.removeChild(process.pid);
  expect(noted().children).toEqual([]);
  lock.release();
});
