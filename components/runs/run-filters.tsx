"use client";

import { useRouter } from "next/navigation";
import { useCallback } from "react";
import { Chip } from "@/components/ui/chip";
import { cn } from "@/components/ui/cn";
import { SearchField } from "@/components/ui/search-field";
import type { RunState } from "@/lib/domain/run";
import { paths } from "@/lib/paths";
import type { RunSearch } from "@/lib/runs/run-search";
import { JobPick } from "./job-pick";
import { runStateLook } from "./run-state-badge";

const offered: readonly RunState[] = ["failed", "running", "succeeded", "stopped", "missed", "lost", "skipped"];

type RunFiltersProps = {
  /** The job whose runs these are; without it they are those of all jobs. */
  slug?: string;
  search: RunSearch;
};

/** Which runs are shown; all of it stands in the address, so that it can be sent to somebody. */
export function RunFilters({ slug, search }: RunFiltersProps) {
  const router = useRouter();
  const { job, state, from, to, text } = search;
  const address = useCallback(
    (change: RunSearch) => {
      const next = { job, state, from, to, text, ...change };
      return slug === undefined ? paths.runs(next) : paths.jobRuns(slug, next);
    },
    [slug, job, state, from, to, text],
  );
  const go = useCallback((change: RunSearch) => router.replace(address(change), { scroll: false }), [router, address]);
  const onSearch = useCallback((words: string) => go({ text: words }), [go]);
  const isOffered = offered.some((candidate) => candidate === state);
  return (
    <search aria-label="Find runs" className="mb-3 flex flex-wrap items-center gap-2">
      <SearchField label="Find by reason or person" value={text ?? ""} onSearch={onSearch} />
      {slug === undefined && !job ? <JobPick onPick={(picked) => go({ job: picked })} /> : null}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Day label="From" value={from} onPick={(day) => go({ from: day })} />
        <Day label="To" value={to} onPick={(day) => go({ to: day })} />
      </div>
      <div className="-mx-4 flex items-center gap-1.5 overflow-x-auto px-4 py-0.5 [scrollbar-width:none] sm:mx-0 sm:flex-wrap sm:px-0.5">
        {job ? (
          <Chip chosen href={address({ job: undefined })}>
            Job {job}
          </Chip>
        ) : null}
        {from ? (
          <Chip chosen href={address({ from: undefined })}>
            From {from}
          </Chip>
        ) : null}
        {to ? (
          <Chip chosen href={address({ to: undefined })}>
            To {to}
          </Chip>
        ) : null}
        {offered.map((candidate) => (
          <Chip key={candidate} chosen={state === candidate} href={address({ state: state === candidate ? undefined : candidate })}>
            {runStateLook[candidate].word}
          </Chip>
        ))}
        {state && !isOffered ? (
          <Chip chosen href={address({ state: undefined })}>
            {state}
          </Chip>
        ) : null}
      </div>
    </search>
  );
}

type DayProps = { label: string; value: string | undefined; onPick: (day: string | undefined) => void };

/** A day of the viewer's calendar; a year that is still being typed is not one yet. */
function Day({ label, value, onPick }: DayProps) {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(value ?? "")?.[0] ?? "";
  return (
    <label className="flex items-center gap-1.5 text-ink-3 text-xs">
      {label}
      <input
        // A new address is a new field: what was typed before does not stay in it.
        key={day}
        type="date"
        defaultValue={day}
        onChange={({ target }) => {
          if (target.value !== day && (target.value === "" || target.value >= "2000")) onPick(target.value || undefined);
        }}
        className={cn(
          "h-8 rounded-md border bg-surface px-2 text-sm transition-colors duration-120 hover:border-ink-3 focus-visible:border-brass-line focus-visible:outline-1 focus-visible:outline-offset-0",
          value ? "border-brass-line text-ink" : "border-line-strong text-ink-2",
        )}
      />
    </label>
  );
}
