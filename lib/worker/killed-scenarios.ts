import { expect, test } from "vitest";
import { killAnywhere } from "@/lib/testing/killed-anywhere";
import { roundOf, scenarios, shareOf } from "./round-scenarios";
import { rounds } from "./rounds";

/** What the worker does is killed here, wherever it is: the tests of a share of the scenarios. */
export function killedAnywhere(share: { share: number; of: number }): void {
  if (share.share === 1)
    test("every round of the worker is killed in some scenario", () => {
      expect([...new Set(scenarios.map(({ round }) => round))].toSorted()).toEqual(rounds.map(({ name }) => name).toSorted());
    });
  test.each(shareOf(share))(
    "killed at any call of $round while $what, it is as if nothing had happened after the next rounds",
    async (scenario) => {
      const { calls, harms } = await killAnywhere(roundOf(scenario), scenario);
      expect(calls.length).toBeGreaterThan(1);
      expect(harms).toEqual([]);
    },
    120_000,
  );
}
