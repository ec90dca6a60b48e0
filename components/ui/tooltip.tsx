"use client";

import { Slot } from "radix-ui";
import { type FocusEvent, type PointerEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { createPortal } from "react-dom";

type Place = { left: number; top: number; above: boolean };

const delayMs = 350;
const gap = 6;
const room = 72;
const widest = 288;

/**
 * A few words below whatever has the pointer or the focus, or above it where there is no room; Escape takes them away.
 * Drawn by hand: what positions menus weighs more than a page's own script, and a tip is on every page.
 */
export function Tip({ words, children }: { words: ReactNode; children: ReactNode }) {
  const id = useId();
  const [place, setPlace] = useState<Place | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const show = (target: Element) => {
    const box = target.getBoundingClientRect();
    const above = box.bottom + room > window.innerHeight;
    const left = Math.max(8, Math.min(box.left, window.innerWidth - widest - 8));
    setPlace({ left, top: above ? box.top - gap : box.bottom + gap, above });
  };
  const hide = () => {
    clearTimeout(timer.current);
    setPlace(null);
  };
  const showSoon = ({ currentTarget, pointerType }: PointerEvent) => {
    clearTimeout(timer.current);
    if (pointerType !== "touch") timer.current = setTimeout(() => show(currentTarget), delayMs);
  };
  const showForKeys = ({ currentTarget }: FocusEvent) => {
    if (currentTarget.matches(":focus-visible")) show(currentTarget);
  };

  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (!place) return;
    const leave = (event: Event) => {
      if (!(event instanceof KeyboardEvent) || event.key === "Escape") setPlace(null);
    };
    document.addEventListener("keydown", leave);
    document.addEventListener("scroll", leave, { passive: true, capture: true });
    return () => {
      document.removeEventListener("keydown", leave);
      document.removeEventListener("scroll", leave, { capture: true });
    };
  }, [place]);

  return (
    <>
      <Slot.Root
        aria-describedby={place ? id : undefined}
        onPointerEnter={showSoon}
        onPointerLeave={hide}
        onFocus={showForKeys}
        onBlur={hide}
      >
        {children}
      </Slot.Root>
      {place
        ? createPortal(
            <div
              role="tooltip"
              id={id}
              style={{ left: place.left, top: place.top, translate: place.above ? "0 -100%" : undefined }}
              className="pointer-events-none fixed z-50 max-w-72 animate-fade rounded-md border border-line bg-raised px-2.5 py-1.5 text-ink text-xs shadow-float"
            >
              {words}
            </div>,
            document.body,
          )
        : null}
    </>
  );
}
