import { expect, test } from "vitest";
import { readJobSearch } from "./search-params";

test("what the address asks for is taken", () => {
  expect(readJobSearch({ search: " report ", state: "failing", application: "billing", cursor: "abc" })).toEqual({
    search: "report",
    state: "failing",
    application: "billing",
    cursor: "abc",
  });
});

test("what makes no sense in it is left out", () => {
  expect(readJobSearch({ search: "  ", state: "sleepy", application: ["a", "b"] })).toEqual({});
  expect(readJobSearch({ search: "x".repeat(5000) }).search).toHaveLength(200);
});
