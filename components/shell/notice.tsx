import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

/** A sentence over the whole width that concerns every page. */
export function Notice({ children }: { children: ReactNode }) {
  return (
    <div role="status" className="flex items-start gap-2 border-line border-b bg-warn-wash px-4 py-2 text-ink text-sm sm:px-6 xl:px-8">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" strokeWidth={1.5} />
      <p className="min-w-0">{children}</p>
    </div>
  );
}
