"use client";

import { ChevronDown } from "lucide-react";
import { useRouter } from "next/navigation";
import { useCallback } from "react";
import { Button } from "@/components/ui/button";
import { Chip } from "@/components/ui/chip";
import { Dropdown } from "@/components/ui/dropdown";
import { SearchField } from "@/components/ui/search-field";
import type { JobListState } from "@/lib/jobs/list-jobs";
import { paths } from "@/lib/paths";

const stateWords: Record<JobListState, string> = {
  failing: "Failing",
  running: "Running",
  late: "Late",
  paused: "Paused",
  "out-of-sync": "Out of sync",
  "never-run": "Never ran",
};

type JobFiltersProps = {
  search?: string;
  state?: JobListState;
  application?: string;
  applications: readonly string[];
  /** There are more applications than are named. */
  moreApplications: boolean;
};

/** Which jobs are shown; all of it stands in the address, so that it can be sent to somebody. */
export function JobFilters({ search, state, application, applications, moreApplications }: JobFiltersProps) {
  const router = useRouter();
  const onSearch = useCallback(
    (words: string) => router.replace(paths.jobs({ search: words, state, application }), { scroll: false }),
    [router, state, application],
  );
  return (
    <search aria-label="Find jobs" className="mb-3 flex flex-wrap items-center gap-2">
      <SearchField label="Find a job" value={search ?? ""} onSearch={onSearch} />
      <div className="-mx-4 flex items-center gap-1.5 overflow-x-auto px-4 py-0.5 [scrollbar-width:none] sm:mx-0 sm:flex-wrap sm:px-0.5">
        {(Object.keys(stateWords) as JobListState[]).map((candidate) => (
          <Chip
            key={candidate}
            chosen={state === candidate}
            href={paths.jobs({ search, application, state: state === candidate ? undefined : candidate })}
          >
            {stateWords[candidate]}
          </Chip>
        ))}
        {application ? (
          <Chip chosen href={paths.jobs({ search, state })}>
            {application}
          </Chip>
        ) : applications.length > 1 ? (
          <Dropdown
            align="start"
            trigger={
              <Button size="small" className="border-line text-ink-2">
                Application
                <ChevronDown aria-hidden />
              </Button>
            }
          >
            {(Item) => (
              <div className="max-h-72 overflow-y-auto">
                {applications.map((name) => (
                  <Item key={name} onSelect={() => router.push(paths.jobs({ search, state, application: name }), { scroll: false })}>
                    {name}
                  </Item>
                ))}
                {moreApplications ? (
                  <Item disabled>{`The first ${applications.length} by name: others are found by searching`}</Item>
                ) : null}
              </div>
            )}
          </Dropdown>
        ) : null}
      </div>
    </search>
  );
}
