"use client";

import { DropdownMenu as Part } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";

type DropdownMenuProps = {
  trigger: ReactNode;
  children: ReactNode;
  align: "start" | "end";
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** The menu of `Dropdown`. */
export function DropdownMenu({ trigger, children, align, open, onOpenChange }: DropdownMenuProps) {
  return (
    <Part.Root modal={false} open={open} onOpenChange={onOpenChange}>
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

export type DropdownMenuItemProps = ComponentProps<typeof Part.Item>;

/** One line of the menu. */
export function DropdownMenuItem({ className, ...rest }: DropdownMenuItemProps) {
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
