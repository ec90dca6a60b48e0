import { Chip } from "@/components/ui/chip";
import type { RunState } from "@/lib/domain/run";
import { paths } from "@/lib/paths";
import { runStateLook } from "./run-state-badge";

const offered: readonly RunState[] = ["failed", "running", "succeeded", "stopped", "missed", "lost", "skipped"];

/** Which runs of a job are shown; it stands in the address. */
export function RunFilters({ slug, state }: { slug: string; state?: RunState }) {
  return (
    <search aria-label="Find runs" className="mb-3 flex flex-wrap gap-1.5">
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
