"use client";

import { Check, ChevronDown } from "lucide-react";
import { Select as Part } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "./cn";
import type { ControlProps } from "./field";

type SelectProps = Partial<ControlProps> & {
  value: string;
  onValueChange: (value: string) => void;
  options: { value: string; label: ReactNode }[];
  "aria-label"?: string;
  className?: string;
  disabled?: boolean;
};

/** One of a few. */
export function Select({ value, onValueChange, options, className, disabled, ...control }: SelectProps) {
  return (
    <Part.Root value={value} onValueChange={onValueChange} disabled={disabled}>
      <Part.Trigger
        {...control}
        className={cn(
          "flex h-8 w-full min-w-0 items-center justify-between gap-2 rounded-md border border-line-strong bg-surface px-2.5 text-left text-ink text-sm transition-colors duration-120 hover:border-ink-3 focus-visible:border-brass-line focus-visible:outline-1 focus-visible:outline-offset-0 aria-invalid:border-bad disabled:bg-sunken disabled:text-ink-3",
          className,
        )}
      >
        <span className="truncate">
          <Part.Value />
        </span>
        <Part.Icon>
          <ChevronDown aria-hidden className="size-3.5 text-ink-3" strokeWidth={1.5} />
        </Part.Icon>
      </Part.Trigger>
      <Part.Portal>
        <Part.Content
          position="popper"
          sideOffset={4}
          className="z-50 max-h-72 min-w-(--radix-select-trigger-width) animate-fade overflow-hidden rounded-md border border-line bg-raised shadow-float"
        >
          <Part.Viewport className="p-1">
            {options.map((option) => (
              <Part.Item
                key={option.value}
                value={option.value}
                className="flex h-8 cursor-default select-none items-center justify-between gap-4 rounded-sm px-2 text-ink text-sm outline-none data-[highlighted]:bg-hover"
              >
                <Part.ItemText>{option.label}</Part.ItemText>
                <Part.ItemIndicator>
                  <Check aria-hidden className="size-3.5 text-brass-ink" strokeWidth={2} />
                </Part.ItemIndicator>
              </Part.Item>
            ))}
          </Part.Viewport>
        </Part.Content>
      </Part.Portal>
    </Part.Root>
  );
}
