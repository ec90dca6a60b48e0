"use client";

import { Check, ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { cn } from "./cn";
import type { ControlProps } from "./field";

type SelectProps = Partial<ControlProps> & {
  value: string;
  onValueChange: (value: string) => void;
  options: readonly { value: string; label: string }[];
  "aria-label"?: string;
  className?: string;
  disabled?: boolean;
};

/**
 * One of a few. A listbox in a popover: Radix's own select hides the whole page from screen readers while it is open
 * and leaves what can be focused in it.
 */
export function Select({ value, onValueChange, options, className, disabled, ...control }: SelectProps) {
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const typed = useRef({ words: "", since: 0 });
  const list = useRef<HTMLDivElement>(null);
  const listId = useId();
  const chosen = options.findIndex((option) => option.value === value);

  function show(next: boolean) {
    setOpen(next);
    setAt(Math.max(0, chosen));
  }

  function move(to: number) {
    const next = Math.max(0, Math.min(options.length - 1, to));
    setAt(next);
    list.current?.children[next]?.scrollIntoView({ block: "nearest" });
  }

  function choose(index: number) {
    const option = options[index];
    if (option) onValueChange(option.value);
    setOpen(false);
  }

  /** Letters lead to the option that begins with them; a pause of half a second begins anew. */
  function seek(letter: string, now: number) {
    const words = (now - typed.current.since > 500 ? "" : typed.current.words) + letter.toLowerCase();
    typed.current = { words, since: now };
    const found = options.findIndex((option) => option.label.toLowerCase().startsWith(words));
    if (found >= 0) move(found);
  }

  function onListKey(event: KeyboardEvent) {
    if (event.key === "ArrowDown") move(at + 1);
    else if (event.key === "ArrowUp") move(at - 1);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(options.length - 1);
    else if (event.key === "Enter" || event.key === " ") choose(at);
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) seek(event.key, event.timeStamp);
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
          disabled={disabled}
          onKeyDown={(event) => {
            if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
            event.preventDefault();
            show(true);
          }}
          className={cn(
            "flex h-8 w-full min-w-0 items-center justify-between gap-2 rounded-md border border-line-strong bg-surface px-2.5 text-left text-ink text-sm transition-colors duration-120 hover:border-ink-3 focus-visible:border-brass-line focus-visible:outline-1 focus-visible:outline-offset-0 aria-invalid:border-bad disabled:cursor-not-allowed disabled:bg-sunken disabled:text-ink-3",
            className,
          )}
        >
          <span className="truncate">{options[chosen]?.label ?? value}</span>
          <ChevronDown aria-hidden className="size-3.5 shrink-0 text-ink-3" strokeWidth={1.5} />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label="Choices"
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            list.current?.focus();
            list.current?.children[Math.max(0, chosen)]?.scrollIntoView({ block: "nearest" });
          }}
          className="z-50 min-w-(--radix-popover-trigger-width) animate-fade rounded-md border border-line bg-raised shadow-float outline-none"
        >
          <div
            ref={list}
            id={listId}
            role="listbox"
            tabIndex={0}
            aria-label="Choices"
            aria-activedescendant={`${listId}-${at}`}
            onKeyDown={onListKey}
            className="max-h-64 overflow-y-auto p-1 outline-none"
          >
            {options.map((option, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled at the list, which keeps the focus
              <div
                key={option.value}
                id={`${listId}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === chosen}
                onClick={() => choose(index)}
                onPointerMove={() => setAt(index)}
                className={cn(
                  "flex h-8 cursor-default select-none items-center justify-between gap-4 rounded-sm px-2 text-ink text-sm",
                  index === at && "bg-hover",
                )}
              >
                {option.label}
                {index === chosen ? <Check aria-hidden className="size-3.5 text-brass-ink" strokeWidth={2} /> : null}
              </div>
            ))}
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
