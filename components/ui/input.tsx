import type { ComponentProps } from "react";
import { cn } from "./cn";

const box =
  "w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-ink text-sm transition-colors duration-120 hover:border-ink-3 focus-visible:border-brass-line focus-visible:outline-1 focus-visible:outline-offset-0 aria-invalid:border-bad disabled:bg-sunken disabled:text-ink-3";

/** One line of text. */
export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input className={cn(box, "h-8", className)} {...rest} />;
}

/** Several lines of text. */
export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea className={cn(box, "min-h-16 py-1.5", className)} {...rest} />;
}
