import { setTimeout as pause } from "node:timers/promises";
import type { Page } from "@playwright/test";
import { awsCall } from "./aws-call";
import type { BenchHouse } from "./bench-house";
import { describeSamples, type Figure, percentile } from "./figures";
import { makeJob, nowMs, until, untilVerified } from "./jobs";
import { residentMegabytes } from "./process-figures";

/** A run that goes on, and the stream that its lines are put into from outside, as exactly as they are wanted. */
type OpenLog = { runId: string; path: string; logGroupName: string; logStreamName: string };

const logsApi = "Logs_20140328";
/** A batch has a megabyte and ten thousand events at most, with 26 bytes more for each event (Logs API, PutLogEvents). */
const batch = { bytes: 1_048_576, events: 10_000, more: 26 };
/** The shortest task that a browser tells of, in milliseconds (Long Tasks API). */
const shortestTold = 50;
const longestBlock = 200;
const pollMs = 1000;

/** How a log stays usable: at 100,000 lines and 100 MB, at 500 lines a second, with twenty who watch; and how soon a line is seen. */
export async function measureLogs(house: BenchHouse): Promise<Figure[]> {
  return [
    ...(await measureBigLog(house)),
    ...(await measureFastLog(house)),
    await measureViewers(house),
    ...(await measureLineToBrowser(house)),
  ];
}

const lines = 100_000;
const lineBytes = 1000;
const rareWord = "needle";

async function measureBigLog(house: BenchHouse): Promise<Figure[]> {
  const log = await openLog(house, "big");
  const web = house.pidOf("web") ?? Number.NaN;
  const texts = Array.from({ length: lines }, (_, index) => bigLine(index + 1));
  const bytes = texts.reduce((sum, text) => sum + text.length + 1, 0);
  await putLines(house, log, texts);
  await house.api.post(`/api/v1/runs/${log.runId}/stop`);
  await until("end of the run", async () => ((await runOf(house, log.runId)).state === "stopped" ? true : null));
  const memory = watchMemory(web);
  const { page, close } = await openPage(house, "/");
  try {
    const from = performance.now();
    await page.goto(log.path);
    await page.getByRole("log").getByText("line 1 ").first().waitFor();
    const seenMs = performance.now() - from;
    await page
      .getByRole("region", { name: "Log" })
      .getByText(`Complete · ${lines.toLocaleString("en")} lines`, { exact: true })
      .waitFor({ timeout: 120_000 });
    const wholeMs = performance.now() - from;
    const opening = await longestBlocks(page);

    const screen = page.getByRole("log");
    await screen.hover();
    for (let turn = 0; turn < 40; turn++) {
      await page.mouse.wheel(0, 300 + turn * 100);
      await pause(30);
    }
    // The bar's thumb, drawn through the whole of the log.
    for (let share = 0; share <= 1; share += 0.05) {
      await screen.evaluate((element, part) => element.scrollTo({ top: part * element.scrollHeight }), share);
      await pause(60);
    }
    await screen.focus();
    for (const key of ["Home", "PageDown", "PageDown", "End", "PageUp", "Home"]) {
      await page.keyboard.press(key);
      await pause(150);
    }
    await page.getByRole("log").getByText("line 1 ").first().waitFor();
    const scrolling = await longestBlocks(page);

    await page.keyboard.press("/");
    await page.keyboard.type(rareWord, { delay: 30 });
    await page.getByText(`${lines / 1000} lines found`).waitFor();
    for (let step = 0; step < 30; step++) {
      await page.keyboard.press("Enter");
      await pause(60);
    }
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Go to the first error" }).click();
    await page.getByRole("link", { name: "Line 61234" }).waitFor();
    const searching = await longestBlocks(page);

    for (const line of [99_000, 12, 50_000, 77_777]) {
      await page.evaluate((n) => window.location.replace(`#L${n}`), line);
      await page.getByRole("log").getByText(`line ${line} `).first().waitFor();
    }
    await page.getByRole("button", { name: "Wrap long lines" }).click();
    for (let turn = 0; turn < 20; turn++) {
      await page.mouse.wheel(0, turn % 2 === 0 ? 1500 : -700);
      await pause(50);
    }
    await page.getByRole("button", { name: "Wrap long lines" }).click();
    const jumping = await longestBlocks(page);
    const heap = await heapMegabytes(page);
    const nodes = await page.evaluate(() => document.getElementsByTagName("*").length);

    const search = await timeSearches(house, log);
    const download = await timeDownload(house, log, bytes);
    const { before, most, after } = await memory.end();
    const size = `${lines.toLocaleString("en")} lines, ${Math.round(bytes / 1e6)} MB`;
    const blocked = (doing: string, longest: number): Figure => ({
      what: `log of ${size}: longest task of the page while ${doing}`,
      figure: longest === 0 ? `under ${shortestTold} ms` : `${Math.round(longest)} ms`,
      bound: `${longestBlock} ms`,
      held: longest < longestBlock,
    });
    return [
      { what: `log of ${size}: first lines on the screen after`, figure: `${Math.round(seenMs)} ms` },
      {
        what: `log of ${size}: whole copy read from CloudWatch after`,
        figure: `${(wholeMs / 1000).toFixed(1)} s, at the 8 pages of 1 MB a second that its quota leaves`,
      },
      blocked("it is opened and read", opening),
      blocked("scrolling", scrolling),
      blocked("searching", searching),
      blocked("jumping and wrapping", jumping),
      {
        what: `log of ${size}: JavaScript heap and DOM of the page after all that`,
        figure: `${heap.toFixed(0)} MB, ${nodes.toLocaleString("en")} elements`,
        bound: "80 MB, 3,000",
        held: heap < 80 && nodes < 3000,
      },
      {
        what: `log of ${size}: memory of the web server before, most, after`,
        figure: `${before.toFixed(0)}, ${most.toFixed(0)}, ${after.toFixed(0)} MB`,
        bound: "300 MB",
        held: most < 300,
      },
      ...search.map(({ what, ms }): Figure => ({ what: `log of ${size}: ${what}`, figure: `${Math.round(ms)} ms` })),
      {
        what: `log of ${size}: download`,
        figure: `${Math.round(download.megabytesPerSecond)} MB/s, ${download.whole ? "whole" : "NOT whole"}`,
        bound: "whole",
        held: download.whole,
      },
    ];
  } finally {
    await close();
  }
}

function bigLine(n: number): string {
  const words = n === 61_234 ? " ERROR could not reach the warehouse" : n % 1000 === 0 ? ` a ${rareWord} in it` : "";
  return `line ${n} of a long night${words} `.padEnd(lineBytes - 1, `${n} `);
}

async function timeSearches({ address, cookie }: BenchHouse, { runId }: OpenLog): Promise<{ what: string; ms: number }[]> {
  const ask = async (what: string, query: string, total: number) => {
    const from = performance.now();
    const answer = await fetch(`${address}/api/v1/runs/${runId}/log/search?${query}`, { headers: { cookie } });
    const found = (await answer.json()) as { total: number; complete: boolean };
    if (found.total !== total || !found.complete) throw new Error(`The search ${query} found ${found.total} of ${total}.`);
    return { what, ms: performance.now() - from };
  };
  return [
    await ask("search of all for a word that is not there", "q=nowhere-to-be-found", 0),
    await ask("search of all for a word of every line", "q=Long+Night", lines),
    await ask("search of all for errors, asked again", "errors=1", 1),
  ];
}

async function timeDownload({ address, cookie }: BenchHouse, { runId }: OpenLog, bytes: number) {
  const from = performance.now();
  const answer = await fetch(`${address}/api/v1/runs/${runId}/log/download`, { headers: { cookie } });
  let came = 0;
  for await (const piece of answer.body ?? []) came += piece.byteLength;
  return { megabytesPerSecond: came / 1e6 / ((performance.now() - from) / 1000), whole: came === bytes };
}

const perSecond = 500;
const fastSeconds = 30;

async function measureFastLog(house: BenchHouse): Promise<Figure[]> {
  const log = await openLog(house, "fast");
  const { page, close } = await openPage(house, log.path, watchNewest);
  try {
    await page
      .getByRole("region", { name: "Log" })
      .getByText("Live", { exact: true })
      .or(page.getByText("has not written a line yet"))
      .first()
      .waitFor();
    await longestBlocks(page);
    const writtenAt: number[] = [];
    const begin = performance.now();
    for (let tick = 0; tick < fastSeconds * 10; tick++) {
      await pause(Math.max(0, begin + tick * 100 - performance.now()));
      const some = Array.from({ length: perSecond / 10 }, (_, index) => `newest=${writtenAt.length + index + 1} of many lines a second`);
      const at = nowMs();
      await putLines(house, log, some);
      for (const _ of some) writtenAt.push(at);
    }
    const seconds = (performance.now() - begin) / 1000;
    const seen = await until("last line", async () => {
      const told = await page.evaluate(() => (globalThis as unknown as { belfryNewest: [number, number][] }).belfryNewest);
      return (told.at(-1)?.[1] ?? 0) >= writtenAt.length ? told : null;
    });
    const delays: number[] = [];
    for (const [at, newest] of seen) while (delays.length < newest) delays.push(at - (writtenAt[delays.length] ?? 0));
    const block = await longestBlocks(page);
    const answer = await fetch(`${house.address}/api/v1/runs/${log.runId}/log/lines?from=${writtenAt.length - 999}&count=1000`, {
      headers: { cookie: house.cookie },
    });
    const { count, lines: last } = (await answer.json()) as { count: number; lines: { n: number; text: string }[] };
    const isWhole = count === writtenAt.length && last.every(({ n, text }) => text.startsWith(`newest=${n} `));
    return [
      {
        what: `${Math.round(writtenAt.length / seconds)} lines a second for ${fastSeconds} s: line at the API to line in the browser, the look every second with it`,
        figure: `${describeSamples(delays)}, most ${Math.round(Math.max(...delays))} ms, ${isWhole ? "none" : "SOME"} lost`,
        bound: "p95 1,100 ms, none",
        held: isWhole && percentile(delays, 0.95) < pollMs + 100,
      },
      {
        what: `${perSecond} lines a second: longest task of the page`,
        figure: block === 0 ? `under ${shortestTold} ms` : `${Math.round(block)} ms`,
        bound: `${longestBlock} ms`,
        held: block < longestBlock,
      },
    ];
  } finally {
    await close();
  }
}

/** Twenty who watch a log that is written, and one alone: how often CloudWatch is asked. */
async function measureViewers(house: BenchHouse): Promise<Figure> {
  const log = await openLog(house, "watched");
  const web = house.pidOf("web") ?? Number.NaN;
  const count = async (viewers: number) => {
    const leaving = new AbortController();
    const told = Array.from({ length: viewers }, () => 0);
    const watching = told.map(async (_, index) => {
      const answer = await fetch(`${house.address}/api/v1/runs/${log.runId}/log`, {
        headers: { cookie: house.cookie },
        signal: leaving.signal,
      });
      const decoder = new TextDecoder();
      try {
        for await (const piece of answer.body ?? [])
          told[index] = (told[index] ?? 0) + decoder.decode(piece, { stream: true }).split(`"text":"for ${viewers} `).length - 1;
      } catch (error) {
        if (!leaving.signal.aborted) throw error;
      }
    });
    await pause(1500);
    const before = (await house.control.calls())["logs.GetLogEvents"] ?? 0;
    const seconds = 10;
    for (let tick = 0; tick < seconds * 5; tick++) {
      await putLines(
        house,
        log,
        Array.from({ length: 20 }, (_, index) => `for ${viewers} ${tick * 20 + index}`),
      );
      await pause(200);
    }
    const calls = ((await house.control.calls())["logs.GetLogEvents"] ?? 0) - before;
    await until("all lines with everybody", async () => (told.every((lines) => lines >= seconds * 100) ? true : null), 20);
    leaving.abort();
    await Promise.all(watching);
    return calls;
  };
  const alone = await count(1);
  const together = await count(20);
  return {
    what: "calls of GetLogEvents in 10 s for one viewer, and for twenty of the same log",
    figure: `${alone}, ${together}; the web server has ${residentMegabytes(web).toFixed(0)} MB`,
    bound: "the same (2 more at most)",
    held: together <= alone + 2,
  };
}

/** From PutLogEvents to the line in the browser, and what of it is not the wait for the next look. */
async function measureLineToBrowser(house: BenchHouse, samples = 50): Promise<Figure[]> {
  const log = await openLog(house, "line");
  const { page, close } = await openPage(house, log.path, watchNewest);
  try {
    await putLines(house, log, ["newest=1 to begin with"]);
    await page.getByRole("log").getByText("newest=1 ").waitFor();
    await house.control.forgetCalls();
    for (let line = 2; line <= samples + 1; line++) {
      await putLines(house, log, [`newest=${line} for a figure`]);
      await pause(300 + Math.random() * 700);
    }
    const seen = await until("last line", async () => {
      const told = await page.evaluate(() => (globalThis as unknown as { belfryNewest: [number, number][] }).belfryNewest);
      return (told.at(-1)?.[1] ?? 0) > samples ? told : null;
    });
    const calls = await house.control.recentCalls();
    const looks = calls.filter(({ name }) => name === "logs.GetLogEvents").map(({ at }) => at);
    const writes = calls.filter(({ name }) => name === "logs.PutLogEvents").map(({ at }) => at);
    const [whole, beyond]: [number[], number[]] = [[], []];
    writes.forEach((writtenAt, index) => {
      const shown = seen.find(([, newest]) => newest >= index + 2)?.[0] ?? Number.NaN;
      const looked = looks.find((at) => at > writtenAt) ?? Number.NaN;
      whole.push(shown - writtenAt);
      beyond.push(shown - looked);
    });
    return [
      { what: "log event at the API to the line in the browser, the wait for the next look with it", figure: describeSamples(whole) },
      {
        what: "log event at the API to the line in the browser, beyond the wait for the next look",
        figure: describeSamples(beyond),
        bound: "median 50 ms, p95 100 ms",
        held: percentile(beyond, 0.5) < 50 && percentile(beyond, 0.95) < 100,
      },
    ];
  } finally {
    await close();
  }
}

/** Notes when which line became the newest on the screen. Runs in the page. */
function watchNewest(): void {
  const told: [number, number][] = [];
  Object.assign(globalThis, { belfryNewest: told });
  new MutationObserver(() => {
    const rows = document.querySelectorAll("[role=log] [data-loaded=true]");
    const newest = Number(/newest=(\d+)/.exec(rows[rows.length - 1]?.textContent ?? "")?.[1] ?? 0);
    if (newest > (told.at(-1)?.[1] ?? 0)) told.push([performance.timeOrigin + performance.now(), newest]);
  }).observe(document, { childList: true, subtree: true, characterData: true });
}

async function openLog(house: BenchHouse, name: string): Promise<OpenLog> {
  const { slug } = await makeJob(house.api, `log-${name}-${crypto.randomUUID().slice(0, 8)}`, ["sleep", "900"]);
  await untilVerified(house.api, slug);
  const answer = await house.api.post(`/api/v1/jobs/${slug}/runs`, { data: { requestKey: crypto.randomUUID() } });
  const { id: runId } = (await answer.json()) as { id: string };
  const { logGroup, logStream } = await until("running run", async () => {
    const run = await runOf(house, runId);
    return run.state === "running" ? run : null;
  });
  return { runId, path: `/jobs/${slug}/runs/${runId}`, logGroupName: logGroup, logStreamName: logStream };
}

type RunSeen = { state: string; logGroup: string; logStream: string };

async function runOf({ api }: BenchHouse, runId: string): Promise<RunSeen> {
  return ((await (await api.get(`/api/v1/runs/${runId}`)).json()) as { run: RunSeen }).run;
}

/** Writes these lines, all of this moment. */
async function putLines({ aws }: BenchHouse, { logGroupName, logStreamName }: OpenLog, texts: string[]): Promise<void> {
  const timestamp = Date.now();
  for (let from = 0; from < texts.length; ) {
    let to = from;
    for (let bytes = 0; to < texts.length && to - from < batch.events; to++) {
      bytes += Buffer.byteLength(texts[to] ?? "") + batch.more;
      if (bytes > batch.bytes) break;
    }
    const logEvents = texts.slice(from, to).map((message) => ({ timestamp, message }));
    await awsCall(aws, `${logsApi}.PutLogEvents`, { logGroupName, logStreamName, logEvents });
    from = to;
  }
}

async function openPage(house: BenchHouse, path: string, watch: () => void = () => {}): Promise<{ page: Page; close(): Promise<void> }> {
  const context = await house.browser.newContext({
    baseURL: house.address,
    storageState: house.stateFile,
    viewport: { width: 1440, height: 900 },
  });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const blocks: number[] = [];
    Object.assign(globalThis, { belfryBlocks: blocks });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) blocks.push(duration);
    }).observe({ type: "longtask", buffered: true });
  });
  await page.addInitScript(watch);
  await page.goto(path);
  return { page, close: () => context.close() };
}

/** Milliseconds of the longest task since the last time; 0 where the browser tells of none. */
async function longestBlocks(page: Page): Promise<number> {
  return await page.evaluate(() => {
    const { belfryBlocks } = globalThis as unknown as { belfryBlocks: number[] };
    return Math.max(0, ...belfryBlocks.splice(0));
  });
}

/** What the page's JavaScript holds once all that is not needed has gone. */
async function heapMegabytes(page: Page): Promise<number> {
  const tools = await page.context().newCDPSession(page);
  await tools.send("HeapProfiler.collectGarbage");
  await tools.send("Performance.enable");
  const { metrics } = await tools.send("Performance.getMetrics");
  return (metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? Number.NaN) / 1e6;
}

function watchMemory(pid: number): { end(): Promise<{ before: number; most: number; after: number }> } {
  const before = residentMegabytes(pid);
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, residentMegabytes(pid));
  }, 50);
  return {
    end: async () => {
      clearInterval(timer);
      await pause(2000);
      return { before, most, after: residentMegabytes(pid) };
    },
  };
}
