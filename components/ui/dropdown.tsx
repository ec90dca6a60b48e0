"use client";

import { DropdownMenu as Part } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";

/** A menu that drops from its trigger. */
export function Dropdown({ trigger, children, align = "end" }: { trigger: ReactNode; children: ReactNode; align?: "start" | "end" }) {
  return (
    <Part.Root modal={false}>
      <Part.Trigger asChild>{trigger}</Part.Trigger>
      <Part.Portal>
        <Part.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 min-w-44 animate-fade rounded-md border border-line bg-raised p-1 shadow-float"
        >
          {children}
        </Part.Content>
      </Part.Portal>
    </Part.Root>
  );
}

/** One line of the menu. */
export function DropdownItem({ className, ...rest }: ComponentProps<typeof Part.Item>) {
  return (
    <Part.Item
      className={cn(
        "flex h-8 cursor-default select-none items-center gap-2 rounded-sm px-2 text-ink text-sm outline-none data-[disabled]:text-ink-3 data-[highlighted]:bg-hover [&_svg]:size-4 [&_svg]:stroke-[1.5] [&_svg]:text-ink-3",
        className,
      )}
      {...rest}
    />
  );
}
