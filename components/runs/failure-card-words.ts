import type { RunChange, RunComparison } from "@/lib/runs/get-run-comparison";

/** How a failure stands among those before it, in words around the moment at which they began; null where none is to be told. */
export function failuresBefore({ failures, alike, more, lastGood }: RunComparison): { before: string; since: boolean; after: string } {
  if (failures === 1)
    return {
      before: lastGood ? "It is the first failure since the last good run." : "It is the first failure of this job.",
      since: false,
      after: "",
    };
  const many = more ? `more than ${failures}` : `${failures}`;
  if (alike === failures) return { before: `Earlier runs failed alike: ${many} in a row, since `, since: true, after: "." };
  if (alike === 1) {
    const others =
      failures === 2 && !more
        ? "The failure before it had another reason"
        : `The ${more ? many : failures - 1} failures before it had other reasons`;
    return { before: `${others}; runs have failed since `, since: true, after: "." };
  }
  return {
    before: `Earlier runs failed alike: ${alike} of ${more ? `the last ${failures}` : many} failures in a row, which began `,
    since: true,
    after: ".",
  };
}

/** What is the same in the last good and the first bad run, where nothing is known to have changed. */
export function nothingChanged({ unchanged }: RunChange): string {
  return `Nothing that Belfry knows of changed between the last good run and the first bad one: ${unchanged.join(", ")}.`;
}
