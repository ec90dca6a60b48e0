import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Run } from "@/lib/domain/run";
import { fixedClock } from "@/lib/testing/clock";
import { type LogBatch, type TailSettings, tailRun } from "./tail-run";
import { lines, type TestLogs, testLogs } from "./test-log";

let logs: TestLogs;
beforeAll(async () => {
  logs = await testLogs();
});
beforeEach(async () => {
  await logs.reads();
});
afterAll(() => logs.close());

const quick: Partial<TailSettings> = { pollMs: 20, idleMs: 30, retryMs: 20, troubleMs: 50, settleMs: 0 };

type Options = { cursor?: string | null; settings?: Partial<TailSettings>; clock?: { now(): Date } };

/** Somebody who watches: what they were told so far, and how to leave. */
function watch(run: Run, { cursor = null, settings, clock }: Options = {}) {
  const leaving = new AbortController();
  const told: LogBatch[] = [];
  const tail = tailRun({
    ...{ run, environment: logs.environment, cursor, signal: leaving.signal, deps: logs.deps(clock) },
    settings: { ...quick, ...settings },
  });
  const done = (async () => {
    for await (const batch of tail) told.push(batch);
  })();
  return {
    told,
    done,
    texts: () => told.flatMap((batch) => batch.lines.map(({ text }) => text)),
    numbers: () => told.flatMap((batch) => batch.lines.map(({ n }) => n)),
    states: () => told.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1]),
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

test("an ended run is told from the first line to the last, and that it is complete", async () => {
  const watcher = watch(await endedRun(lines(2500)));
  await watcher.done;
  expect(watcher.texts()).toEqual(lines(2500));
  expect(watcher.numbers()).toEqual(lines(2500).map((_, index) => index + 1));
  expect(Math.max(...watcher.told.map((batch) => batch.lines.length))).toBe(1000);
  expect(watcher.states()).toEqual(["settling", "complete"]);
});

test("a stream is taken up exactly where it was left, at each batch", async () => {
  const run = await endedRun(lines(95));
  const whole = watch(run, { settings: { batchLines: 10 } });
  await whole.done;
  for (const [index, batch] of whole.told.entries()) {
    const rest = watch(run, { cursor: batch.cursor, settings: { batchLines: 7 } });
    await rest.done;
    expect([...whole.told.slice(0, index + 1).flatMap((told) => told.lines), ...rest.told.flatMap((told) => told.lines)]).toEqual(
      whole.told.flatMap((told) => told.lines),
    );
  }
});

test("an event of several lines is several lines", async () => {
  const watcher = watch(await endedRun(["Traceback:\n  at a\n  at b\n", "end"]));
  await watcher.done;
  expect(watcher.texts()).toEqual(["Traceback:", "  at a", "  at b", "end"]);
});

test("a place that CloudWatch no longer knows is found again by counting", async () => {
  const watcher = watch(await endedRun(lines(30)), { cursor: "21.0.f/a-token-of-yesterday/s" });
  await watcher.done;
  expect(watcher.texts()).toEqual(lines(30, 21));
  expect(watcher.numbers()[0]).toBe(21);
  expect(watcher.states()).toEqual(["settling", "complete"]);
});

test("a run is followed from before its stream exists until after its end", async () => {
  const run = await logs.run({ state: "starting", startedAt: null, phases: { pullStartedAt: "2026-03-22T18:59:20.000Z" } });
  const watcher = watch(run);
  await until(() => expect(watcher.told.at(-1)).toMatchObject({ state: "waiting", note: "AWS is pulling the image." }));
  await logs.db.run.update({ where: { id: run.id }, data: { state: "running", startedAt: new Date() } });
  await until(() => expect(watcher.told.at(-1)?.note).toBe("The container runs and has not written a line yet."));
  await logs.makeStream(run);
  for (let n = 1; n <= 5; n++) {
    await logs.write(run, [`line ${n}`]);
    await untilTold(watcher, lines(n));
  }
  expect(watcher.told.at(-1)?.state).toBe("live");
  await logs.end(run);
  await watcher.done;
  expect(watcher.texts()).toEqual(lines(5));
  // "settling" shows itself only if a look falls between the end and the last word.
  expect(watcher.states().filter((state) => state !== "settling")).toEqual(["waiting", "live", "complete"]);
});

test("ten who watch one run cost what one costs", async () => {
  const run = await logs.run();
  await logs.makeStream(run);
  const began = performance.now();
  const settings = { pollMs: 100, idleMs: 100 };
  const watchers = Array.from({ length: 10 }, () => watch(run, { settings }));
  for (let n = 1; n <= 10; n++) {
    await logs.write(run, [`line ${n}`]);
    await until(() => expect(watchers.every((watcher) => watcher.texts().length === n)).toBe(true));
  }
  const most = 3 + 10 + Math.ceil((performance.now() - began) / 100);
  expect(await logs.reads()).toBeLessThanOrEqual(most);
  await Promise.all(watchers.map((watcher) => watcher.leave()));
});

test("who comes late gets the earlier lines without another question to AWS", async () => {
  const run = await logs.run();
  await logs.makeStream(run);
  await logs.write(run, lines(50));
  const settings = { pollMs: 60_000, idleMs: 60_000 };
  const early = watch(run, { settings });
  await untilTold(early, lines(50));
  await until(() => expect(early.told.at(-1)?.state).toBe("live"));
  await logs.reads();
  const late = watch(run, { settings });
  await untilTold(late, lines(50));
  expect(await logs.reads()).toBe(0);
  await Promise.all([early.leave(), late.leave()]);
});

test("who comes later than what is kept still gets every line, and then follows with the others", async () => {
  const run = await logs.run();
  await logs.makeStream(run);
  const settings = { keptBytes: 1000 };
  const early = watch(run, { settings });
  for (let n = 1; n <= 40; n += 10) {
    await logs.write(run, lines(n + 9, n));
    await untilTold(early, lines(n + 9));
  }
  const late = watch(run, { settings });
  await untilTold(late, lines(40));
  await logs.write(run, ["line 41"]);
  await Promise.all([untilTold(early, lines(41)), untilTold(late, lines(41))]);
  await Promise.all([early.leave(), late.leave()]);
});

test("when everybody has left, nobody asks any more", async () => {
  const run = await logs.run();
  await logs.makeStream(run);
  await logs.write(run, lines(3));
  const watchers = [watch(run), watch(run)];
  await Promise.all(watchers.map((watcher) => untilTold(watcher, lines(3))));
  await Promise.all(watchers.map((watcher) => watcher.leave()));
  await logs.reads();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await logs.reads()).toBe(0);
});

test("nothing is read for somebody who does not take it", async () => {
  const run = await endedRun(lines(25_000));
  const leaving = new AbortController();
  const tail = tailRun({ run, environment: logs.environment, cursor: null, signal: leaving.signal, deps: logs.deps(), settings: quick });
  expect((await tail.next()).value).toMatchObject({ lines: { length: 1000 } });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await logs.reads()).toBe(1);
  leaving.abort();
  await tail.return(undefined);
});

test("an ended run is complete only when its last lines had the time to arrive", async () => {
  const clock = fixedClock(new Date());
  const run = await logs.run({ state: "failed", stoppedAt: clock.now() });
  await logs.makeStream(run);
  await logs.write(run, ["before the end"], clock.now().getTime());
  const watcher = watch(run, { settings: { settleMs: 10_000 }, clock });
  await until(() => expect(watcher.told.at(-1)?.state).toBe("settling"));
  clock.advance(9);
  await logs.write(run, ["late, but here"], clock.now().getTime() - 9000);
  await untilTold(watcher, ["before the end", "late, but here"]);
  // Ten seconds after the end, but not yet ten after the last line came.
  clock.advance(3);
  await logs.write(run, ["later still"], clock.now().getTime() - 12_000);
  await untilTold(watcher, ["before the end", "late, but here", "later still"]);
  expect(watcher.told.at(-1)?.state).toBe("settling");
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
])("%s says so", async (_what, changes, note) => {
  const watcher = watch(await logs.run({ state: "failed", stoppedAt: new Date(Date.now() - 1000), ...changes }));
  await watcher.done;
  expect(watcher.told).toEqual([{ lines: [], cursor: "1.0.", state: "gone", note }]);
});

test("where CloudWatch has forgotten the log, the kept lines answer and say what they are", async () => {
  const logTail = [
    { at: 1, text: "last but one" },
    { at: 2, text: "last" },
  ];
  const watcher = watch(await logs.run({ state: "failed", stoppedAt: new Date(Date.now() - 1000), logTail }));
  await watcher.done;
  expect(watcher.texts()).toEqual(["last but one", "last"]);
  expect(watcher.told).toMatchObject([
    { state: "stored-tail", note: expect.stringMatching(/^CloudWatch has no log.*Belfry kept its last 2 lines/) },
  ]);
});

test("a stream that is still there but empty, of a run that wrote, has passed its retention", async () => {
  const run = await logs.run({ state: "failed", stoppedAt: new Date(Date.now() - 1000), logTail: [{ at: 1, text: "kept" }] });
  await logs.makeStream(run);
  const watcher = watch(run);
  await watcher.done;
  expect(watcher.told.at(-1)).toMatchObject({ state: "stored-tail", note: expect.stringContaining("its retention has passed") });
});

test("a stream that vanishes while it is watched ends the tail and keeps what was told", async () => {
  const run = await logs.run();
  await logs.makeStream(run);
  await logs.write(run, lines(3));
  const watcher = watch(run);
  await untilTold(watcher, lines(3));
  await logs.removeStream(run);
  await logs.end(run);
  await watcher.done;
  expect(watcher.texts()).toEqual(lines(3));
  expect(watcher.told.at(-1)?.state).toBe("gone");
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
  expect(watcher.told[0]?.note).toMatch(/fewer questions/);
  expect(watcher.told.at(-1)).toMatchObject({ state: "complete", note: null });
});

test("a refusal is told in AWS's own words", async () => {
  const run = await endedRun(lines(3));
  await logs.control.orderFault({
    ...{ service: "logs", operation: "GetLogEvents", times: 1 },
    error: { code: "AccessDeniedException", message: "not authorized to perform: logs:GetLogEvents", status: 400 },
  });
  const watcher = watch(run);
  await watcher.done;
  expect(watcher.told).toMatchObject([{ state: "gone", note: expect.stringContaining("not authorized to perform: logs:GetLogEvents") }]);
});

test("a run that has no stream yet is waited for", async () => {
  const run = await logs.run({ state: "requested", taskArn: null, logGroup: null, logStream: null, startedAt: null });
  const watcher = watch(run);
  await until(() => expect(watcher.told.at(-1)).toMatchObject({ state: "waiting", note: "Belfry is asking AWS to start the container." }));
  const later = await logs.run();
  await logs.makeStream(later);
  await logs.write(later, lines(2));
  await logs.db.run.update({
    where: { id: run.id },
    data: { state: "running", startedAt: new Date(), logGroup: later.logGroup, logStream: later.logStream },
  });
  await untilTold(watcher, lines(2));
  await watcher.leave();
});
