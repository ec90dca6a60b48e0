import { expect, test } from "vitest";
import { LogLines } from "./log-lines";
import { LogSearch, nextHit, searchPattern } from "./log-search";

const log = (...texts: string[]) => {
  const lines = new LogLines(4);
  lines.add(texts.map((text, index) => ({ n: index + 1, at: 0, text })));
  return lines;
};
const search = (query: string) => {
  const pattern = searchPattern(query);
  if (!pattern) throw new Error("nothing to search for");
  return new LogSearch(pattern);
};

test("words are found in any case, and through colours", () => {
  const lines = log("Error one", "fine", "\u001b[31mER\u001b[1mROR\u001b[0m two");
  expect(search("error").extend(lines).hits).toEqual([1, 3]);
});

test("signs that mean something in a pattern mean themselves", () => {
  expect(search("a.b[0] (x)").extend(log("a.b[0] (x)", "axb0 x")).hits).toEqual([1]);
});

test("nothing is searched for when nothing is typed", () => {
  expect(searchPattern("")).toBeNull();
});

test("a growing log is searched on, and what was dropped is forgotten", () => {
  const lines = log("hit", "miss", "hit");
  const found = search("hit").extend(lines);
  lines.add([
    { n: 4, at: 0, text: "hit" },
    { n: 5, at: 0, text: "hit" },
  ]);
  expect(found.extend(lines).hits).toEqual([3, 4, 5]);
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
