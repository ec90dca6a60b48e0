import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { NotFound } from "@/lib/domain/errors";
import type { Run, RunContainer } from "@/lib/domain/run";
import { chooseContainer } from "./choose-container";
import { downloadLog } from "./download-log";
import { type LogNews, tailRun } from "./tail-run";
import { lines, quickCopies, type TestLogs, testLogs } from "./test-log";

let logs: TestLogs;
beforeAll(async () => {
  logs = await testLogs();
});
afterAll(() => logs.close());

const container = (name: string): RunContainer => ({
  ...{ name, lastStatus: "RUNNING", exitCode: null, reason: null, image: null, imageDigest: null },
});
const both = [container("sidecar"), container("main"), container("aws-guardduty-agent-x")];

function watch(run: Run, choice = "*", copies = quickCopies()) {
  const leaving = new AbortController();
  const told: LogNews[] = [];
  const done = (async () => {
    for await (const news of tailRun({ ...logs.request(run, { container: choice }), from: 1, copies, signal: leaving.signal }))
      told.push(news);
  })();
  const seen = () => told.flatMap((news) => (news.kind === "lines" ? news.lines : []));
  return { told, seen, done, texts: () => seen().map((line) => `${line.container}: ${line.text}`), leave: () => leaving.abort() };
}

const until = (see: () => void | Promise<void>) => vi.waitFor(see, { timeout: 15_000, interval: 20 });

async function endedRun(containers = both): Promise<Run> {
  const run = await logs.run({ state: "failed", stoppedAt: new Date(Date.now() - 60_000), containers });
  await logs.makeStream(run);
  await logs.makeStream(run, "sidecar");
  return run;
}

const at = Date.now() - 120_000;

test("the lines of all containers come in the order of their moments, each with its container", async () => {
  const run = await endedRun();
  for (const [text, name, after] of [
    ["one", "main", 0],
    ["three", "main", 20],
    ["four", "main", 30],
    ["two", "sidecar", 10],
    ["five", "sidecar", 40],
  ] as const)
    await logs.write(run, [text], at + after, name);
  const watcher = watch(run);
  await watcher.done;
  expect(watcher.texts()).toEqual(["main: one", "sidecar: two", "main: three", "main: four", "sidecar: five"]);
  expect(watcher.seen().map(({ n }) => n)).toEqual([1, 2, 3, 4, 5]);
  expect(watcher.told.at(-1)).toEqual({ kind: "end", state: "complete", note: null });
});

test("each container has a log of its own, and a stream has one reader whoever reads it", async () => {
  const run = await endedRun();
  await logs.write(run, lines(3), at);
  await logs.write(run, ["beside"], at, "sidecar");
  await logs.reads();
  const copies = quickCopies();
  const watchers = ["main", "sidecar", "*", "*"].map((choice) => watch(run, choice, copies));
  await Promise.all(watchers.map(({ done }) => done));
  expect(watchers.map(({ seen }) => seen().length)).toEqual([3, 1, 4, 4]);
  expect(watchers[1]?.seen()).toEqual([{ n: 1, at, text: "beside" }]);
  // Two looks at each of two streams.
  expect(await logs.reads()).toBe(4);
});

test("a container that is silent does not hold the others back for long", async () => {
  const run = await logs.run({ containers: both });
  await logs.makeStream(run);
  const watcher = watch(run, "*", quickCopies({ slackMs: 100 }));
  await logs.write(run, ["alone"]);
  await until(() => expect(watcher.texts()).toEqual(["main: alone"]));
  await logs.makeStream(run, "sidecar");
  await logs.write(run, ["late, and earlier"], Date.now() - 60_000, "sidecar");
  await logs.write(run, ["next"]);
  await until(() => expect(watcher.texts()).toEqual(["main: alone", "sidecar: late, and earlier", "main: next"]));
  watcher.leave();
  await watcher.done;
});

test("long logs are merged whole and in order", async () => {
  const run = await endedRun();
  for (let n = 0; n < 10; n++) {
    await logs.write(run, lines(n * 1000 + 1000, n * 1000 + 1), at + n * 10);
    await logs.write(run, lines(n * 500 + 500, n * 500 + 1), at + n * 10 + 5, "sidecar");
  }
  const watcher = watch(run);
  await watcher.done;
  const seen = watcher.seen();
  expect(seen).toHaveLength(15_000);
  expect(seen.every((line, index) => index === 0 || line.at >= (seen[index - 1]?.at ?? 0))).toBe(true);
  for (const [name, count] of [
    ["main", 10_000],
    ["sidecar", 5000],
  ] as const)
    expect(seen.filter((line) => line.container === name).map(({ text }) => text)).toEqual(lines(count));
});

test("one container's log that is gone is told, and the other's is shown", async () => {
  const run = await logs.run({ state: "failed", stoppedAt: new Date(Date.now() - 60_000), containers: both });
  await logs.makeStream(run);
  await logs.write(run, ["here"], at);
  const watcher = watch(run);
  await watcher.done;
  expect(watcher.texts()).toEqual(["main: here"]);
  expect(watcher.told.at(-1)).toMatchObject({ kind: "end", state: "complete" });
});

test("the download of all names the container before each line, and in the file's name", async () => {
  const run = await endedRun();
  await logs.write(run, ["one"], at);
  await logs.write(run, ["two"], at + 1, "sidecar");
  const { text, fileName } = await downloadLog({
    ...logs.request(run, { container: "*" }),
    ...{ jobSlug: "nightly", options: { ansi: "strip", times: false }, signal: new AbortController().signal, copies: logs.copies },
  });
  let whole = "";
  for await (const piece of text) whole += Buffer.from(piece).toString();
  expect(whole).toBe("main: one\nsidecar: two\n");
  expect(fileName).toMatch(/^nightly-.*-all\.log$/);
});

test("only a container that the run has can be chosen; without a choice it is the main one", async () => {
  const run = await logs.run({ containers: both });
  expect([null, "", "main", "sidecar", "*"].map((wanted) => chooseContainer(run, wanted))).toEqual([
    "main",
    "main",
    "main",
    "sidecar",
    "*",
  ]);
  expect(() => chooseContainer(run, "aws-guardduty-agent-x")).toThrow(NotFound);
  expect(() => chooseContainer(run, "../main")).toThrow(NotFound);
});
