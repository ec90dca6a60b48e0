import { expect, test } from "vitest";
import { lanes } from "./lanes";

test("no more calls than lanes are under way, and each gets its turn in order", async () => {
  const inLane = lanes(3);
  const begun: number[] = [];
  let underWay = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      inLane(async () => {
        begun.push(index);
        most = Math.max(most, ++underWay);
        await new Promise(setImmediate);
        underWay--;
      }),
    ),
  );
  expect(most).toBe(3);
  expect(begun).toEqual(begun.toSorted((a, b) => a - b));
  expect(begun).toHaveLength(20);
});

test("a call that fails fails for its caller alone and gives its lane back", async () => {
  const inLane = lanes(1);
  const failing = inLane(async () => {
    throw new Error("no");
  });
  const after = inLane(async () => "done");
  await expect(failing).rejects.toThrow("no");
  expect(await after).toBe("done");
});

test("a call that hangs does not keep its lane", async () => {
  const inLane = lanes(1);
  const hanging = Promise.withResolvers<string>();
  const first = inLane(() => hanging.promise);
  expect(await inLane(async () => "done")).toBe("done");
  hanging.resolve("late");
  expect(await first).toBe("late");
  expect(await Promise.all([inLane(async () => 1), inLane(async () => 2)])).toEqual([1, 2]);
});
