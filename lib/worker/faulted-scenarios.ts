import { expect, test } from "vitest";
import { buckets } from "@/lib/aws/buckets";
import { faultAnywhere, operationsOf } from "@/lib/testing/faulted-anywhere";
import { roundOf, scenarios, shareOf } from "./round-scenarios";

/** AWS fails every call of the worker in every way here: the tests of a share of the scenarios. */
export function faultedAnywhere(share: { share: number; of: number }): void {
  if (share.share === share.of)
    test("every call that Belfry can make of AWS is made in some scenario", async () => {
      const made = new Set<string>();
      for (const scenario of scenarios) for (const name of await operationsOf(roundOf(scenario), scenario)) made.add(name);
      const names = [...made].map((name) => name.slice(name.indexOf(".") + 1));
      const known = Object.keys(buckets).map((name) => name.split(" ")[1]?.replace(/Command$/, ""));
      expect(names.toSorted()).toEqual(known.toSorted());
    }, 60_000);
  test.each(shareOf(share))(
    "whatever AWS does to any call of $round while $what, it is as if nothing had happened after the next rounds",
    async (scenario) => {
      expect(await faultAnywhere(roundOf(scenario), scenario)).toEqual([]);
    },
    120_000,
  );
}
