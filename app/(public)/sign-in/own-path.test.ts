import { expect, test } from "vitest";
import { ownPath } from "./own-path";

test.each(["/", "/jobs", "/jobs/nightly-report/runs?state=failed", "/audit?cursor=a%2Fb#x"])("%s is a way back", (path) => {
  expect(ownPath(path)).toBe(path);
});

test.each([
  undefined,
  "",
  "jobs",
  "https://example.com/",
  "//example.com",
  "/\\example.com",
  "/\t/example.com",
  "/..//example.com",
  "/.//example.com",
  "javascript:alert(1)",
])("%s is no way back", (path) => {
  expect(ownPath(path)).toBeNull();
});

test("two answers to one question are none", () => {
  expect(ownPath(["/a", "/b"])).toBeNull();
});
