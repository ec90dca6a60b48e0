import { Chip } from "@/components/ui/chip";
import type { RunState } from "@/lib/domain/run";
import { paths } from "@/lib/paths";
import { runStateLook } from "./run-state-badge";

const offered: readonly RunState[] = ["failed", "running", "succeeded", "stopped", "missed", "lost", "skipped"];

/** Which runs of a job are shown; it stands in the address. */
export function RunFilters({ slug, state }: { slug: string; state?: RunState }) {
  return (
    <search
      aria-label="Find runs"
      className="-mx-4 mb-3 flex gap-1.5 overflow-x-auto px-4 py-0.5 [scrollbar-width:none] sm:mx-0 sm:flex-wrap sm:px-0.5"
    >
      {offered.map((candidate) => (
        <Chip
          key={candidate}
          chosen={state === candidate}
          href={paths.jobRuns(slug, { state: state === candidate ? undefined : candidate })}
        >
          {runStateLook[candidate].word}
        </Chip>
      ))}
    </search>
  );
}
