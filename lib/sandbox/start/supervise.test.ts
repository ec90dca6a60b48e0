import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isGroupAlive } from "./process-group";
import { type Supervised, supervise } from "./supervise";

let folder: string;
let child: Supervised | undefined;
const started: number[] = [];
const told: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "belfry-supervise-"));
  started.length = 0;
  told.length = 0;
});
afterEach(() => {
  child?.kill();
  rmSync(folder, { recursive: true, force: true });
});

const logText = () => readFileSync(path.join(folder, "child.log"), "utf8");

function run(script: string): Supervised {
  child = supervise({
    name: "worker",
    command: "/bin/sh",
    args: ["-c", script],
    cwd: folder,
    env: process.env,
    logFile: path.join(folder, "child.log"),
    tell: (sentence) => told.push(sentence),
    onStart: (pid) => started.push(pid),
    onEnd: () => {},
  });
  return child;
}

test("a child that dies is started again, with its last lines and a sentence", async () => {
  run('echo "the reason"; [ -e again ] && exec sleep 600; touch again; exit 3');
  await expect.poll(() => started.length, { timeout: 5000 }).toBe(2);
  expect(told).toEqual([expect.stringMatching(/^The worker ended with exit code 3 and is started again in 0\.5 s\..*\n {4}the reason$/s)]);
});

test("a child that dies again and again before all is ready is a failure that says why", async () => {
  const { failed } = run("echo broken settings; exit 1");
  await expect(failed).rejects.toThrow(/The worker ended with exit code 1, 5 times within a minute\..*broken settings/s);
}, 20_000);

test("stopping ends the child and all that it started, by force if need be, and it stays ended", async () => {
  const running = run("trap '' TERM; sh -c 'trap \"\" TERM; sleep 600' & echo ready; wait");
  await expect.poll(logText).toContain("ready");
  const from = Date.now();
  await running.stop(300);
  expect(Date.now() - from).toBeLessThan(3000);
  expect(isGroupAlive(started[0] as number)).toBe(false);
  expect(started).toHaveLength(1);
  expect(told).toEqual([]);
});
