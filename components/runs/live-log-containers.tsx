"use client";

import { ToggleGroup } from "radix-ui";
import { useEffect, useRef } from "react";
import { visibleText } from "@/lib/domain/plain-line";
import { type ContainerChoice, merged } from "./log-addresses";

type LiveLogContainersProps = {
  /** The job's own one first. */
  names: string[];
  value: ContainerChoice;
  onChange: (container: ContainerChoice) => void;
};

/** Whose lines are shown: those of one container, or of all, merged by time. */
export function LiveLogContainers({ names, value, onChange }: LiveLogContainersProps) {
  const row = useRef<HTMLDivElement>(null);
  // On a phone the one that an address chooses may stand beyond the edge.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is moved when another one is chosen.
  useEffect(() => {
    const chosen = row.current?.querySelector<HTMLElement>("[data-state=on]");
    if (row.current && chosen) row.current.scrollLeft = chosen.offsetLeft - (row.current.clientWidth - chosen.offsetWidth) / 2;
  }, [value]);
  const [own, ...others] = names;
  if (own === undefined) return null;
  const options = [...[own, ...others].map((name) => ({ value: name, label: visibleText(name) })), { value: merged, label: "Merged" }];
  return (
    <ToggleGroup.Root
      ref={row}
      type="single"
      aria-label="Containers"
      value={value ?? own}
      onValueChange={(next) => next && onChange(next === own ? null : next)}
      className="relative flex gap-1 overflow-x-auto border-line border-b px-3 py-1.5"
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          title={option.label}
          className="h-6 max-w-60 shrink-0 truncate rounded-sm px-2 text-ink-2 text-xs transition-colors duration-120 hover:bg-hover hover:text-ink data-[state=on]:bg-hover data-[state=on]:font-medium data-[state=on]:text-ink"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
