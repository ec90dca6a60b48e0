"use client";

import { ChevronsUpDown } from "lucide-react";
import { Popover } from "radix-ui";
import { type KeyboardEvent, type ReactNode, useId, useMemo, useRef, useState } from "react";
import { cn } from "./cn";
import type { ControlProps } from "./field";

type ComboboxProps = ControlProps & {
  value: string;
  onValueChange: (value: string) => void;
  options: readonly string[];
  /** Shown at the right end of a line; asked only for the lines that are shown. */
  aside?: (option: string) => ReactNode;
  /** The words by which an option is found, beside its own. */
  searchPlaceholder: string;
};

const mostShown = 60;

/** One of many, found by typing. */
export function Combobox({ value, onValueChange, options, aside, searchPlaceholder, ...control }: ComboboxProps) {
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);

  const found = useMemo(() => {
    const words = search
      .toLowerCase()
      .split(/[\s_]+/)
      .filter(Boolean);
    return options.filter((option) => words.every((word) => option.toLowerCase().replaceAll("_", " ").includes(word))).slice(0, mostShown);
  }, [options, search]);

  function show(next: boolean) {
    setOpen(next);
    setSearch("");
    setAt(0);
  }

  function choose(option: string | undefined) {
    if (option === undefined) return;
    onValueChange(option);
    show(false);
  }

  function move(to: number) {
    const next = Math.max(0, Math.min(found.length - 1, to));
    setAt(next);
    list.current?.children[next]?.scrollIntoView({ block: "nearest" });
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "ArrowDown") move(at + 1);
    else if (event.key === "ArrowUp") move(at - 1);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(found.length - 1);
    else if (event.key === "Enter") choose(found[at]);
    else return;
    event.preventDefault();
  }

  return (
    <Popover.Root open={open} onOpenChange={show}>
      <Popover.Trigger asChild>
        <button
          type="button"
          {...control}
          role="combobox"
          aria-haspopup="listbox"
          aria-expanded={open}
          aria-controls={listId}
          className="flex h-8 w-full min-w-0 items-center justify-between gap-2 rounded-md border border-line-strong bg-surface px-2.5 text-left text-ink text-sm transition-colors duration-120 hover:border-ink-3 focus-visible:border-brass-line focus-visible:outline-1 focus-visible:outline-offset-0 aria-invalid:border-bad"
        >
          <span className="truncate">{value}</span>
          <span className="flex items-center gap-2 text-ink-3 text-xs">
            {aside?.(value)}
            <ChevronsUpDown aria-hidden className="size-3.5" strokeWidth={1.5} />
          </span>
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={searchPlaceholder}
          className="z-50 w-(--radix-popover-trigger-width) min-w-64 animate-fade rounded-md border border-line bg-raised shadow-float"
        >
          <input
            type="text"
            role="combobox"
            aria-expanded
            aria-autocomplete="list"
            aria-controls={listId}
            aria-activedescendant={found[at] === undefined ? undefined : `${listId}-${at}`}
            aria-label={searchPlaceholder}
            placeholder={searchPlaceholder}
            value={search}
            onChange={(event) => {
              setSearch(event.target.value);
              setAt(0);
            }}
            onKeyDown={onKeyDown}
            className="h-9 w-full border-line border-b bg-transparent px-3 text-ink text-sm outline-none"
          />
          <div ref={list} id={listId} role="listbox" aria-label={searchPlaceholder} className="max-h-64 overflow-y-auto p-1">
            {found.map((option, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled at the search field, which keeps the focus
              <div
                key={option}
                id={`${listId}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={option === value}
                onClick={() => choose(option)}
                onPointerMove={() => setAt(index)}
                className={cn(
                  "flex h-8 cursor-default select-none items-center justify-between gap-3 rounded-sm px-2 text-ink text-sm",
                  index === at && "bg-hover",
                  option === value && "font-medium",
                )}
              >
                <span className="truncate">{option}</span>
                <span className="shrink-0 text-ink-3 text-xs tabular-nums">{aside?.(option)}</span>
              </div>
            ))}
          </div>
          {found.length === 0 ? <p className="px-3 pb-3 text-ink-3 text-sm">Nothing by that name.</p> : null}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
