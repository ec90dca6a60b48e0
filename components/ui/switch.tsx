"use client";

import { Switch as Part } from "radix-ui";
import type { ComponentProps } from "react";

/** On or off, at once. */
export function Switch(props: ComponentProps<typeof Part.Root>) {
  return (
    <Part.Root
      {...props}
      className="inline-flex h-5 w-9 shrink-0 items-center rounded-full border border-line-strong bg-sunken p-px transition-colors duration-120 data-[state=checked]:border-brass-line data-[state=checked]:bg-brass"
    >
      <Part.Thumb className="block size-4 rounded-full bg-ink-3 transition-transform duration-120 data-[state=checked]:translate-x-4 data-[state=checked]:bg-on-brass" />
    </Part.Root>
  );
}
