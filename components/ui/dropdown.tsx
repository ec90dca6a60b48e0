"use client";

import { Slot } from "radix-ui";
import { type ComponentType, type KeyboardEvent, type ReactNode, useState } from "react";
import type * as Loaded from "./dropdown-menu";

type DropdownProps = {
  trigger: ReactNode;
  align?: "start" | "end";
  /** Draws what the menu holds, of its own lines. */
  children: (Item: ComponentType<Loaded.DropdownMenuItemProps>) => ReactNode;
};

/**
 * A menu that drops from its trigger. What places it and moves through it is fetched when the pointer or the focus comes to
 * the trigger: most visits to a page open no menu.
 */
export function Dropdown({ trigger, align = "end", children }: DropdownProps) {
  const [part, setPart] = useState<typeof Loaded | null>(null);
  const [open, setOpen] = useState(false);
  const load = () => import("./dropdown-menu");
  const drop = () => {
    setOpen(true);
    load()
      .then(setPart)
      .catch(() => setOpen(false)); // the server is away: the next press tries again
  };
  const dropByKey = (event: KeyboardEvent) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    drop();
  };
  // The trigger changes its place in the tree with the first opening, which takes the focus into the menu anyway.
  if (part)
    return (
      <part.DropdownMenu trigger={trigger} align={align} open={open} onOpenChange={setOpen}>
        {children(part.DropdownMenuItem)}
      </part.DropdownMenu>
    );
  return (
    <Slot.Root
      aria-haspopup="menu"
      aria-expanded={open}
      onPointerEnter={() => void load().catch(() => {})}
      onFocus={() => void load().catch(() => {})}
      onClick={drop}
      onKeyDown={dropByKey}
    >
      {trigger}
    </Slot.Root>
  );
}
