import { X } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { cn } from "./cn";

/** A filter that is a link: chosen it wears a cross, and the link takes it away. */
export function Chip({ href, chosen, children }: { href: string; chosen: boolean; children: ReactNode }) {
  return (
    <Link
      href={href}
      scroll={false}
      prefetch={false}
      aria-current={chosen ? "true" : undefined}
      className={cn(
        "inline-flex h-7 items-center gap-1 whitespace-nowrap rounded-md border px-2.5 font-medium text-xs transition-colors duration-120",
        chosen ? "border-brass-line bg-brass-wash text-ink" : "border-line bg-surface text-ink-2 hover:bg-hover hover:text-ink",
      )}
    >
      {children}
      {chosen ? (
        <>
          <X aria-hidden className="-mr-1 size-3.5 text-ink-3" strokeWidth={1.5} />
          <span className="sr-only">(remove this filter)</span>
        </>
      ) : null}
    </Link>
  );
}
