import type { Works } from "@/lib/environments/list-works";

/** What people wait for while a round fails; the others can be missed for an hour. */
const waiting: Record<string, string> = {
  "reconcile-jobs": "what you save",
  "reconcile-runs": "what you start or stop by hand",
  intake: "what is seen of runs",
  "sweep-tasks": "what is seen of runs",
  "read-dead-letters": "what is seen of runs",
  "note-missed": "what is missed or late",
};

/** A failed round is tried again within half a minute: an older outcome is of an environment that nobody works at any more. */
const newsForMs = 5 * 60_000;
const longestReason = 200;

/**
 * Whether the worker's last rounds failed as wholes, as they do when AWS answers nothing: the reason that it was given, and
 * what waits until one goes well. Null when all is well.
 */
export function roundTrouble(rounds: Works["rounds"], now: Date): { reason: string; waits: string } | null {
  const failed = rounds.filter(({ round, error, endedAt }) => error && waiting[round] && now.getTime() - endedAt.getTime() < newsForMs);
  const [first] = failed;
  if (!first?.error) return null;
  const reason = (first.error.trim().split("\n")[0] ?? "").replace(/[.:]$/, "");
  return {
    reason: reason.length > longestReason ? `${reason.slice(0, longestReason)} …` : reason,
    waits: [...new Set(failed.map(({ round }) => waiting[round]))].join(", and "),
  };
}
