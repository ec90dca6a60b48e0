import { afterAll, beforeAll, expect, test } from "vitest";
import { NotFound, Refused, Unavailable } from "@/lib/domain/errors";
import type { Run } from "@/lib/domain/run";
import { type DownloadOptions, downloadLog } from "./download-log";
import { lines, type TestLogs, testLogs } from "./test-log";

let logs: TestLogs;
beforeAll(async () => {
  logs = await testLogs();
});
afterAll(() => logs.close());

const e = "\u001b";
const plain: DownloadOptions = { ansi: "strip", times: false };

const download = (run: Run, options = plain, signal = new AbortController().signal) =>
  downloadLog({ ...logs.request(run), jobSlug: "nightly-report", options, signal, copies: logs.copies });
async function piecesOf(run: Run, options = plain): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of (await download(run, options)).text) pieces.push(Buffer.from(piece).toString("utf8"));
  return pieces;
}
const textOf = async (run: Run, options = plain) => (await piecesOf(run, options)).join("");

async function runWith(texts: string[], at?: number): Promise<Run> {
  const run = await logs.run();
  await logs.makeStream(run);
  await logs.write(run, texts, at);
  return run;
}

test("the whole log is given, piece by piece", async () => {
  const run = await runWith(lines(25_000));
  const pieces = await piecesOf(run);
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(150_000);
  expect(pieces.join("")).toBe(`${lines(25_000).join("\n")}\n`);
});

test("colours go unless they are wanted", async () => {
  const run = await runWith([`${e}[31mred${e}[0m`]);
  expect(await textOf(run)).toBe("red\n");
  expect(await textOf(run, { ansi: "keep", times: false })).toBe(`${e}[31mred${e}[0m\n`);
});

test("each line begins with its moment if that is wanted", async () => {
  const at = Math.floor(Date.now() / 1000) * 1000 + 45;
  expect(await textOf(await runWith(["one"], at), { ansi: "strip", times: true })).toBe(`${new Date(at).toISOString()} one\n`);
});

test("the file is named after the job and the run's moment", async () => {
  const run = await logs.run({ dueAt: new Date("2026-03-22T18:59:00.000Z") });
  await logs.makeStream(run);
  expect((await download(run)).fileName).toBe(`nightly-report-20260322T185900Z-${run.id.slice(-8)}.log`);
});

test("where CloudWatch has forgotten the log, the kept lines are given and say what they are", async () => {
  const run = await logs.run({ state: "failed", stoppedAt: new Date(), logTail: [{ at: 1, text: "last" }] });
  expect(await textOf(run)).toMatch(/^# CloudWatch has no log of this run.*Belfry kept its last line with the run\.\nlast\n$/);
});

test("where nothing is left, that is said before anything is sent", async () => {
  await expect(download(await logs.run({ state: "failed", stoppedAt: new Date() }))).rejects.toThrow(NotFound);
});

test.each([
  ["AccessDeniedException", 400, 1, Refused],
  ["ServiceUnavailableException", 503, 3, Unavailable],
  ["ThrottlingException", 400, 3, Unavailable],
])("%s is told as what it means", async (code, status, times, word) => {
  const run = await runWith(lines(1));
  await logs.control.orderFault({ service: "logs", operation: "GetLogEvents", times, error: { code, message: "no", status } });
  await expect(download(run)).rejects.toThrow(word);
});
