import { CalendarClock, type LucideIcon, MousePointerClick, Repeat, Unplug } from "lucide-react";
import type { Run, RunTrigger } from "@/lib/domain/run";

const look: Record<RunTrigger, { words: (by: string | null) => string; Mark: LucideIcon }> = {
  schedule: { words: () => "By schedule", Mark: CalendarClock },
  person: { words: (by) => (by ? `Asked for by ${by}` : "Asked for"), Mark: MousePointerClick },
  repeat: { words: (by) => (by ? `Run again by ${by}` : "Run again"), Mark: Repeat },
  outside: { words: () => "Started outside Belfry", Mark: Unplug },
};

/** Who or what started a run. */
export function RunTriggerWords({ run: { trigger, requestedBy } }: { run: Pick<Run, "trigger" | "requestedBy"> }) {
  const { words, Mark } = look[trigger];
  return (
    <span className="inline-flex min-w-0 max-w-full items-center gap-1.5 align-top">
      <Mark aria-hidden className="size-3.5 shrink-0 text-ink-3" strokeWidth={1.5} />
      <span className="truncate">{words(requestedBy)}</span>
    </span>
  );
}
