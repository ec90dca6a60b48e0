import Link from "next/link";
import type { ComponentProps } from "react";
import { cn } from "./cn";

/** A link of which there are many on a page: it is fetched when it is followed, not when it comes into sight. */
export function RowLink({ className, ...rest }: ComponentProps<typeof Link>) {
  return <Link prefetch={false} className={cn("rounded-sm hover:underline hover:underline-offset-2", className)} {...rest} />;
}
