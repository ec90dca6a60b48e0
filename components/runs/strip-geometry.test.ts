import { expect, test } from "vitest";
import type { RunState } from "@/lib/domain/run";
import { describeStrip, type StripRun, stripBars, stripWidth } from "./strip-geometry";

const size = { count: 15, barWidth: 5, gap: 2, height: 20 };
const run = (lengthMs: number | null, state: RunState = "succeeded"): StripRun => ({ id: `${state}-${lengthMs}`, state, lengthMs });

test("the newest run stands at the right edge, however few there are", () => {
  const [bar] = stripBars([run(1000)], size);
  expect(bar?.x).toBe(stripWidth(size) - size.barWidth);
});

test("the oldest of the shown runs comes first and none overlaps another", () => {
  const bars = stripBars([run(3000), run(2000), run(1000)], size);
  expect(bars.map((bar) => bar.id)).toEqual(["succeeded-1000", "succeeded-2000", "succeeded-3000"]);
  expect(bars[1]?.x).toBe((bars[0]?.x ?? 0) + size.barWidth + size.gap);
});

test("the longest run fills the height and the shortest is still to be seen", () => {
  const bars = stripBars([run(60_000), run(1000), run(8000)], size);
  const heights = new Map(bars.map((bar) => [bar.id, bar.height]));
  expect(heights.get("succeeded-60000")).toBe(20);
  expect(heights.get("succeeded-1000")).toBeGreaterThan(4);
  expect(heights.get("succeeded-8000")).toBeLessThan(20);
});

test("runs of about the same length are about the same height", () => {
  const heights = stripBars([run(10_000), run(12_000), run(9000)], size).map((bar) => bar.height);
  expect(Math.max(...heights) - Math.min(...heights)).toBeLessThanOrEqual(3);
});

test("a run without a length stands low on the base line", () => {
  const bars = stripBars([run(null, "missed"), run(5000)], size);
  const missed = bars.find((bar) => bar.state === "missed");
  expect(missed?.height).toBe(6);
  expect((missed?.y ?? 0) + (missed?.height ?? 0)).toBe(size.height);
});

test("more runs than there is room for leave the oldest out", () => {
  const bars = stripBars(
    Array.from({ length: 20 }, (_, index) => run(1000 + index)),
    size,
  );
  expect(bars).toHaveLength(15);
  expect(bars[0]?.x).toBe(0);
});

test("the strip is told in words", () => {
  expect(describeStrip(["succeeded", "failed", "succeeded"])).toBe("2 succeeded, 1 failed");
  expect(describeStrip([])).toBe("No runs yet");
});
