import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ReadPace } from "./read-pace";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => vi.useRealTimers());

const signal = new AbortController().signal;

/** Asks for so many turns at once, and notes whose came when. */
function ask(pace: ReadPace, kind: "live" | "catching-up", count: number, given: string[]): void {
  for (let index = 0; index < count; index++) void pace.turn(kind, signal).then(() => given.push(kind));
}

test("however many streams there are, calls are made at one pace", async () => {
  const pace = new ReadPace({ perSecond: 8, slowestPerSecond: 1 });
  const given: string[] = [];
  ask(pace, "live", 100, given);
  await vi.advanceTimersByTimeAsync(5000);
  expect(given).toHaveLength(41);
});

test("a single stream does not wait for its turn", async () => {
  const pace = new ReadPace({ perSecond: 1, slowestPerSecond: 1 });
  const given: string[] = [];
  ask(pace, "live", 1, given);
  await vi.advanceTimersByTimeAsync(0);
  expect(given).toEqual(["live"]);
});

test("streams that are being written come first, and those that catch up are not forgotten", async () => {
  const pace = new ReadPace({ perSecond: 8, slowestPerSecond: 1 });
  const given: string[] = [];
  ask(pace, "catching-up", 20, given);
  ask(pace, "live", 20, given);
  await vi.advanceTimersByTimeAsync(2000);
  // The first one was asked for when nobody else was there.
  expect(given.slice(1, 17).filter((kind) => kind === "live")).toHaveLength(12);
});

test("throttled, it goes half as fast, and comes back to its pace little by little", async () => {
  const pace = new ReadPace({ perSecond: 8, slowestPerSecond: 1 });
  const given: string[] = [];
  pace.throttled();
  // The others that were under way say the same again.
  pace.throttled();
  ask(pace, "live", 400, given);
  await vi.advanceTimersByTimeAsync(5000);
  expect(given.length).toBeGreaterThanOrEqual(17);
  expect(given.length).toBeLessThanOrEqual(21);
  for (let call = 0; call < 100; call++) pace.wentWell();
  const before = given.length;
  await vi.advanceTimersByTimeAsync(5000);
  expect(given.length - before).toBeGreaterThanOrEqual(38);
});

test("throttled again and again, it still goes on", async () => {
  const pace = new ReadPace({ perSecond: 8, slowestPerSecond: 1 });
  const given: string[] = [];
  for (let times = 0; times < 20; times++) {
    pace.throttled();
    await vi.advanceTimersByTimeAsync(1000);
  }
  ask(pace, "live", 100, given);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(given.length).toBeGreaterThanOrEqual(9);
});

test("who goes away leaves the queue", async () => {
  const pace = new ReadPace({ perSecond: 1, slowestPerSecond: 1 });
  const leaving = new AbortController();
  const given: string[] = [];
  ask(pace, "live", 1, given);
  const gone = pace.turn("live", leaving.signal);
  gone.catch(() => {});
  ask(pace, "live", 1, given);
  leaving.abort(new Error("left"));
  await expect(gone).rejects.toThrow("left");
  await vi.advanceTimersByTimeAsync(1000);
  expect(given).toHaveLength(2);
});
