import { expect, test } from "vitest";
import { nextHit, searchPattern } from "./log-hits";

test("signs that mean something in a pattern mean themselves, and case does not matter", () => {
  const pattern = searchPattern("a.b[0] (x)");
  expect("A.B[0] (X) axb0 x".match(pattern ?? "")).toEqual(["A.B[0] (X)"]);
});

test("nothing is searched for when nothing is typed", () => {
  expect(searchPattern("")).toBeNull();
});

test.each<[string, number[], number, 1 | -1, number]>([
  ["the next hit after a line", [3, 7, 9], 4, 1, 1],
  ["the next hit from a hit", [3, 7, 9], 7, 1, 2],
  ["the first one after the last", [3, 7, 9], 9, 1, 0],
  ["the one before", [3, 7, 9], 7, -1, 0],
  ["the last one before the first", [3, 7, 9], 3, -1, 2],
  ["no hit at all", [], 3, 1, -1],
])("%s", (_sentence, hits, from, step, index) => {
  expect(nextHit(hits, from, step)).toBe(index);
});
