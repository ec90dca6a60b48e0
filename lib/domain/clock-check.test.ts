import { expect, test } from "vitest";
import { checkClocks } from "./clock-check";

const minute = 60_000;

test.each([[{ databaseMs: 0, awsMs: 0 }], [{ databaseMs: 9_000, awsMs: -900 }], [{ databaseMs: null, awsMs: null }]])(
  "clocks that agree, or that nobody could read, need no word: %j",
  (offsets) => {
    expect(checkClocks(offsets)).toEqual({ forbids: [], warns: [] });
  },
);

test.each([
  [{ databaseMs: null, awsMs: 6 * minute }, "This machine's clock is 6 min 0 s behind AWS's; five minutes are the most"],
  [{ databaseMs: null, awsMs: -(6 * minute + 5_000) }, "This machine's clock is 6 min 5 s ahead of AWS's; five"],
  [{ databaseMs: -360 * minute, awsMs: null }, "This machine's clock is 6 h 0 min ahead of the database server's; five"],
  [
    { databaseMs: 10 * minute, awsMs: 0 },
    "The database server's clock is 10 min 0 s ahead of this machine's, which agrees with AWS's; five",
  ],
  [{ databaseMs: -4000 * minute, awsMs: 0 }, "The database server's clock is 2 days behind this machine's, which agrees with AWS's; five"],
])("more than five minutes forbid the start: %j", (offsets, begin) => {
  const { forbids, warns } = checkClocks(offsets);
  expect(forbids).toEqual([expect.stringMatching(/: set it right, for example with NTP\.$/)]);
  expect(forbids[0]).toContain(begin);
  expect(warns).toEqual([]);
});

test("less than that is a warning", () => {
  expect(checkClocks({ databaseMs: 0, awsMs: 45_000 })).toEqual({
    forbids: [],
    warns: ["This machine's clock is 45 s behind AWS's: set it right, for example with NTP."],
  });
});
