import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { LogFile, type LogFileSettings, namelessFiles } from "./log-file";
import { lines as texts } from "./test-log";

const folder = mkdtempSync(path.join(tmpdir(), "belfry-log-file-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const openFile = namelessFiles(folder);
const logFile = (settings: Partial<LogFileSettings> = {}) =>
  new LogFile({ openFile, segmentBytes: 1024 * 1024, memoryBytes: 64 * 1024, ...settings });
const stored = (all: string[], at = 0) => all.map((text, index) => ({ at: at + index, text }));

async function wholeOf(file: LogFile, from = 1): Promise<string> {
  let whole = "";
  for await (const { text } of file.blocks(from, file.count)) whole += text.toString("utf8");
  return whole;
}

test("any window of a log is as it was written, whatever is in it and wherever its segments end", async () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }).map((anything) => anything.replace(/[\n\ud800-\udfff]/g, "")),
    fc.constantFrom("", "\u0000", "é", "日本", "🎉", "\u001b[31mred\u001b[0m", "\u202etxt", "x".repeat(3000)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(text, { maxLength: 40 }), { maxLength: 8 }),
      fc.nat(300),
      fc.nat(300),
      async (batches, from, count) => {
        const file = logFile({ segmentBytes: 2000 });
        for (const batch of batches) await file.append(stored(batch));
        const all = batches.flat();
        expect(file).toMatchObject({ count: all.length, first: 1, trouble: null });
        expect((await file.lines(from + 1, count)).map((line) => line.text)).toEqual(all.slice(from, from + count));
        expect(await wholeOf(file)).toBe(all.map((line) => `${line}\n`).join(""));
        file.close();
      },
    ),
    { numRuns: 60 },
  );
});

test("each line keeps its number, its moment and its container", async () => {
  const file = logFile();
  await file.append([{ at: 1_700_000_000_123, text: "a", container: 3 }]);
  await file.append([{ at: 5.5, text: "b" }]);
  expect(await file.lines(1, 10)).toEqual([
    { n: 1, at: 1_700_000_000_123, text: "a", container: 3 },
    { n: 2, at: 5.5, text: "b", container: 0 },
  ]);
  for await (const { first, count, at, container } of file.blocks(1, 2))
    expect([first, count, at(0), container(0), at(1)]).toEqual([1, 2, 1_700_000_000_123, 3, 5.5]);
});

test.each([
  ["of one byte each", "x", 100_000],
  ["of three bytes each", "日", 100_000],
  ["a little too many", "日", 8193],
  ["in pairs", "🎉", 50_000],
])("a long line is shown cut, with its full length, and is whole in the blocks: characters %s", async (_what, character, times) => {
  const file = logFile();
  const long = character.repeat(times);
  await file.append(stored(["before", long, "after"]));
  const [before, cut, after] = await file.lines(1, 3);
  expect(cut).toMatchObject({ n: 2, cut: long.length, text: long.slice(0, 8192) });
  expect([before?.text, after?.text]).toEqual(["before", "after"]);
  expect(await wholeOf(file)).toBe(`before\n${long}\nafter\n`);
});

test("a line that fits is not cut, and no character is cut through", async () => {
  const file = logFile();
  await file.append(stored(["日".repeat(8192), `x${"🎉".repeat(5000)}`]));
  const [fits, odd] = await file.lines(1, 2);
  expect(fits).not.toHaveProperty("cut");
  expect(fits?.text).toHaveLength(8192);
  expect(odd).toMatchObject({ cut: 10_001, text: `x${"🎉".repeat(4095)}` });
});

test("a window ends where its lines have enough characters", async () => {
  const file = logFile();
  await file.append(stored(Array.from({ length: 100 }, () => "x".repeat(100))));
  expect(await file.lines(1, 100, 1000)).toHaveLength(10);
});

test("the oldest lines are let go by segments, and the others keep their numbers", async () => {
  const file = logFile({ segmentBytes: 1000 });
  for (let n = 1; n <= 300; n += 10) await file.append(stored(texts(n + 9, n)));
  const before = file.diskBytes;
  expect(file.dropOldest()).toBe(true);
  expect(file.diskBytes).toBeLessThan(before);
  expect(file.first).toBeGreaterThan(1);
  expect(file.count).toBe(300);
  expect((await file.lines(1, 1000)).map(({ n, text }) => [n, text])).toEqual(
    texts(300, file.first).map((text, index) => [file.first + index, text]),
  );
  expect(await wholeOf(file)).toBe(`${texts(300, file.first).join("\n")}\n`);
  while (file.dropOldest());
  expect((await file.lines(300, 1))[0]?.text).toBe("line 300");
});

test("lines that are let go while they are read are left out, and nothing breaks", async () => {
  const file = logFile({ segmentBytes: 1000 });
  for (let n = 1; n <= 300; n += 10) await file.append(stored(texts(n + 9, n)));
  let read = 0;
  for await (const { count } of file.blocks(1, 300)) {
    read += count;
    file.dropOldest();
    file.dropOldest();
  }
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThan(300);
  file.close();
  expect(await file.lines(1, 300)).toEqual([]);
});

test("the files have no name that anybody could open, and nothing is left behind", async () => {
  const file = logFile();
  await file.append(stored(texts(10)));
  expect(readdirSync(folder)).toEqual([]);
});

const plainFile = path.join(folder, "..", `${path.basename(folder)}-plain`);
afterAll(() => rmSync(plainFile, { force: true }));

test.each([
  ["full", () => open("/dev/full", "r+"), "ENOSPC"],
  ["missing", namelessFiles(path.join(folder, "absent")), "ENOENT"],
  [
    "no folder",
    () => {
      writeFileSync(plainFile, "");
      return namelessFiles(plainFile)();
    },
    "ENOTDIR",
  ],
])("where the disk is %s, the end of the log is kept in memory, and it is said why", async (_what, openBroken, code) => {
  const file = logFile({ openFile: openBroken });
  for (let n = 1; n <= 50_000; n += 1000) await file.append(stored(texts(n + 999, n)));
  expect(file).toMatchObject({ trouble: code, count: 50_000, diskBytes: 0 });
  expect(file.first).toBeGreaterThan(40_000);
  expect((await file.lines(49_991, 10)).map(({ text }) => text)).toEqual(texts(50_000, 49_991));
  expect(await wholeOf(file)).toBe(`${texts(50_000, file.first).join("\n")}\n`);
});

test("a disk that is full for a while loses no line, and is used again as soon as it takes something", async () => {
  let isFull = false;
  let asked = 0;
  const file = logFile({
    ...{ memoryBytes: 8000, segmentBytes: 4000 },
    openFile: () => (isFull ? open("/dev/full", "r+") : openFile()),
    makeRoom: () => void asked++,
  });
  await file.append(stored(texts(400)));
  isFull = true;
  await file.append(stored(texts(800, 401)));
  expect(file.trouble).toBe("ENOSPC");
  expect(asked).toBeGreaterThan(0);
  isFull = false;
  for (let n = 801; n <= 1600; n += 100) await file.append(stored(texts(n + 99, n)));
  expect(file.trouble).toBeNull();
  expect(await wholeOf(file)).toBe(`${texts(1600).join("\n")}\n`);
});
