import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";

/** Something for who wants to know more: closed until asked for. */
export function Fold({ summary, children }: { summary: ReactNode; children: ReactNode }) {
  return (
    <details className="group min-w-0">
      <summary className="inline-flex items-center gap-1 rounded-sm text-ink-2 text-xs hover:text-ink">
        <ChevronRight aria-hidden className="size-3.5 transition-transform duration-120 group-open:rotate-90" strokeWidth={1.5} />
        {summary}
      </summary>
      <div className="mt-1.5">{children}</div>
    </details>
  );
}
