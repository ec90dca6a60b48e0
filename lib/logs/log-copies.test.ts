import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Run } from "@/lib/domain/run";
import { downloadLog } from "./download-log";
import { type LogCopies, usualCopies } from "./log-copies";
import { namelessFiles } from "./log-file";
import { readLines } from "./read-lines";
import { searchLog } from "./search-log";
import { tailRun } from "./tail-run";
import { lines, quickCopies, type TestLogs, testLogs } from "./test-log";

let logs: TestLogs;
beforeAll(async () => {
  logs = await testLogs();
});
afterAll(() => logs.close());

const signal = new AbortController().signal;
const window = (run: Run, copies: LogCopies, from = 1, count = 1000) => readLines({ ...logs.request(run), from, count, copies, signal });
const tail = async (run: Run, copies: LogCopies) => {
  let count = 0;
  for await (const news of tailRun({ ...logs.request(run), from: null, copies, signal }))
    if (news.kind === "lines") count += news.lines.length;
  return count;
};
const download = async (run: Run, copies: LogCopies) => {
  const options = { ansi: "keep", times: false } as const;
  let bytes = 0;
  for await (const piece of (await downloadLog({ ...logs.request(run), jobSlug: "x", options, copies, signal })).text)
    bytes += piece.byteLength;
  return bytes;
};

async function endedRun(texts: string[]): Promise<Run> {
  const run = await logs.run({ state: "succeeded", stoppedAt: new Date(Date.now() - 60_000) });
  await logs.makeStream(run);
  await logs.write(run, texts);
  return run;
}

const until = (see: () => void | Promise<void>) => vi.waitFor(see, { timeout: 15_000, interval: 20 });

test("twenty who watch, leaf, search and download cost AWS one reader", async () => {
  const run = await endedRun(lines(40_000));
  const copies = quickCopies();
  await logs.reads();
  const everybody = Array.from({ length: 20 }, (_, index) => [
    tail(run, copies),
    window(run, copies, index * 2000 + 1),
    searchLog({ ...logs.request(run), words: `line ${index}`, copies, signal }),
    download(run, copies),
  ]);
  await Promise.all(everybody.flat());
  // Four pages of ten thousand, the look that finds the end, and one to spare.
  expect(await logs.reads()).toBeLessThanOrEqual(6);
});

test("a window is as long as was asked for, also while the log is still being read", async () => {
  const run = await endedRun(lines(25_000));
  const copies = quickCopies();
  const { lines: shown, count } = await window(run, copies, 20_001, 500);
  expect(shown.map(({ n, text }) => [n, text])).toEqual(lines(20_500, 20_001).map((text, index) => [20_001 + index, text]));
  expect(count).toBeGreaterThanOrEqual(20_500);
  expect(await window(run, copies, 24_999, 500)).toMatchObject({ lines: [{ n: 24_999 }, { n: 25_000 }], count: 25_000 });
  expect(await window(run, copies, 25_001, 500)).toMatchObject({ lines: [], count: 25_000, state: "complete", note: null });
});

test("a copy outlives the last who looked at it, for a while", async () => {
  const run = await endedRun(lines(10));
  const copies = quickCopies({}, { keptMs: 300 });
  await tail(run, copies);
  await logs.reads();
  await tail(run, copies);
  expect(await logs.reads()).toBe(0);
  await until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 350));
    await tail(run, copies);
    expect(await logs.reads()).toBeGreaterThan(0);
  });
});

test("when the room for all is used up, the copy goes that nobody used for longest", async () => {
  const texts = Array.from({ length: 100 }, () => "x".repeat(1000));
  const runs = [await endedRun(texts), await endedRun(texts), await endedRun(texts)];
  const [one, two, three] = runs as [Run, Run, Run];
  const copies = quickCopies({}, { diskBytes: 250_000 });
  for (const run of [one, two, one, three]) await tail(run, copies);
  await logs.reads();
  await tail(one, copies);
  await tail(three, copies);
  expect(await logs.reads()).toBe(0);
  await tail(two, copies);
  expect(await logs.reads()).toBeGreaterThan(0);
});

test("a log that is longer than the room for it keeps its end, and says so", async () => {
  const run = await endedRun(Array.from({ length: 3000 }, (_, n) => `${n + 1} ${"x".repeat(1000)}`));
  const files = { ...usualCopies.files, segmentBytes: 600_000 };
  const copies = quickCopies({}, { diskBytes: 1_500_000, files });
  // What comes while the log is read for the first time is of no account.
  await tail(run, copies);
  let first = 0;
  for await (const news of tailRun({ ...logs.request(run), from: null, copies, signal }))
    if (news.kind === "size") {
      expect(news.count).toBe(3000);
      first = news.first;
    }
  expect(first).toBeGreaterThan(1000);
  expect((await window(run, copies, 1, 1000)).lines).toEqual([]);
  const { lines: shown, note } = await window(run, copies, first - 10, 20);
  expect(shown).toHaveLength(10);
  expect(shown[0]?.text).toMatch(new RegExp(`^${first} x`));
  expect(note).toBe(`Belfry's copy begins at line ${first.toLocaleString("en")}: the log is longer than the room for it.`);
  for await (const piece of (
    await downloadLog({ ...logs.request(run), jobSlug: "x", options: { ansi: "keep", times: false }, copies, signal })
  ).text) {
    expect(Buffer.from(piece).toString()).toBe(`# The log is longer than the room for it here: lines 1 to ${first - 1} are left out.\n`);
    break;
  }
});

test("where the disk takes nothing, that is said in a sentence, and the log is told all the same", async () => {
  const run = await endedRun(lines(2500));
  const files = { ...usualCopies.files, openFile: namelessFiles("/belfry/absent") };
  const copies = quickCopies({}, { files });
  const told: string[] = [];
  for await (const news of tailRun({ ...logs.request(run), from: 1, copies, signal })) {
    if (news.kind === "lines") told.push(...news.lines.map(({ text }) => text));
    if (news.kind === "end")
      expect(news.note).toBe(
        "The temporary folder of Belfry's web server does not exist (ENOENT): only the last lines are kept until that is changed.",
      );
  }
  expect(told).toEqual(lines(2500));
});

test("a log that is written fast is followed without a gap", async () => {
  const run = await logs.run();
  await logs.makeStream(run);
  const leaving = new AbortController();
  const told: number[] = [];
  const watching = (async () => {
    const copies = quickCopies({ pollMs: 200, idleMs: 200 });
    for await (const news of tailRun({ ...logs.request(run), from: 1, copies, signal: leaving.signal }))
      if (news.kind === "lines") told.push(...news.lines.map(({ n }) => n));
  })();
  // Five hundred lines ten times: as much as is written in ten seconds.
  for (let n = 1; n <= 5000; n += 500) await logs.write(run, lines(n + 499, n));
  await until(() => expect(told.length).toBe(5000));
  expect(told).toEqual(lines(5000).map((_, index) => index + 1));
  leaving.abort();
  await watching;
});

test("a download that nobody takes any more ends the reading", async () => {
  const run = await logs.run();
  await logs.makeStream(run);
  await logs.write(run, lines(20_000));
  const copies = quickCopies();
  const { text } = await downloadLog({ ...logs.request(run), jobSlug: "x", options: { ansi: "keep", times: false }, copies, signal });
  await text.next();
  await text.return(undefined);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await logs.reads();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await logs.reads()).toBe(0);
});
