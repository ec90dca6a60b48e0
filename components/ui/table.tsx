import type { ComponentProps } from "react";
import { cn } from "./cn";

/** A table in its frame; it scrolls sideways by itself, never the page. */
export function Table({ className, label, ...rest }: ComponentProps<"table"> & { label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section aria-label={label} tabIndex={0} className="overflow-x-auto rounded-lg border border-line bg-surface">
      <table aria-label={label} className={cn("w-full border-collapse text-left text-sm", className)} {...rest} />
    </section>
  );
}

export function HeadRow(props: ComponentProps<"tr">) {
  return (
    <thead className="border-line border-b bg-sunken">
      <tr {...props} />
    </thead>
  );
}

export function Head({ className, ...rest }: ComponentProps<"th">) {
  return (
    <th scope="col" className={cn("h-8 whitespace-nowrap px-3 font-medium text-ink-3 text-xs first:pl-4 last:pr-4", className)} {...rest} />
  );
}

export function Row({ className, ...rest }: ComponentProps<"tr">) {
  return <tr className={cn("border-line border-b last:border-b-0 hover:bg-hover/50", className)} {...rest} />;
}

export function Cell({ className, ...rest }: ComponentProps<"td">) {
  return <td className={cn("h-10 px-3 text-ink-2 first:pl-4 last:pr-4", className)} {...rest} />;
}
