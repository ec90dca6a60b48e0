import type { Aws } from "@/lib/aws/clients";

/** What rounds of this process have left under way, and who waits for a retry. */
export type LeftBehind = {
  /** Ids of the jobs and runs of which a call is under way still: no other round touches them. */
  busy: Set<string>;
  /** When a job or run is to be tried again, by id: a round that came between must not forget it. */
  retries: Map<string, Date>;
};

const kept = new WeakMap<Aws, Map<string, LeftBehind>>();

/** What one kind of round left behind, in the environment behind these doors. */
export function leftBehindBy(round: string, aws: Aws, environmentId: string): LeftBehind {
  const all = kept.get(aws) ?? new Map<string, LeftBehind>();
  kept.set(aws, all);
  const key = `${round} ${environmentId}`;
  const own = all.get(key) ?? { busy: new Set(), retries: new Map() };
  all.set(key, own);
  return own;
}

/** The moments to come; what is due is looked at by the round itself, and forgotten here. */
export function retriesAfter(now: Date, retries: Map<string, Date>): Date[] {
  for (const [id, at] of retries) if (at <= now) retries.delete(id);
  return [...retries.values()];
}
