import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "./cn";

const look = cva("inline-flex h-5 items-center gap-1 whitespace-nowrap rounded-sm px-1.5 font-medium text-xs [&_svg]:size-3", {
  variants: {
    tone: {
      neutral: "bg-still-wash text-ink-2",
      good: "bg-good-wash text-good",
      bad: "bg-bad-wash text-bad",
      busy: "bg-busy-wash text-busy",
      warn: "bg-warn-wash text-warn",
      odd: "bg-odd-wash text-odd",
      outline: "border border-line text-ink-2",
    },
  },
  defaultVariants: { tone: "neutral" },
});

/** A word with a tone. */
export function Badge({ className, tone, ...rest }: ComponentProps<"span"> & VariantProps<typeof look>) {
  return <span className={cn(look({ tone }), className)} {...rest} />;
}
