"use client";

import { Tooltip } from "radix-ui";
import type { ReactNode } from "react";

/** Wraps the application once, so that moving from one tip to the next shows it at once. */
export function TipProvider({ children }: { children: ReactNode }) {
  return (
    <Tooltip.Provider delayDuration={350} skipDelayDuration={200}>
      {children}
    </Tooltip.Provider>
  );
}

/** A few words beside whatever has the pointer or the focus. */
export function Tip({
  words,
  side = "bottom",
  children,
}: {
  words: ReactNode;
  side?: "top" | "right" | "bottom" | "left";
  children: ReactNode;
}) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-w-72 animate-fade rounded-md border border-line bg-raised px-2.5 py-1.5 text-ink text-xs shadow-float"
        >
          {words}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
