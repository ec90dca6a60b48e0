import { expect, test } from "vitest";
import type { LogFound, Sought } from "./log-addresses";
import { LogSearch } from "./log-search";

const pace = { typingMs: 1, soonMs: 1, growingMs: 1, mostMs: 5 };

/** A server that answers with one slice after another, and notes what it was asked. */
function server(...answers: (LogFound | Error)[]) {
  const asked: Sought[] = [];
  const search = new LogSearch(async (what) => {
    asked.push(what);
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    if (answer === undefined || answer instanceof Error) throw answer;
    return answer;
  }, pace);
  return { search, asked };
}
const found = (searchedTo: number, ...hits: number[]): LogFound => ({ hits, total: hits.length, searchedTo, complete: true });
const onWay = (searchedTo: number, ...hits: number[]): LogFound => ({ ...found(searchedTo, ...hits), complete: false });

test("it asks on until every line was searched", async () => {
  const { search, asked } = server(onWay(400, 3), onWay(800, 3, 700), found(1000, 3, 700, 999));
  search.grew(1000);
  search.seek({ words: "oops" });
  await expect.poll(() => search.snapshot()).toMatchObject({ hits: [3, 700, 999], total: 3, isWhole: true });
  expect(asked).toEqual(Array.from({ length: 3 }, () => ({ words: "oops" })));
});

test("a log that grows is searched on", async () => {
  const { search } = server(found(10, 3), found(20, 3, 17));
  search.grew(10);
  search.seek("errors");
  await expect.poll(() => search.snapshot().isWhole).toBe(true);
  search.grew(20);
  await expect.poll(() => search.snapshot().hits).toEqual([3, 17]);
});

test("what was looked for before is forgotten at once, and its late answer with it", async () => {
  const late = Promise.withResolvers<LogFound>();
  const search = new LogSearch((what) => (what === "errors" ? late.promise : Promise.resolve(found(10, 5))), pace);
  search.grew(10);
  search.seek("errors");
  await new Promise((resolve) => setImmediate(resolve));
  search.seek({ words: "x" });
  await expect.poll(() => search.snapshot().hits).toEqual([5]);
  late.resolve(found(10, 1));
  await late.promise;
  expect(search.snapshot().hits).toEqual([5]);
});

test("while the server is away the search says so, and goes on by itself", async () => {
  const away = new Error("away");
  const { search } = server(away, away, away, found(10, 4));
  const failures: boolean[] = [];
  search.subscribe(() => failures.push(search.snapshot().failed));
  search.grew(10);
  search.seek({ words: "x" });
  await expect.poll(() => search.snapshot().hits).toEqual([4]);
  expect(failures).toContain(true);
  expect(search.snapshot().failed).toBe(false);
});
