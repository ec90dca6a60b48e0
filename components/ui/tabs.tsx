"use client";

import { Tabs as Part } from "radix-ui";
import type { ReactNode } from "react";

type TabsProps = {
  value: string;
  onValueChange: (value: string) => void;
  label: string;
  tabs: { value: string; label: string; content: ReactNode }[];
};

/** Panels of which one is shown. */
export function Tabs({ value, onValueChange, label, tabs }: TabsProps) {
  return (
    <Part.Root value={value} onValueChange={onValueChange}>
      <Part.List aria-label={label} className="inline-flex rounded-md border border-line bg-sunken p-0.5">
        {tabs.map((tab) => (
          <Part.Trigger
            key={tab.value}
            value={tab.value}
            className="h-7 rounded-sm border border-transparent px-3 font-medium text-ink-2 text-sm transition-colors duration-120 hover:text-ink data-[state=active]:border-line data-[state=active]:bg-surface data-[state=active]:text-ink"
          >
            {tab.label}
          </Part.Trigger>
        ))}
      </Part.List>
      {tabs.map((tab) => (
        <Part.Content key={tab.value} value={tab.value} className="mt-4 outline-offset-4" tabIndex={-1}>
          {tab.content}
        </Part.Content>
      ))}
    </Part.Root>
  );
}
