import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { buckets } from "./buckets";
import { Pace } from "./pace";

const slow = { name: "slow", burst: 20, perSecond: 1 };
const fast = { name: "fast", burst: 100, perSecond: 40 };
const goesAt = (pace: Pace, now: number) => {
  const turn = pace.take(now);
  return "waitMs" in turn ? turn.waitMs : null;
};

test("as long as AWS throttles nothing, no call waits", () => {
  const pace = new Pace(slow, () => 0);
  expect(Array.from({ length: 1000 }, () => goesAt(pace, 0))).toEqual(Array(1000).fill(0));
});

test("once throttled, calls go at the documented rate, and those whose turn is far are held back", () => {
  const pace = new Pace(slow, () => 0);
  pace.throttled(0);
  expect(pace.take(0)).toEqual({ againInMs: 1000 });
  expect(pace.take(400)).toEqual({ againInMs: 600 });
  expect(pace.take(1000)).toEqual({ waitMs: 0 });
  expect(pace.take(1000)).toEqual({ againInMs: 1000 });
  expect(Array.from({ length: 6 }, () => goesAt(pace, 6000)).filter((waitMs) => waitMs === 0)).toHaveLength(5);
});

test("a short wait is waited for", () => {
  const pace = new Pace(fast, () => 0);
  pace.throttled(0);
  expect(Array.from({ length: 4 }, () => goesAt(pace, 0))).toEqual([25, 50, 75, 100]);
});

test("each further throttle halves the rate, an eighth of it at least, and half a minute gives it back", () => {
  const pace = new Pace(slow, () => 0);
  for (let times = 0; times < 10; times++) pace.throttled(0);
  expect(pace.take(0)).toEqual({ againInMs: 8000 });
  expect(goesAt(pace, 8000)).toBe(0);
  const turns = Array.from({ length: 60 }, (_, second) => goesAt(pace, 40_000 + second * 1000));
  expect(turns.every((waitMs) => waitMs === 0)).toBe(true);
});

test("a bucket that has filled up again is free", () => {
  const pace = new Pace(slow, () => 0);
  pace.throttled(0);
  expect(pace.take(21_000)).toEqual({ waitMs: 0 });
  expect(Array.from({ length: 100 }, () => goesAt(pace, 21_000))).toEqual(Array(100).fill(0));
});

test("workers that were thrown back together do not come back together", () => {
  const waits = [0, 0.5, 1].map((chance) => {
    const pace = new Pace(slow, () => chance);
    pace.throttled(0);
    return pace.take(0);
  });
  expect(waits).toEqual([{ againInMs: 1000 }, { againInMs: 1500 }, { againInMs: 2000 }]);
});

test("each call that a door makes has its bucket, and no other has", () => {
  const sources = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  const text = sources.map((file) => readFileSync(`${import.meta.dirname}/${file}`, "utf8")).join("\n");
  const made = new Set([...text.matchAll(/new (\w+Command)\(/g)].map(([, command]) => command));
  expect(new Set(Object.keys(buckets).map((key) => key.split(" ")[1]))).toEqual(made);
});
