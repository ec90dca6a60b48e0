import { Shape } from "@/components/ui/shape";
import { TimeText } from "@/components/ui/time-text";
import type { Unread } from "@/lib/environments/list-works";

type GapListProps = { gaps: Unread["gaps"]["rows"]; environmentNames: ReadonlyMap<string, string> };

const words: Record<Unread["gaps"]["rows"][number]["source"], string> = {
  events: "the event queue had thrown away what it held, so runs of that time may be missing",
  tasks: "ECS had forgotten its tasks, so only the event queue could tell of them",
  "dead-letters": "the dead-letter queue had thrown away what it held, so refused starts of that time may be missing",
};

/** Times in which Belfry was away for longer than a source of history remembers. */
export function GapList({ gaps, environmentNames }: GapListProps) {
  return (
    <ul className="rounded-lg border border-line bg-surface">
      {gaps.map(({ environmentId, source, beganAt, endedAt }) => (
        <li
          key={`${environmentId} ${source} ${beganAt.toISOString()}`}
          className="flex gap-2.5 border-line border-b px-4 py-2.5 text-sm last:border-b-0"
        >
          <Shape shape="clock" tone="warn" className="mt-0.5" />
          <p className="min-w-0 break-words text-ink-2">
            {environmentNames.size > 1 ? `${environmentNames.get(environmentId) ?? ""}: ` : ""}
            <TimeText at={beganAt} form="full" className="text-ink" /> to <TimeText at={endedAt} form="full" className="text-ink" />:{" "}
            {words[source]}.
          </p>
        </li>
      ))}
    </ul>
  );
}
