"use client";

import { X } from "lucide-react";
import { Dialog as Part } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./button";

type DialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** What will happen, and how to undo it. */
  description?: ReactNode;
  children?: ReactNode;
};

/** Where there is something to type, the keyboard is there at once; otherwise on the first button. */
function focusFirstField(event: Event): void {
  const field = event.target instanceof HTMLElement ? event.target.querySelector<HTMLElement>("input, textarea, select") : null;
  if (!field) return;
  event.preventDefault();
  field.focus();
}

/** A question in front of the page; Escape and the veil close it. */
export function Dialog({ open, onOpenChange, title, description, children }: DialogProps) {
  return (
    <Part.Root open={open} onOpenChange={onOpenChange}>
      <Part.Portal>
        <Part.Overlay className="fixed inset-0 z-40 animate-fade bg-veil" />
        <Part.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={focusFirstField}
          className="fixed top-[12vh] left-1/2 z-50 max-h-[80vh] w-[calc(100vw-32px)] max-w-120 -translate-x-1/2 animate-rise overflow-y-auto rounded-lg border border-line bg-raised p-5 shadow-float"
        >
          <Part.Title className="pr-10 font-medium text-ink text-lg">{title}</Part.Title>
          {description ? <Part.Description className="mt-1 text-ink-2 text-sm">{description}</Part.Description> : null}
          {children}
          {/* Last in the order of keys: who opens the dialog begins at its first field. */}
          <Part.Close asChild>
            <Button variant="ghost" size="icon-small" aria-label="Close" className="absolute top-4 right-4">
              <X aria-hidden />
            </Button>
          </Part.Close>
        </Part.Content>
      </Part.Portal>
    </Part.Root>
  );
}

/** The row of buttons at a dialog's foot. */
export function DialogButtons({ children }: { children: ReactNode }) {
  return <div className="mt-5 flex flex-wrap justify-end gap-2">{children}</div>;
}

type SheetProps = { open: boolean; onOpenChange: (open: boolean) => void; title: string; side?: "left" | "bottom"; children: ReactNode };

/** A panel that comes in from an edge on narrow screens. */
export function Sheet({ open, onOpenChange, title, side = "left", children }: SheetProps) {
  const place =
    side === "left"
      ? "inset-y-0 left-0 w-64 animate-slide border-r"
      : "inset-x-0 bottom-0 max-h-[85vh] animate-rise overflow-y-auto rounded-t-lg border-t";
  return (
    <Part.Root open={open} onOpenChange={onOpenChange}>
      <Part.Portal>
        <Part.Overlay className="fixed inset-0 z-40 animate-fade bg-veil" />
        <Part.Content aria-describedby={undefined} className={`fixed z-50 border-line bg-ground shadow-float ${place}`}>
          <Part.Title className="sr-only">{title}</Part.Title>
          {children}
        </Part.Content>
      </Part.Portal>
    </Part.Root>
  );
}
