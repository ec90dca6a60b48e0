import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./cn";

const look = cva(
  "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md border font-medium text-sm transition-colors duration-120 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:stroke-[1.5] aria-disabled:cursor-not-allowed aria-disabled:border-line aria-disabled:bg-sunken aria-disabled:text-ink-3 disabled:cursor-not-allowed disabled:border-line disabled:bg-sunken disabled:text-ink-3",
  {
    variants: {
      variant: {
        primary: "border-brass-line bg-brass text-on-brass hover:bg-brass-strong",
        plain: "border-line-strong bg-surface text-ink hover:bg-hover",
        ghost:
          "border-transparent text-ink-2 hover:bg-hover hover:text-ink aria-disabled:border-transparent aria-disabled:bg-transparent disabled:border-transparent disabled:bg-transparent",
        danger: "border-line-strong bg-surface text-bad hover:border-bad hover:bg-bad-wash",
        "danger-filled": "border-transparent bg-bad text-surface hover:opacity-90",
      },
      size: {
        small: "h-7 px-2 text-xs",
        normal: "h-8 px-3",
        icon: "size-8 p-0",
        "icon-small": "size-7 p-0",
      },
    },
    defaultVariants: { variant: "plain", size: "normal" },
  },
);

type ButtonProps = ComponentProps<"button"> & VariantProps<typeof look> & { asChild?: boolean };

/** A button; with `asChild` its look is given to the one child (a link). */
export function Button({ className, variant, size, asChild, type, ...rest }: ButtonProps) {
  const Part = asChild ? Slot.Root : "button";
  return <Part className={cn(look({ variant, size }), className)} {...(asChild ? {} : { type: type ?? "button" })} {...rest} />;
}
