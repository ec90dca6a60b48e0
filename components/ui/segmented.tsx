"use client";

import { ToggleGroup } from "radix-ui";

type SegmentedProps<Value extends string> = {
  label: string;
  value: Value | null;
  onValueChange: (value: Value) => void;
  options: readonly { value: Value; label: string }[];
};

/** One of a few, all of them in sight. */
export function Segmented<Value extends string>({ label, value, onValueChange, options }: SegmentedProps<Value>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value ?? ""}
      onValueChange={(next) => next && onValueChange(next as Value)}
      className="flex flex-wrap gap-1"
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          className="h-7 rounded-md border border-line bg-surface px-2.5 font-medium text-ink-2 text-xs transition-colors duration-120 hover:bg-hover hover:text-ink data-[state=on]:border-brass-line data-[state=on]:bg-brass-wash data-[state=on]:text-ink"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}

type ManySegmentedProps<Value extends string> = {
  label: string;
  values: readonly Value[];
  onValuesChange: (values: Value[]) => void;
  options: readonly { value: Value; label: string }[];
};

/** Some of a few. */
export function ManySegmented<Value extends string>({ label, values, onValuesChange, options }: ManySegmentedProps<Value>) {
  return (
    <ToggleGroup.Root
      type="multiple"
      aria-label={label}
      value={[...values]}
      onValueChange={(next) => onValuesChange(next as Value[])}
      className="flex flex-wrap gap-1"
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          className="h-8 min-w-10 rounded-md border border-line-strong bg-surface px-2 text-ink-2 text-sm transition-colors duration-120 hover:bg-hover data-[state=on]:border-brass-line data-[state=on]:bg-brass-wash data-[state=on]:font-medium data-[state=on]:text-ink"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
