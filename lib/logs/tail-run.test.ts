import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Run } from "@/lib/domain/run";
import { fixedClock } from "@/lib/testing/clock";
import type { LogCopies } from "./log-copies";
import { type LogNews, tailRun } from "./tail-run";
import { lines, quickCopies, type TestLogs, testLogs } from "./test-log";

let logs: TestLogs;
beforeAll(async () => {
  logs = await testLogs();
});
beforeEach(async () => {
  await logs.reads();
});
afterAll(() => logs.close());

type Options = { from?: number | null; after?: number | null; copies?: LogCopies; container?: string; clock?: { now(): Date } };

/** Somebody who watches: what they were told so far, and how to leave. */
function watch(run: Run, { from = null, after = null, copies = logs.copies, ...choice }: Options = {}) {
  const leaving = new AbortController();
  const told: LogNews[] = [];
  const tail = tailRun({ ...logs.request(run, choice), from, after, copies, signal: leaving.signal });
  const done = (async () => {
    for await (const news of tail) told.push(news);
  })();
  const seen = () => told.flatMap((news) => (news.kind === "lines" ? news.lines : []));
  const standings = () => told.flatMap((news) => (news.kind === "state" || news.kind === "end" ? [news] : []));
  return {
    told,
    done,
    lines: seen,
    texts: () => seen().map(({ text }) => text),
    numbers: () => seen().map(({ n }) => n),
    standings,
    standing: () => standings().at(-1),
    states: () =>
      standings()
        .map(({ state }) => state)
        .filter((state, index, all) => state !== all[index - 1]),
    size: () => told.findLast((news) => news.kind === "size"),
    leave: async () => {
      leaving.abort();
      await done;
    },
  };
}
type Watcher = ReturnType<typeof watch>;

const until = (see: () => void | Promise<void>) => vi.waitFor(see, { timeout: 15_000, interval: 20 });
const untilTold = (watcher: Watcher, texts: string[]) => until(() => expect(watcher.texts()).toEqual(texts));

async function endedRun(texts: string[], stoppedAt = new Date(Date.now() - 60_000)): Promise<Run> {
  const run = await logs.run({ state: "succeeded", stoppedAt });
  await logs.makeStream(run);
  await logs.write(run, texts, stoppedAt.getTime());
  return run;
}

async function goingRun(texts: string[] = []): Promise<Run> {
  const run = await logs.run();
  await logs.makeStream(run);
  await logs.write(run, texts);
  return run;
}

test("an ended run is told from the first line to the last, and that it is complete", async () => {
  const watcher = watch(await endedRun(lines(2500)), { from: 1 });
  await watcher.done;
  expect(watcher.texts()).toEqual(lines(2500));
  expect(watcher.numbers()).toEqual(lines(2500).map((_, index) => index + 1));
  expect(Math.max(...watcher.told.map((news) => (news.kind === "lines" ? news.lines.length : 0)))).toBe(1000);
  expect(watcher.states().at(-1)).toBe("complete");
  expect(watcher.size()).toEqual({ kind: "size", count: 2500, first: 1, bytes: lines(2500).join("\n").length + 1 });
  expect(watcher.told.at(-1)).toEqual({ kind: "end", state: "complete", note: null });
});

test("who says nothing of the beginning gets the last thousand lines, and how many there are", async () => {
  const run = await endedRun(lines(25_000));
  await watch(run).done;
  const watcher = watch(run);
  await watcher.done;
  expect(watcher.texts()).toEqual(lines(25_000, 24_001));
  expect(watcher.size()).toMatchObject({ count: 25_000, first: 1 });
});

test("a log is taken up exactly where it was left", async () => {
  const run = await endedRun(lines(95));
  const rest = watch(run, { after: 40 });
  await rest.done;
  expect(rest.texts()).toEqual(lines(95, 41));
  expect(rest.numbers()[0]).toBe(41);
});

test("who comes back long after is taken to the end", async () => {
  const run = await endedRun(lines(9000));
  await watch(run).done;
  const watcher = watch(run, { after: 40 });
  await watcher.done;
  expect(watcher.texts()).toEqual(lines(9000, 8001));
});

test("an event of several lines is several lines", async () => {
  const watcher = watch(await endedRun(["Traceback:\n  at a\n  at b\n", "end"]));
  await watcher.done;
  expect(watcher.texts()).toEqual(["Traceback:", "  at a", "  at b", "end"]);
});

test("a place that CloudWatch no longer knows is found again by counting", async () => {
  const run = await goingRun(lines(30));
  const watcher = watch(run);
  await untilTold(watcher, lines(30));
  await logs.control.orderFault({
    ...{ service: "logs", operation: "GetLogEvents", times: 1 },
    error: { code: "InvalidParameterException", message: "The specified nextToken is invalid.", status: 400 },
  });
  await until(async () => expect(await logs.control.faults()).toEqual([]));
  await logs.write(run, lines(40, 31));
  await untilTold(watcher, lines(40));
  await watcher.leave();
});

test("a run is followed from before its stream exists until after its end", async () => {
  const run = await logs.run({ state: "starting", startedAt: null, phases: { pullStartedAt: "2026-03-22T18:59:20.000Z" } });
  const watcher = watch(run);
  await until(() => expect(watcher.standing()).toMatchObject({ state: "waiting", note: "AWS is pulling the image." }));
  await logs.db.run.update({ where: { id: run.id }, data: { state: "running", startedAt: new Date() } });
  await until(() => expect(watcher.standing()?.note).toBe("The container runs and has not written a line yet."));
  await logs.makeStream(run);
  for (let n = 1; n <= 5; n++) {
    await logs.write(run, [`line ${n}`]);
    await untilTold(watcher, lines(n));
  }
  expect(watcher.standing()?.state).toBe("live");
  await logs.end(run);
  await watcher.done;
  expect(watcher.texts()).toEqual(lines(5));
  // "settling" shows itself only if a look falls between the end and the last word.
  expect(watcher.states().filter((state) => state !== "settling")).toEqual(["waiting", "live", "complete"]);
});

test("twenty who watch one run cost what one costs", async () => {
  const run = await goingRun();
  const copies = quickCopies({ pollMs: 100, idleMs: 100 });
  const began = performance.now();
  const watchers = Array.from({ length: 20 }, () => watch(run, { copies }));
  for (let n = 1; n <= 10; n++) {
    await logs.write(run, [`line ${n}`]);
    await until(() => expect(watchers.every((watcher) => watcher.texts().length === n)).toBe(true));
  }
  const most = 3 + 10 + Math.ceil((performance.now() - began) / 100);
  expect(await logs.reads()).toBeLessThanOrEqual(most);
  await Promise.all(watchers.map((watcher) => watcher.leave()));
});

test("who comes late gets the earlier lines without another question to AWS", async () => {
  const run = await goingRun(lines(50));
  const copies = quickCopies({ pollMs: 60_000, idleMs: 60_000 });
  const early = watch(run, { copies });
  await untilTold(early, lines(50));
  await until(() => expect(early.standing()?.state).toBe("live"));
  await logs.reads();
  const late = watch(run, { copies });
  await untilTold(late, lines(50));
  expect(await logs.reads()).toBe(0);
  await Promise.all([early.leave(), late.leave()]);
});

test("when everybody has left, nobody asks any more, and who comes back goes on with what is there", async () => {
  const run = await goingRun(lines(3));
  const watchers = [watch(run), watch(run)];
  await Promise.all(watchers.map((watcher) => untilTold(watcher, lines(3))));
  await Promise.all(watchers.map((watcher) => watcher.leave()));
  await logs.reads();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await logs.reads()).toBe(0);
  await logs.write(run, ["line 4"]);
  const back = watch(run, { after: 3 });
  await untilTold(back, ["line 4"]);
  expect(back.numbers()).toEqual([4]);
  await back.leave();
});

test("an ended run is complete only when its last lines had the time to arrive", async () => {
  const clock = fixedClock(new Date());
  const run = await logs.run({ state: "failed", stoppedAt: clock.now() });
  await logs.makeStream(run);
  await logs.write(run, ["before the end"], clock.now().getTime());
  const watcher = watch(run, { copies: quickCopies({ settleMs: 10_000 }), clock });
  await until(() => expect(watcher.standing()?.state).toBe("settling"));
  clock.advance(9);
  await logs.write(run, ["late, but here"], clock.now().getTime() - 9000);
  await untilTold(watcher, ["before the end", "late, but here"]);
  // Ten seconds after the end, but not yet ten after the last line came.
  clock.advance(3);
  await logs.write(run, ["later still"], clock.now().getTime() - 12_000);
  await untilTold(watcher, ["before the end", "late, but here", "later still"]);
  expect(watcher.standing()?.state).toBe("settling");
  clock.advance(10);
  await watcher.done;
  expect(watcher.states()).toEqual(["settling", "complete"]);
});

test.each<[string, Partial<Run>, string]>([
  [
    "a run without a task",
    { taskArn: null, logStream: null, startedAt: null },
    "No container was started for this run, so there is no log.",
  ],
  ["a run whose container never started", { startedAt: null }, "The container never started, so it wrote nothing."],
  [
    "a run whose log is gone",
    {},
    "CloudWatch has no log of this run: it was removed or its retention has passed, or the container wrote nothing.",
  ],
  [
    "a run whose log group is gone",
    { logGroup: "/belfry/removed" },
    "CloudWatch has no log group /belfry/removed (any more): it was removed, and what it held with it.",
  ],
])("%s says so", async (_what, changes, note) => {
  const watcher = watch(await logs.run({ state: "failed", stoppedAt: new Date(Date.now() - 1000), ...changes }));
  await watcher.done;
  expect(watcher.told.filter(({ kind }) => kind !== "size")).toEqual([{ kind: "end", state: "gone", note }]);
});

test("a run that goes on without a log group says what is lost", async () => {
  const watcher = watch(await logs.run({ logGroup: "/belfry/none" }));
  await until(() =>
    expect(watcher.standing()).toMatchObject({
      state: "waiting",
      note: "CloudWatch has no log group /belfry/none: what the container writes is lost until there is one.",
    }),
  );
  await watcher.leave();
});

test("where CloudWatch has forgotten the log, the kept lines answer and say what they are", async () => {
  const logTail = [
    { at: 1, text: "last but one" },
    { at: 2, text: "last" },
  ];
  const watcher = watch(await logs.run({ state: "failed", stoppedAt: new Date(Date.now() - 1000), logTail }));
  await watcher.done;
  expect(watcher.lines()).toEqual([
    { n: 1, at: 1, text: "last but one" },
    { n: 2, at: 2, text: "last" },
  ]);
  expect(watcher.standing()).toMatchObject({
    state: "stored-tail",
    note: expect.stringMatching(/^CloudWatch has no log.*Belfry kept its last 2 lines/),
  });
});

test("a stream that is still there but empty, of a run that wrote, has passed its retention", async () => {
  const run = await logs.run({ state: "failed", stoppedAt: new Date(Date.now() - 1000), logTail: [{ at: 1, text: "kept" }] });
  await logs.makeStream(run);
  const watcher = watch(run);
  await watcher.done;
  expect(watcher.standing()).toMatchObject({ state: "stored-tail", note: expect.stringContaining("its retention has passed") });
});

test("a stream that vanishes while it is watched ends the tail and keeps what was told", async () => {
  const run = await goingRun(lines(3));
  const watcher = watch(run);
  await untilTold(watcher, lines(3));
  await logs.removeStream(run);
  await until(() =>
    expect(watcher.standing()).toMatchObject({
      state: "live",
      note: "The log was removed from CloudWatch while it was read: what had been read is here.",
    }),
  );
  await logs.end(run);
  await watcher.done;
  expect(watcher.texts()).toEqual(lines(3));
  expect(watcher.standing()?.state).toBe("gone");
});

test("when CloudWatch asks for fewer questions, that is said, and the lines come later", async () => {
  const run = await endedRun(lines(3));
  await logs.control.orderFault({
    ...{ service: "logs", operation: "GetLogEvents", times: 3 },
    error: { code: "ThrottlingException", message: "Rate exceeded", status: 400 },
  });
  const watcher = watch(run);
  await watcher.done;
  expect(watcher.texts()).toEqual(lines(3));
  expect(watcher.standings()[0]?.note).toMatch(/fewer questions/);
  expect(watcher.told.at(-1)).toMatchObject({ state: "complete", note: null });
});

test("a refusal is told in AWS's own words, and asked again by whoever comes next", async () => {
  const run = await endedRun(lines(3));
  await logs.control.orderFault({
    ...{ service: "logs", operation: "GetLogEvents", times: 1 },
    error: { code: "AccessDeniedException", message: "not authorized to perform: logs:GetLogEvents", status: 400 },
  });
  const watcher = watch(run);
  await watcher.done;
  expect(watcher.standings()).toMatchObject([
    { kind: "end", state: "gone", note: expect.stringContaining("not authorized to perform: logs:GetLogEvents") },
  ]);
  const next = watch(run);
  await next.done;
  expect(next.texts()).toEqual(lines(3));
});

test("a run that has no stream yet is waited for", async () => {
  const run = await logs.run({ state: "requested", taskArn: null, logGroup: null, logStream: null, startedAt: null });
  const watcher = watch(run);
  await until(() => expect(watcher.standing()).toMatchObject({ state: "waiting", note: "Belfry is asking AWS to start the container." }));
  const later = await goingRun(lines(2));
  await logs.db.run.update({
    where: { id: run.id },
    data: { state: "running", startedAt: new Date(), logGroup: later.logGroup, logStream: later.logStream },
  });
  await untilTold(watcher, lines(2));
  await watcher.leave();
});
