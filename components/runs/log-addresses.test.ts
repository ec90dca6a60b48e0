import { expect, test } from "vitest";
import { logAddresses } from "./log-addresses";

test("the job's own container needs no name in an address, every other one has it", () => {
  expect(logAddresses("r1", null).stream).toBe("/api/v1/runs/r1/log");
  expect(logAddresses("r1", null).lines(1001, 200)).toBe("/api/v1/runs/r1/log/lines?from=1001&count=200");
  expect(logAddresses("r1", "log router").stream).toBe("/api/v1/runs/r1/log?container=log+router");
  expect(logAddresses("r1", "*").download).toBe("/api/v1/runs/r1/log/download?container=*");
});

test("words are sent as they were typed", () => {
  expect(logAddresses("r1", null).search({ words: "a&b=c #1" })).toBe("/api/v1/runs/r1/log/search?q=a%26b%3Dc+%231");
  expect(logAddresses("r1", "*").search("errors")).toBe("/api/v1/runs/r1/log/search?container=*&errors=1");
});
