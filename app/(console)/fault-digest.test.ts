import { expect, test } from "vitest";
import { Unavailable } from "@/lib/domain/errors";
import { faultDigest, readFaultDigest } from "./fault-digest";

test("a sentence reaches the error page whole, colons and all", () => {
  const fault = new Unavailable("The database does not answer: try again.");
  expect(readFaultDigest(faultDigest(fault))).toEqual({ word: "unavailable", sentence: "The database does not answer: try again." });
});

test.each([undefined, "", "3810729", "NEXT_NOT_FOUND"])("the digest %j is none of ours", (digest) => {
  expect(readFaultDigest(digest)).toBeNull();
});
