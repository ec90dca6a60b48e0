import { expect, test } from "vitest";
import { Invalid } from "@/lib/domain/errors";
import { type RunSearch, readRunSearch, readWholeRunSearch } from "./run-search";

const iso = (search: RunSearch, zone: string) => {
  const { from, until } = readRunSearch(search, zone).wanted;
  return [from?.toISOString(), until?.toISOString()];
};

test("days are those of the viewer's clocks, the last one whole", () => {
  expect(iso({ from: "2026-11-03", to: "2026-11-05" }, "Europe/Berlin")).toEqual(["2026-11-02T23:00:00.000Z", "2026-11-05T23:00:00.000Z"]);
  expect(iso({ from: "2026-11-03", to: "2026-11-03" }, "UTC")).toEqual(["2026-11-03T00:00:00.000Z", "2026-11-04T00:00:00.000Z"]);
});

test("a day of 23 hours and a day without a midnight are whole too", () => {
  expect(iso({ from: "2026-03-29", to: "2026-03-29" }, "Europe/Berlin")).toEqual(["2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"]);
  // Cairo's clocks went from 23:59:59 to 01:00:00.
  expect(iso({ from: "2026-04-24" }, "Africa/Cairo")[0]).toBe("2026-04-23T22:00:00.000Z");
});

test("a moment is taken as it is", () => {
  expect(iso({ from: "2026-11-03T10:00:00+01:00", to: "2026-11-03T10:00:00Z" }, "Asia/Tokyo")).toEqual([
    "2026-11-03T09:00:00.000Z",
    "2026-11-03T10:00:00.000Z",
  ]);
});

test.each<[RunSearch, RegExp]>([
  [{ state: "sleepy" }, /^“sleepy” is no state of a run: choose one of requested, .*\.$/],
  [{ from: "yesterday" }, /^“yesterday” is no day: write it as 2026-11-21/],
  [{ to: "2026-02-30" }, /^“2026-02-30” is no day/],
  [{ to: "2026-11-03T99:00:00Z" }, /is no day/],
  [{ from: "2026-11-05", to: "2026-11-03" }, /^The last day lies before the first one/],
  [{ text: " ** " }, /^“\*\*” has no letter and no digit/],
])("%j is answered by a sentence", (search, sentence) => {
  expect(readRunSearch(search, "UTC").faults.map((fault) => fault.sentence)).toEqual([expect.stringMatching(sentence)]);
  expect(() => readWholeRunSearch(search, "UTC")).toThrow(Invalid);
});

test("what is missing or empty narrows nothing", () => {
  expect(readRunSearch({ job: "", state: "", from: "", to: "", text: " " }, "UTC")).toEqual({ wanted: {}, faults: [] });
});
