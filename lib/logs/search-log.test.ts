import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Invalid, Unavailable } from "@/lib/domain/errors";
import type { Run } from "@/lib/domain/run";
import { searchLog } from "./search-log";
import { lines, quickCopies, type TestLogs, testLogs } from "./test-log";

let logs: TestLogs;
beforeAll(async () => {
  logs = await testLogs();
});
afterAll(() => logs.close());

const search = (run: Run, words: string | null, copies = logs.copies) =>
  searchLog({ ...logs.request(run), words, copies, signal: new AbortController().signal });

async function endedRun(texts: string[]): Promise<Run> {
  const run = await logs.run({ state: "failed", stoppedAt: new Date(Date.now() - 60_000) });
  await logs.makeStream(run);
  await logs.write(run, texts);
  return run;
}

/** Asks until all of the log was looked through, as a page does. */
async function searchAll(run: Run, words: string | null) {
  for (;;) {
    const found = await search(run, words);
    if (found.complete) return found;
  }
}

const e = "\u001b";

test("words are found in the whole log, in any case, with the numbers of their lines", async () => {
  const texts = lines(20_000);
  texts[4] = "The Needle";
  texts[19_999] = "needles and NEEDLES";
  const run = await endedRun(texts);
  expect(await searchAll(run, "needle")).toEqual({ hits: [5, 20_000], total: 2, searchedTo: 20_000, complete: true });
  expect(await searchAll(run, "nothing like it")).toEqual({ hits: [], total: 0, searchedTo: 20_000, complete: true });
});

test.each([
  ["colours inside the words are left out", [`${e}[31mred${e}[0m${e}[1mdish${e}[0m`, "red dish"], "reddish", [1]],
  ["what stands in the pattern language is nothing but words", ["a.b*c", "aXbbc", "(x|y)[0]"], ".b*", [1]],
  ["so is a bracket", ["a.b*c", "(x|y)[0]"], "(x|y)[", [2]],
  ["words do not reach from one line into the next", ["one", "two"], "onetwo", []],
  ["what a line was written over with counts", ["10 %\r100 % done", "10 % x"], "10 %", [2]],
  ["a line is found once", ["aaaa aaaa", "b", "a"], "a", [1, 3]],
  ["a NUL hides nothing", ["be\u0000fore", "plain"], "before", [1]],
  ["other alphabets are words too", ["ÄRGER im Log", "日本語の行"], "ärger", [1]],
  ["the end of a very long line counts", [`${"x".repeat(200_000)}needle`, "short"], "needle", [1]],
])("%s", async (_sentence, texts, words, hits) => {
  expect(await searchAll(await endedRun(texts), words)).toMatchObject({ hits, total: hits.length });
});

test("lines that look like errors are found as such", async () => {
  const run = await endedRun(["start", "0 errors so far", `${e}[31mERROR${e}[0m no room`, "end", "Traceback (most recent call last):"]);
  expect(await searchAll(run, null)).toMatchObject({ hits: [3, 5], total: 2 });
});

test("of very many the first are named, and all are counted", async () => {
  const run = await endedRun(lines(12_000));
  const { hits, total } = await searchAll(run, "line");
  expect([hits.length, hits.at(-1), total]).toEqual([10_000, 10_000, 12_000]);
});

test("while the log grows, a search goes on where it stopped", async () => {
  const run = await logs.run();
  await logs.makeStream(run);
  await logs.write(run, ["a needle", "hay"]);
  expect(await searchAll(run, "needle")).toMatchObject({ hits: [1], searchedTo: 2 });
  await logs.write(run, ["hay", "another needle"]);
  await vi.waitFor(
    async () => expect(await search(run, "needle")).toMatchObject({ hits: [1, 4], total: 2, searchedTo: 4, complete: true }),
    { timeout: 15_000, interval: 20 },
  );
});

test("many searches at once each find theirs", async () => {
  const run = await endedRun(lines(5000));
  const wanted = Array.from({ length: 20 }, (_, index) => 4000 + index);
  const found = await Promise.all(wanted.map((n) => searchAll(run, `line ${n}`)));
  expect(found.map(({ hits }) => hits)).toEqual(wanted.map((n) => [n]));
});

test.each(["", "x".repeat(201), "two\nlines"])("what cannot be searched for is refused: %j", async (words) => {
  await expect(search(await endedRun(["x"]), words)).rejects.toThrow(Invalid);
});

test("where CloudWatch does not answer, that is said", async () => {
  const run = await endedRun(["x"]);
  const error = { code: "ServiceUnavailableException", message: "no", status: 503 };
  await logs.control.orderFault({ service: "logs", operation: "GetLogEvents", times: 3, error });
  await expect(search(run, "x", quickCopies())).rejects.toThrow(Unavailable);
  await logs.control.forgetFaults();
});

test("nobody else waits for a search: between its slices everything else has its turn", async () => {
  // The worst that can be: every line in colours, in one long log.
  const run = await endedRun(Array.from({ length: 40_000 }, (_, n) => `${e}[31m${n}${e}[0m ${"word ".repeat(40)}`));
  await searchAll(run, "to have all of it here");
  let turns = 0;
  let isOver = false;
  const others = (async () => {
    for (; !isOver; turns++) await new Promise((resolve) => setImmediate(resolve));
  })();
  await searchAll(run, "nothing like it");
  isOver = true;
  await others;
  // 8 MB in slices of 128 kB.
  expect(turns).toBeGreaterThan(50);
});
